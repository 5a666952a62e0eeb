"""The architecture `cnn`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge, Gt, Le, Lt

from zookit.core import Architecture, Doc, ImageShapeRefused, Preference

if TYPE_CHECKING:
    import keras

_FLATTENED_SIDE = 7
"""Largest side of the last feature maps by default: 7 x 7 x 64 to 128 units is 0.4 M weights."""
_WIDEST = 64
_NARROWEST = 16


_Count = Annotated[int, Gt(0), Le(1_000_000_000)]


@dataclass(frozen=True)
class Cnn(Architecture):
    """Blocks of a convolution and max-pooling, followed by dense layers.

    Other names: a convolutional network, ConvNet, conv, conv2d.

    The default number of blocks depends on the image size: as many as reduce the longer side to 7
    or less, but at least two, and no more than the shorter side allows. The last two blocks have 64
    filters, each block before them half as many as the next, but at least 16: 64+64 for 28 x 28,
    16+32+64+64+64 for 300 x 300.
    """

    filters: Annotated[
        tuple[_Count, ...],
        Doc("Filters of each block; chosen by the image size if empty."),
    ] = ()
    kernel: Annotated[int, Gt(0), Doc("Height and width of the kernels.")] = 3
    pool: Annotated[int, Gt(0), Doc("Height and width of the pooling windows.")] = 2
    units: Annotated[
        tuple[_Count, ...],
        Doc("Units of each dense layer after the blocks."),
    ] = (128,)
    dropout: Annotated[
        float,
        Ge(0),
        Lt(1),
        Doc("Dropout rate before each dense layer and before the head."),
    ] = 0.0

    def check(self, image_shape: tuple[int, int, int]) -> None:
        """Raise ImageShapeRefused if a block would reduce the images to nothing."""
        filters = self.blocks(image_shape)
        possible = self._largest_count(image_shape)
        if len(filters) > possible:
            advice = (
                f"Use fewer blocks (cnn:filters={'+'.join(map(str, filters[:possible]))})"
                if possible
                else "Use larger images"
            )
            raise ImageShapeRefused(
                f"cnn: images of {image_shape[0]} x {image_shape[1]} are too small: block "
                f"{possible + 1} of {len(filters)} would have no output. {advice}, or a smaller "
                "kernel or pool."
            )

    def preference(self, image_shape: tuple[int, int, int], batch_size: int) -> Preference:
        """Prefer bfloat16, which takes 0.7 times as long as float32. XLA is slower here."""
        del image_shape, batch_size
        return Preference(bfloat16=True)

    def blocks(self, image_shape: tuple[int, int, int]) -> tuple[int, ...]:
        """Return the filters of each block for images (height, width, channels)."""
        if self.filters:
            return self.filters
        side, count = max(image_shape[:2]), 0
        # With a pool of 1 the side may never become small enough.
        while count < 2 or (side > _FLATTENED_SIDE and self.pool > 1):
            side, count = self._reduced(side), count + 1
        count = max(min(count, self._largest_count(image_shape)), 1)
        first = max(4 - count, 0)
        return tuple(min(_WIDEST, _NARROWEST << (first + block)) for block in range(count))

    def features(self, images: "keras.KerasTensor") -> "keras.KerasTensor":
        """Return the outputs of the last dense layer, (N, last of units)."""
        from keras import layers

        outputs = images
        for filters in self.blocks(tuple(images.shape[1:])):
            outputs = layers.Conv2D(filters, self.kernel, activation="relu")(outputs)
            outputs = layers.MaxPooling2D(self.pool)(outputs)
        outputs = layers.Flatten()(outputs)
        for units in self.units:
            outputs = self._with_dropout(outputs)
            outputs = layers.Dense(units, activation="relu")(outputs)
        return self._with_dropout(outputs)

    def _with_dropout(self, outputs: "keras.KerasTensor") -> "keras.KerasTensor":
        from keras import layers

        return layers.Dropout(self.dropout)(outputs) if self.dropout else outputs

    def _largest_count(self, image_shape: tuple[int, int, int]) -> int:
        """Return how many blocks the shorter side allows, at most 100."""
        side, count = min(image_shape[:2]), 0
        while count < 100 and (side := self._reduced(side)) >= 1:
            count += 1
        return count

    def _reduced(self, side: int) -> int:
        return (side - self.kernel + 1) // self.pool
