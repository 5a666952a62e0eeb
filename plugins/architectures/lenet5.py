"""The architecture `lenet5`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from zookit.core import Architecture, Doc, ImageShapeRefused

if TYPE_CHECKING:
    import keras

_SIDE = 32
"""Height and width of the paper's input; the pixels around the image are background."""
_SMALLEST = 20
"""The size of the paper's digits before they are put into the middle of a larger image."""
_BACKGROUND, _FOREGROUND = -0.1, 1.175
"""What the paper makes of the pixels, so that digits have a mean of 0 and a variance of 1."""
_TABLE = (
    (0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5),
    (0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5), (0, 1, 2, 5),
    (0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5), (0, 1, 2, 3, 4, 5),
)  # fmt: skip
"""The maps of S2 that each map of C3 is connected to, which is the paper's Table I."""


@dataclass(frozen=True)
class LeNet5(Architecture):
    """LeNet-5, the network for handwritten digits of 1998.

    Other names: LeNet.

    Source: LeCun, Bottou, Bengio and Haffner, Gradient-based learning applied to document
    recognition, Proceedings of the IEEE 86 (1998), section II.B. Like there: pixels from -0.1 to
    1.175, images in the middle of 32 x 32 pixels, averages with a coefficient and a bias for each
    map, and the activation 1.7159 tanh(2/3 x). The body has 60,900 parameters for grey images, or
    with `table` the paper's 60,000. zookit's head, loss and optimizer replace the paper's
    distances to drawings of the digits.
    """

    table: Annotated[
        bool,
        Doc("Connect maps of C3 to some of S2, as Table I of the paper; takes 3 times as long."),
    ] = False

    def check(self, image_shape: tuple[int, int, int]) -> None:
        """Raise ImageShapeRefused unless both sides are 20 to 32 pixels."""
        height, width = image_shape[:2]
        if not all(_SMALLEST <= side <= _SIDE for side in (height, width)):
            size = "small" if min(height, width) < _SMALLEST else "large"
            raise ImageShapeRefused(
                f"lenet5: images of {height} x {width} are too {size}: expected {_SMALLEST} to "
                f"{_SIDE} pixels for both sides. Use images of another size "
                "(image_folder:path=FOLDER,size=32), or another architecture, such as cnn."
            )

    def normalize(self, images: "keras.KerasTensor") -> "keras.KerasTensor":
        """Scale the pixels to the paper's range, -0.1 to 1.175."""
        from keras import layers

        scale = (_FOREGROUND - _BACKGROUND) / 255
        return layers.Rescaling(scale, _BACKGROUND, name="normalize")(images)

    def features(self, images: "keras.KerasTensor") -> "keras.KerasTensor":
        """Return the outputs of F6, (N, 84)."""
        from keras import layers, ops

        gaps = (_SIDE - side for side in images.shape[1:3])
        around = [(gap // 2, gap - gap // 2) for gap in gaps]
        outputs = ops.pad(images, [(0, 0), *around, (0, 0)], constant_values=_BACKGROUND)
        outputs = _squashed(layers.Conv2D(6, 5, name="C1")(outputs))
        outputs = _subsampled(outputs, "S2")
        outputs = _squashed(self._third(outputs))
        outputs = _subsampled(outputs, "S4")
        outputs = _squashed(layers.Conv2D(120, 5, name="C5")(outputs))
        outputs = layers.Flatten()(outputs)
        return _squashed(layers.Dense(84, name="F6")(outputs))

    def _third(self, maps: "keras.KerasTensor") -> "keras.KerasTensor":
        """Return the maps of C3, before the activation, (N, 10, 10, 16)."""
        from keras import layers, ops

        if not self.table:
            return layers.Conv2D(16, 5, name="C3")(maps)
        return layers.Concatenate(name="C3")(
            [
                layers.Conv2D(1, 5, name=f"C3_{number}")(ops.take(maps, chosen, axis=-1))
                for number, chosen in enumerate(_TABLE)
            ]
        )


def _subsampled(maps: "keras.KerasTensor", name: str) -> "keras.KerasTensor":
    """Return the averages of 2 x 2 pixels, scaled and shifted by two weights for each map."""
    from keras import layers

    averages = layers.AveragePooling2D(2, name=f"{name}_average")(maps)
    return _squashed(layers.DepthwiseConv2D(1, name=name)(averages))


def _squashed(outputs: "keras.KerasTensor") -> "keras.KerasTensor":
    """Apply the paper's scaled hyperbolic tangent, which maps 1 to 1 and -1 to -1."""
    from keras import ops

    return 1.7159 * ops.tanh(2 / 3 * outputs)
