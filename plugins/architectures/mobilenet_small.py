"""The architecture `mobilenet_small`."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, NamedTuple

from annotated_types import Ge, Le, Lt

from zookit.core import Architecture, Doc
from zookit.plugins.architectures.convolutions import batch_normalized, check_sides

if TYPE_CHECKING:
    import keras

_SMALLEST = 16
_EPSILON = 1e-3
"""That of the paper's code."""
_LAST_SIDE = 4
"""The shorter side of the last maps, unless all convolutions with stride 2 leave more."""


class _Row(NamedTuple):
    """A bottleneck of the paper's table 2."""

    kernel: int
    expansion: int
    filters: int
    squeezes: bool
    activation: str
    halves: bool = False


_ROWS = (
    _Row(3, 16, 16, squeezes=True, activation="relu", halves=True),
    _Row(3, 72, 24, squeezes=False, activation="relu", halves=True),
    _Row(3, 88, 24, squeezes=False, activation="relu"),
    _Row(5, 96, 40, squeezes=True, activation="hard_silu", halves=True),
    _Row(5, 240, 40, squeezes=True, activation="hard_silu"),
    _Row(5, 240, 40, squeezes=True, activation="hard_silu"),
    _Row(5, 120, 48, squeezes=True, activation="hard_silu"),
    _Row(5, 144, 48, squeezes=True, activation="hard_silu"),
    _Row(5, 288, 96, squeezes=True, activation="hard_silu", halves=True),
    _Row(5, 576, 96, squeezes=True, activation="hard_silu"),
    _Row(5, 576, 96, squeezes=True, activation="hard_silu"),
)
_HALVINGS = 1 + sum(row.halves for row in _ROWS)
"""Convolutions with stride 2 in the paper, which the first convolution also has."""


@dataclass(frozen=True)
class MobileNetSmall(Architecture):
    """MobileNetV3-Small, for images of any size from 16 pixels.

    Source: Howard et al., Searching for MobileNetV3, 2019, arXiv:1905.02244, table 2. The body has
    the paper's layers and, for colour images, 1,517,856 parameters to train. The paper's images of
    224 x 224 pixels become 32 times smaller. For smaller images the first convolutions with stride
    2 have stride 1, so that the last maps have at least 4 x 4 pixels: 32 x 32 becomes 8 times
    smaller.
    """

    width: Annotated[
        float, Ge(0.1), Le(4), Doc("Multiplies the numbers of filters; the paper's 0.35 to 1.25.")
    ] = 1.0
    dropout: Annotated[float, Ge(0), Lt(1), Doc("Dropout rate before the head.")] = 0.2

    def check(self, image_shape: tuple[int, int, int]) -> None:
        """Raise ImageShapeRefused if a side is shorter than 16 pixels."""
        check_sides("mobilenet_small", image_shape, _SMALLEST)

    def features(self, images: "keras.KerasTensor") -> "keras.KerasTensor":
        """Return the outputs of the last layer before the head, (N, 1024)."""
        from keras import layers

        # Small images skip the first strides, not the last ones: late layers have many filters,
        # which are cheap on small maps only.
        left_out = _HALVINGS - _halvings(min(images.shape[1:3]))
        strides = iter([1] * left_out + [2] * (_HALVINGS - left_out))
        outputs = _convolution(images, self._scaled(16), 3, next(strides))
        outputs = layers.Activation("hard_silu")(outputs)
        for row in _ROWS:
            outputs = self._bottleneck(outputs, row, next(strides) if row.halves else 1)
        outputs = _convolution(outputs, self._scaled(576))
        outputs = layers.Activation("hard_silu")(outputs)
        outputs = layers.GlobalAveragePooling2D()(outputs)
        outputs = layers.Dense(self._scaled(1024), activation="hard_silu")(outputs)
        return layers.Dropout(self.dropout)(outputs) if self.dropout else outputs

    def _bottleneck(
        self, inputs: "keras.KerasTensor", row: _Row, strides: int
    ) -> "keras.KerasTensor":
        """Expand the maps, filter each of them, weight them, and reduce their number (figure 4)."""
        from keras import layers

        outputs, expanded = inputs, self._scaled(row.expansion)
        if expanded != inputs.shape[-1]:
            outputs = layers.Activation(row.activation)(_convolution(outputs, expanded))
        outputs = layers.DepthwiseConv2D(row.kernel, strides, padding="same", use_bias=False)(
            outputs
        )
        outputs = layers.Activation(row.activation)(batch_normalized(outputs, _EPSILON))
        if row.squeezes:
            outputs = _weighted(outputs)
        outputs = _convolution(outputs, self._scaled(row.filters))
        if strides == 1 and outputs.shape[-1] == inputs.shape[-1]:
            outputs = layers.Add()([inputs, outputs])
        return outputs

    def _scaled(self, filters: int) -> int:
        return _divisible_by_8(filters * self.width)


def _halvings(side: int) -> int:
    """Return how many convolutions with stride 2 leave at least 4 pixels of a side."""
    count = 0
    while count < _HALVINGS and math.ceil(side / 2 ** (count + 1)) >= _LAST_SIDE:
        count += 1
    return count


def _divisible_by_8(number: float) -> int:
    """Return the nearest multiple of 8 that is not less than 0.9 times the number."""
    nearest = max(8, int(number + 4) // 8 * 8)
    return nearest if nearest >= 0.9 * number else nearest + 8


def _weighted(maps: "keras.KerasTensor") -> "keras.KerasTensor":
    """Multiply each map by a weight that depends on the means of all: squeeze and excite."""
    from keras import layers

    count = maps.shape[-1]
    weights = layers.GlobalAveragePooling2D(keepdims=True)(maps)
    weights = layers.Dense(_divisible_by_8(count / 4), activation="relu")(weights)
    weights = layers.Dense(count, activation="hard_sigmoid")(weights)
    return layers.Multiply()([maps, weights])


def _convolution(
    inputs: "keras.KerasTensor", filters: int, kernel: int = 1, strides: int = 1
) -> "keras.KerasTensor":
    from keras import layers

    outputs = layers.Conv2D(filters, kernel, strides, padding="same", use_bias=False)(inputs)
    return batch_normalized(outputs, _EPSILON)
