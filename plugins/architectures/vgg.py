"""The architecture `vgg`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from annotated_types import Ge, Le, Lt

from zookit.core import Architecture, Doc, Preference
from zookit.plugins.architectures.convolutions import batch_normalized, check_sides

if TYPE_CHECKING:
    import keras

_CONVOLUTIONS = {
    11: (1, 1, 2, 2, 2),
    13: (2, 2, 2, 2, 2),
    16: (2, 2, 3, 3, 3),
    19: (2, 2, 4, 4, 4),
}
"""The convolutions of each block: the configurations A, B, D and E of the paper's table 1."""
_MULTIPLES = (1, 2, 4, 8, 8)
"""Filters of each block, as multiples of those of the first one."""
_SMALLEST = 16


@dataclass(frozen=True)
class Vgg(Architecture):
    """Blocks of convolutions of 3 x 3 pixels and max-pooling, with batch normalization.

    Other names: VGGNet.

    Source: Simonyan and Zisserman, Very deep convolutional networks for large-scale image
    recognition, 2014, arXiv:1409.1556, table 1, as Liu and Deng, Very deep convolutional neural
    network based image classification using small training sample size, 2015,
    doi:10.1109/ACPR.2015.7486599, changed it for CIFAR-10: batch normalization, and one dense layer
    before the head. The papers have 64 filters in the first block; the default here is 16, for
    a CPU. Larger images are averaged after the last block.
    """

    depth: Annotated[
        Literal[11, 13, 16, 19], Doc("The paper's number of layers; one dense layer less here.")
    ] = 11
    width: Annotated[
        int, Ge(1), Le(1024), Doc("Filters of the first block; the last ones have 8 times as many.")
    ] = 16
    dropout: Annotated[
        float, Ge(0), Lt(1), Doc("Dropout rate before the dense layer and before the head.")
    ] = 0.5

    def check(self, image_shape: tuple[int, int, int]) -> None:
        """Raise ImageShapeRefused if a side is shorter than 16 pixels."""
        check_sides("vgg", image_shape, _SMALLEST)

    def preference(self, image_shape: tuple[int, int, int], batch_size: int) -> Preference:
        """Prefer bfloat16, with which a step takes 0.85 times as long as with float32.

        Measured on a CPU with 32 images of 32 x 32: 24 ms instead of 28 ms. XLA slows convolutions
        down.
        """
        del image_shape, batch_size
        return Preference(bfloat16=True)

    def features(self, images: "keras.KerasTensor") -> "keras.KerasTensor":
        """Return the outputs of the dense layer, (N, 8 * width)."""
        from keras import layers

        outputs = images
        for count, multiple in zip(_CONVOLUTIONS[self.depth], _MULTIPLES, strict=True):
            for _ in range(count):
                outputs = _convolution(outputs, self.width * multiple)
            outputs = layers.MaxPooling2D(2, padding="same")(outputs)
        outputs = layers.GlobalAveragePooling2D()(outputs)
        outputs = self._with_dropout(outputs)
        outputs = layers.Dense(self.width * 8, use_bias=False)(outputs)
        return self._with_dropout(_normalized(outputs))

    def _with_dropout(self, outputs: "keras.KerasTensor") -> "keras.KerasTensor":
        from keras import layers

        return layers.Dropout(self.dropout)(outputs) if self.dropout else outputs


def _convolution(inputs: "keras.KerasTensor", filters: int) -> "keras.KerasTensor":
    from keras import layers

    outputs = layers.Conv2D(
        filters, 3, padding="same", use_bias=False, kernel_initializer="he_normal"
    )(inputs)
    return _normalized(outputs)


def _normalized(outputs: "keras.KerasTensor") -> "keras.KerasTensor":
    """Apply batch normalization, which makes biases before it useless, and ReLU."""
    from keras import layers

    outputs = batch_normalized(outputs, epsilon=1e-5)
    return layers.Activation("relu")(outputs)
