"""The architecture `resnet`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge, Le

from zookit.core import Architecture, Doc, Preference
from zookit.plugins.architectures.convolutions import batch_normalized, check_sides

if TYPE_CHECKING:
    import keras

_SMALLEST = 8
"""Sides of images from which the last maps are larger than one pixel."""
_LARGE = 64
"""Longest side of images that are not made smaller first, as the paper does for ImageNet."""


@dataclass(frozen=True)
class ResNet(Architecture):
    """A residual network for small images, such as those of CIFAR-10.

    Other names: residual_network.

    Source: He, Zhang, Ren and Sun, Deep residual learning for image recognition, 2015,
    arXiv:1512.03385, section 4.2. Three stages have 16, 32 and 64 filters and the same number of
    blocks, each of two convolutions; shortcuts have no weights. For colour images and 10 classes,
    `resnet:20` has 269,722 parameters to train. Images with a side longer than 64 pixels first pass
    the layers that the paper has for ImageNet, a convolution of 7 x 7 and max-pooling, which make
    them four times smaller.
    """

    depth: Annotated[
        int, Ge(8), Le(1202), Doc("Layers with weights, including the head: 8, 14, 20 and so on.")
    ] = 20
    width: Annotated[int, Ge(1), Le(1024), Doc("Filters of the first stage.")] = 16

    def __post_init__(self) -> None:
        """Raise ValueError unless the depth is 6n + 2."""
        if self.depth % 6 != 2:
            lower = self.depth - (self.depth - 2) % 6
            raise ValueError(
                f"depth must be 6n + 2, such as {lower} or {lower + 6}, got {self.depth}"
            )

    def check(self, image_shape: tuple[int, int, int]) -> None:
        """Raise ImageShapeRefused if a side is shorter than 8 pixels."""
        check_sides("resnet", image_shape, _SMALLEST)

    def preference(self, image_shape: tuple[int, int, int], batch_size: int) -> Preference:
        """Prefer bfloat16, with which a step takes 0.8 times as long as with float32.

        Measured on a CPU with 32 images of 32 x 32: 91 ms instead of 119 ms. XLA slows
        convolutions down.
        """
        del image_shape, batch_size
        return Preference(bfloat16=True)

    def features(self, images: "keras.KerasTensor") -> "keras.KerasTensor":
        """Return the mean of each of the last maps, (N, 4 * width)."""
        from keras import layers

        outputs = images
        if max(images.shape[1:3]) > _LARGE:
            outputs = layers.Activation("relu")(_convolution(outputs, self.width, 7, strides=2))
            outputs = layers.MaxPooling2D(3, strides=2)(layers.ZeroPadding2D(1)(outputs))
        outputs = layers.Activation("relu")(_convolution(outputs, self.width, 3))
        for stage in range(3):
            for block in range((self.depth - 2) // 6):
                strides = 2 if stage and not block else 1
                outputs = _block(outputs, self.width << stage, strides)
        return layers.GlobalAveragePooling2D()(outputs)


def _block(inputs: "keras.KerasTensor", filters: int, strides: int) -> "keras.KerasTensor":
    """Return the sum of the inputs and of two convolutions of them (figure 2)."""
    from keras import layers

    outputs = layers.Activation("relu")(_convolution(inputs, filters, 3, strides))
    outputs = layers.Add()([_shortcut(inputs, filters, strides), _convolution(outputs, filters, 3)])
    return layers.Activation("relu")(outputs)


def _shortcut(inputs: "keras.KerasTensor", filters: int, strides: int) -> "keras.KerasTensor":
    """Return every second pixel, with maps of zeros for the missing filters: option A."""
    from keras import layers, ops

    if strides > 1:
        inputs = layers.AveragePooling2D(1, strides)(inputs)
    missing = filters - inputs.shape[-1]
    if not missing:
        return inputs
    return ops.pad(inputs, [(0, 0), (0, 0), (0, 0), (missing // 2, missing - missing // 2)])


def _convolution(
    inputs: "keras.KerasTensor", filters: int, kernel: int, strides: int = 1
) -> "keras.KerasTensor":
    """Return a convolution with batch normalization, without a bias that this would remove."""
    from keras import layers

    if strides > 1:  # `same` pads even sides at the end only, beside the pixels of the shortcut
        inputs = layers.ZeroPadding2D(kernel // 2)(inputs)
    outputs = layers.Conv2D(
        filters,
        kernel,
        strides,
        padding="valid" if strides > 1 else "same",
        use_bias=False,
        kernel_initializer="he_normal",
    )(inputs)
    return batch_normalized(outputs, epsilon=1e-5)
