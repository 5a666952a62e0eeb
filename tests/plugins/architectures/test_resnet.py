"""The layers of `resnet`, which are those of the paper, and the images that it refuses."""

import keras
import numpy as np
import pytest
from networks import body, trained

from zookit.core import ImageShapeRefused
from zookit.plugins import ResNet


def test_the_layers_and_parameters_are_those_of_the_paper() -> None:
    """Table 6 gives `resnet:20` 0.27 million parameters, with the head."""
    depth = 20
    model = body(ResNet(depth), (32, 32, 3))
    found = [each for each in model.layers if isinstance(each, keras.layers.Conv2D)]
    each_stage = (depth - 2) // 3  # 2n
    assert [layer.output.shape[1:] for layer in found] == [
        *[(32, 32, 16)] * (1 + each_stage),
        *[(16, 16, 32)] * each_stage,
        *[(8, 8, 64)] * each_stage,
    ]
    assert {layer.kernel_size for layer in found} == {(3, 3)}
    assert len(found) + 1 == depth  # the head is the last layer
    assert model.output.shape == (None, 64)
    assert trained(model) + (64 + 1) * 10 == 269_722


def test_the_width_multiplies_the_filters() -> None:
    assert body(ResNet(8, width=5), (9, 8, 1)).output.shape == (None, 20)


def test_large_images_are_made_smaller_first() -> None:
    large, small = (body(ResNet(8), (side, side, 3)) for side in (300, 64))
    first, second = [each for each in large.layers if isinstance(each, keras.layers.Conv2D)][:2]
    assert (first.kernel_size, first.strides) == ((7, 7), (2, 2))
    assert second.output.shape == (None, 75, 75, 16)
    assert trained(large) - trained(small) == 7 * 7 * 3 * 16 + 2 * 16 + 3 * 3 * (16 - 3) * 16


def test_what_a_stride_leaves_is_centred_on_the_pixels_of_the_shortcut() -> None:
    """As with the paper's padding of one pixel on every side, and of three for 7 x 7."""
    model = body(ResNet(8, width=2), (8, 10, 1))
    (strided, *_) = [each for each in model.layers if getattr(each, "strides", 0) == (2, 2)]
    (shortcut, *_) = [e for e in model.layers if isinstance(e, keras.layers.AveragePooling2D)]
    kernel = np.zeros(strided.kernel.shape)
    kernel[1, 1] = np.eye(2, 4)
    strided.kernel.assign(kernel)
    images = np.random.default_rng(0).random((1, 8, 10, 1))
    left, kept = keras.Model(model.input, [strided.output, shortcut.output])(images)
    np.testing.assert_allclose(left[..., :2], kept)


def test_large_images_are_padded_on_every_side() -> None:
    model = body(ResNet(8, width=1), (66, 66, 1))
    (first, *_) = [each for each in model.layers if isinstance(each, keras.layers.Conv2D)]
    kernel = np.zeros((7, 7, 1, 1))
    kernel[3, 3] = 1
    first.kernel.assign(kernel)
    (pooled,) = [each for each in model.layers if isinstance(each, keras.layers.MaxPooling2D)]
    image = np.zeros((1, 66, 66, 1))
    image[0, 4, 4] = 1
    halved, quartered = keras.Model(model.input, [first.output, pooled.output])(image)
    assert np.argwhere(halved).tolist() == [[0, 2, 2, 0]]
    assert np.argwhere(quartered).tolist() == [[0, 1, 1, 0]]


@pytest.mark.parametrize(("depth", "near"), [(21, "20 or 26"), (9, "8 or 14")])
def test_another_depth_is_refused(depth: int, near: str) -> None:
    with pytest.raises(ValueError, match=rf"6n \+ 2, such as {near}, got {depth}"):
        ResNet(depth)


def test_small_images_are_refused() -> None:
    ResNet().check((8, 8, 1))
    with pytest.raises(ImageShapeRefused, match=r"7 x 28 are too small.*8 x 8"):
        ResNet().check((7, 28, 1))
