"""The architecture `residual`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Gt, Le, MinLen
from zookit.core import Architecture, Doc, Preference

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Residual(Architecture):
    """Stages of residual blocks. Each stage halves the size of the feature maps.

    A block adds the output of two convolutions to its input (He, Zhang, Ren, Sun: Deep Residual
    Learning for Image Recognition, 2015). Accepts images of any size.
    """

    filters: Annotated[
        tuple[Annotated[int, Gt(0), Le(4096)], ...], MinLen(1), Doc("Filters of each stage.")
    ] = (16, 32)
    blocks: Annotated[int, Gt(0), Le(100), Doc("Blocks in each stage.")] = 1

    def preference(self, image_shape: tuple[int, int, int], batch_size: int) -> Preference:
        """Prefer bfloat16, if --precision is auto. XLA slows convolutions down."""
        del image_shape, batch_size
        return Preference(bfloat16=True)

    def features(self, images: "keras.KerasTensor") -> "keras.KerasTensor":
        """Return the mean of each of the last feature maps, (N, last of filters)."""
        from keras import layers  # not at module level: TensorFlow takes seconds to import

        outputs = _convolved(images, self.filters[0])
        for stage, filters in enumerate(self.filters):
            for block in range(self.blocks):
                outputs = _block(outputs, filters, strides=2 if stage > 0 and block == 0 else 1)
        return layers.GlobalAveragePooling2D()(outputs)


def _block(images: "keras.KerasTensor", filters: int, strides: int) -> "keras.KerasTensor":
    from keras import layers

    changed = _convolved(images, filters, strides=strides)
    changed = _convolved(changed, filters, activation=None)
    if strides > 1 or images.shape[-1] != filters:
        # Both summands must have the same shape.
        images = _convolved(images, filters, kernel=1, strides=strides, activation=None)
    return layers.Activation("relu")(layers.Add()([images, changed]))


def _convolved(
    images: "keras.KerasTensor",
    filters: int,
    *,
    kernel: int = 3,
    strides: int = 1,
    activation: str | None = "relu",
) -> "keras.KerasTensor":
    from keras import layers

    # Batch normalization has its own bias.
    convolution = layers.Conv2D(filters, kernel, strides=strides, padding="same", use_bias=False)
    outputs = layers.BatchNormalization()(convolution(images))
    return layers.Activation(activation)(outputs) if activation else outputs
