"""What the convolutions of a model see in an image."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from zookit.inference.predict import check_finite, check_images

if TYPE_CHECKING:
    import keras
    import numpy.typing as npt

    from zookit.inference.predict import Pixels

    Numbers = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class FeatureMaps:
    """What a convolution returns for an image.

    `name` is that of the layer, and `maps`, float32 (H, W, maps), its output, after the layer's own
    activation if it has one.
    """

    name: str
    maps: "Numbers"


@dataclass(frozen=True, eq=False)
class Filters:
    """The filters of a convolution.

    `name` is that of the layer, and `kernels`, float32 (height, width, channels, filters), its
    weights. A convolution of each channel by itself has 1 channel.
    """

    name: str
    kernels: "Numbers"


def filters_and_maps(
    model: "keras.Model", image: "Pixels"
) -> tuple[Filters | None, list[FeatureMaps]]:
    """Return a model's first filters, and the feature maps of each convolution for an image.

    The maps are in the order of the layers. A layer of another kind that contains convolutions
    counts as one. Without a convolution there are no filters, and the list is empty.

    Args:
        model: a model of a run.
        image: uint8 (H, W, C), 0 to 255, of the model's shape.

    Raises:
        BadParameter: the image is not of that form.
        BadRun: the weights of the model are not finite.
    """
    import tensorflow as tf

    from zookit.modeling.layer_calls import convolutions_in, layer_calls  # imports Keras

    check_images(image[None], tuple(model.input_shape[1:]))
    filters, maps = None, []
    for call in layer_calls(model, tf.constant(image[None])):
        convolutions = convolutions_in(call.operation)
        if convolutions and filters is None:
            filters = Filters(convolutions[0].name, _kernels(convolutions[0]))
            check_finite(filters.kernels)
        if convolutions and len(call.output.shape) == 4:
            numbers = np.asarray(tf.cast(call.output[0], tf.float32))
            check_finite(numbers)
            maps.append(FeatureMaps(call.operation.name, numbers))
    return filters, maps


def _kernels(layer: "keras.Layer") -> "Numbers":
    import keras

    if isinstance(layer, keras.layers.SeparableConv2D):
        kernels = np.asarray(layer.depthwise_kernel, np.float32)
    else:
        kernels = np.asarray(layer.kernel, np.float32)
    if isinstance(layer, keras.layers.Conv2DTranspose):
        return kernels.swapaxes(2, 3)
    if isinstance(layer, keras.layers.DepthwiseConv2D | keras.layers.SeparableConv2D):
        return kernels.reshape(*kernels.shape[:2], 1, -1)
    return kernels
