"""Where a model looked, beside values that NumPy computes for tiny models."""

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers
from tiny_networks import Array, convolved, network, numbers, pixels

from zookit.core import Architecture, BadParameter, BadRun, DatasetInfo
from zookit.inference.explanation import Explainer, overlay
from zookit.modeling.model import build_model
from zookit.registry import default


def enlarged(maps: Array, height: int, width: int) -> Array:
    """Bilinear interpolation between the middles of pixels."""
    for axis, length in ((0, height), (1, width)):
        old = maps.shape[axis]
        at = np.clip((np.arange(length) + 0.5) * old / length - 0.5, 0, old - 1)
        low = np.floor(at).astype(int)
        high = np.minimum(low + 1, old - 1)
        part = np.expand_dims(at - low, 1 - axis)
        maps = np.take(maps, low, axis) * (1 - part) + np.take(maps, high, axis) * part
    return maps


def rectified(image: Array, kernel: Array, bias: Array) -> Array:
    return np.maximum(convolved(image, kernel, bias), 0)


def largest_is_one(found: Array) -> Array:
    return found / found.max() if found.max() > 0 else found


def test_grad_cam_is_what_numpy_computes() -> None:
    """A mean has the same gradient at each pixel: a weight of the head, divided by the pixels."""
    convolution = layers.Conv2D(3, 2, activation="relu")
    model = network((4, 5, 2), 3, convolution, layers.GlobalAveragePooling2D())
    kernel, bias, weights, _ = (np.asarray(each) for each in model.get_weights())
    images = pixels(6, 4, 5, 2)
    explainer = Explainer(model)
    assert explainer.method == "Grad-CAM"
    for label in range(3):
        found = explainer(images, np.full(6, label))
        assert (found.dtype.name, found.shape) == ("float32", (6, 4, 5))
        for image, one in zip(images, found, strict=True):
            maps = rectified(image / 255, kernel, bias)
            gradients = np.broadcast_to(weights[:, label] / 12, (3, 4, 3))
            cam = np.maximum((maps * gradients.mean((0, 1))).sum(-1), 0)
            expected = largest_is_one(enlarged(cam, 4, 5))
            np.testing.assert_allclose(one, expected, atol=1e-6)


@pytest.mark.parametrize(
    ("last", "method"), [(layers.GlobalAveragePooling2D, "Grad-CAM"), (layers.Flatten, "HiResCAM")]
)
def test_dropout_after_the_maps_does_not_change_the_method(last: Any, method: str) -> None:
    body = (layers.Conv2D(3, 2), layers.Dropout(0.5), last())
    assert Explainer(network((4, 5, 2), 3, *body)).method == method


def test_each_pixel_of_flattened_maps_has_its_own_weight() -> None:
    """The maps go straight into the head, so that a weight of the head is a gradient."""
    model = network((4, 5, 2), 3, layers.Conv2D(3, 2, activation="relu"), layers.Flatten())
    kernel, bias, weights, _ = (np.asarray(each) for each in model.get_weights())
    images = pixels(6, 4, 5, 2)
    explainer = Explainer(model)
    assert explainer.method == "HiResCAM"
    for label in range(3):
        for image, one in zip(images, explainer(images, np.full(6, label)), strict=True):
            maps = rectified(image / 255, kernel, bias)
            cam = np.maximum((maps * weights[:, label].reshape(3, 4, 3)).sum(-1), 0)
            expected = largest_is_one(enlarged(cam, 4, 5))
            np.testing.assert_allclose(one, expected, atol=1e-6)


def test_of_two_classes_the_first_has_the_negated_score() -> None:
    model = network((4, 4, 1), 2, layers.Conv2D(2, 3, activation="relu"), layers.Flatten())
    kernel, bias, weights, _ = (np.asarray(each) for each in model.get_weights())
    (image,) = images = pixels(1, 4, 4, 1)
    maps = rectified(image / 255, kernel, bias)
    explainer = Explainer(model)
    for label, sign in ((0, -1), (1, 1)):
        (found,) = explainer(images, np.array([label]))
        cam = np.maximum((maps * sign * weights[:, 0].reshape(2, 2, 2)).sum(-1), 0)
        np.testing.assert_allclose(found, largest_is_one(enlarged(cam, 4, 4)), atol=1e-6)


def test_a_map_is_zero_if_nothing_speaks_for_the_class() -> None:
    model = network((4, 4, 1), 3, layers.Conv2D(2, 2, activation="relu"), layers.Flatten())
    kernel, bias, weights, last = model.get_weights()
    model.set_weights([kernel, bias, -np.abs(weights), last])
    assert not Explainer(model)(pixels(2, 4, 4, 1), np.array([0, 1])).any()


def test_pooling_after_the_last_convolution_does_not_make_the_map_coarser() -> None:
    """The gradient of max-pooling is at the largest pixel of each window."""
    body = (layers.Conv2D(1, 1, activation="relu"), layers.MaxPooling2D(2), layers.Flatten())
    model = network((4, 4, 1), 3, *body)
    weights = np.abs(numbers(4, 3))
    model.set_weights([np.ones((1, 1, 1, 1)), np.zeros(1), weights, np.zeros(3)])
    images = np.random.default_rng(1).permutation(16).astype(np.uint8).reshape(1, 4, 4, 1)
    values = images[0, ..., 0].astype(float)
    largest = values.reshape(2, 2, 2, 2).max((1, 3)).repeat(2, 0).repeat(2, 1)
    gradients = weights[:, 1].reshape(2, 2).repeat(2, 0).repeat(2, 1)
    cam = np.where(values == largest, values * gradients, 0)
    (found,) = Explainer(model)(images, np.array([1]))
    np.testing.assert_allclose(found, largest_is_one(cam), atol=1e-6)


def test_layers_of_a_nested_model_are_found() -> None:
    convolution, flatten = layers.Conv2D(2, 2, activation="relu"), layers.Flatten()
    plain = network((4, 4, 1), 3, convolution, flatten)
    images, labels = pixels(5, 4, 4, 1), np.array([0, 1, 2, 0, 1])
    expected = Explainer(plain)(images, labels)
    inputs = keras.Input((4, 4, 1))
    nested = network((4, 4, 1), 3, keras.Model(inputs, flatten(convolution(inputs))))
    nested.set_weights(plain.get_weights())
    explainer = Explainer(nested)
    assert explainer.method == "HiResCAM"
    np.testing.assert_array_equal(explainer(images, labels), expected)


class Doubled(layers.Layer):  # type: ignore[misc]  # Keras has no types
    """A layer of somebody else, with a convolution inside."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution = layers.Conv2D(2, 2)

    def call(self, images: Any) -> Any:
        return self.convolution(images) * 2


def test_the_convolution_inside_a_layer_counts() -> None:
    model = network((4, 4, 1), 3, Doubled(), layers.Flatten())
    assert Explainer(model).method == "HiResCAM"


@pytest.mark.parametrize(("side", "square"), [(2, 1), (4, 1), (10, 2)])
def test_occlusion_of_a_linear_model_is_what_numpy_computes(side: int, square: int) -> None:
    model = network((side, side, 1), 3, layers.Flatten())
    weights = np.asarray(model.get_weights()[0])
    images = pixels(2, side, side, 1)
    explainer = Explainer(model)
    assert explainer.method == "occlusion"
    advanced: list[int] = []
    found = explainer(images, np.array([2, 0]), advanced.append)
    assert advanced == [1, 1]
    for image, label, one in zip(images, (2, 0), found, strict=True):
        colour = np.rint(image.mean())
        each = (image[..., 0] - colour) / 255 * weights[:, label].reshape(side, side)
        falls, counts = np.zeros((side, side)), np.zeros((side, side))
        for row in range(side - square + 1):
            for column in range(side - square + 1):
                at = slice(row, row + square), slice(column, column + square)
                falls[at] += each[at].sum()
                counts[at] += 1
        expected = largest_is_one(np.maximum(falls / counts, 0))
        np.testing.assert_allclose(one, expected, atol=1e-5)


def explained(words: str, shape: tuple[int, int, int]) -> str:
    """Explain two images with an architecture's model, and return the method."""
    built = default.architectures.build(words).component
    assert isinstance(built, Architecture)
    info = DatasetInfo(shape, ("a", "b", "c"), {"train": 1, "test": 1})
    explainer = Explainer(build_model(info, built, normalize=True))
    found = explainer(pixels(2, *shape), np.array([0, 2]))
    assert found.shape == (2, *shape[:2])
    assert set(found.max((1, 2))) <= {0.0, 1.0}
    assert found.any()
    return explainer.method


@pytest.mark.parametrize(
    ("words", "method"),
    [
        ("cnn", "HiResCAM"),
        ("dense:8", "occlusion"),
    ],
)
def test_architectures_are_explained(words: str, method: str) -> None:
    assert explained(words, (12, 12, 1)) == method


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "method"),
    [
        ("lenet5", "HiResCAM"),
        ("mlp_mixer", "occlusion"),
        ("vit", "occlusion"),
        ("resnet:8", "Grad-CAM"),
        ("vgg", "HiResCAM"),
        ("mobilenet_small", "Grad-CAM"),
        ("keras_application:MobileNetV2", "Grad-CAM"),
    ],
)
def test_large_architectures_are_explained(words: str, method: str) -> None:
    shape = (28, 28, 1) if words == "lenet5" else (48, 40, 3)
    assert explained(words, shape) == method


def test_wrong_images_and_labels_are_refused() -> None:
    explainer = Explainer(network((2, 2, 1), 3, layers.Flatten()))
    images = pixels(2, 2, 2, 1)
    assert explainer(images[:0], np.zeros(0, np.int64)).shape == (0, 2, 2)
    with pytest.raises(BadParameter, match=r"\(3, 3, 1\).*\(N, 2, 2, 1\)"):
        explainer(pixels(3, 3, 1), np.array([0]))
    with pytest.raises(BadParameter, match="one whole number for each of 2 images"):
        explainer(images, np.array([0]))
    with pytest.raises(BadParameter, match=r"label 3 .* 0 to 2"):
        explainer(images, np.array([0, 3]))


def test_weights_that_are_not_finite_are_refused() -> None:
    model = network((4, 4, 1), 3, layers.Conv2D(2, 2), layers.Flatten())
    model.weights[-2].assign(np.full(model.weights[-2].shape, np.nan))
    with pytest.raises(BadRun, match="NaN or infinite"):
        Explainer(model)(pixels(1, 4, 4, 1), np.array([0]))


def test_a_model_without_a_head_is_refused() -> None:
    images = keras.Input((4, 4, 1), dtype="uint8")
    outputs = layers.Flatten()(keras.ops.cast(images, "float32"))
    with pytest.raises(BadParameter, match="expected a Dense layer"):
        Explainer(keras.Model(images, outputs))


@pytest.mark.parametrize("channels", [1, 3])
def test_an_overlay_is_dark_grey_where_the_map_is_zero_and_yellow_where_it_is_one(
    channels: int,
) -> None:
    image = np.full((2, 3, channels), 100, np.uint8)
    where = np.zeros((2, 3), np.float32)
    where[1, 2] = 1
    found = overlay(image, where)
    assert (found.dtype.name, found.shape) == ("uint8", (2, 3, 3))
    assert found[0, 0].tolist() == pytest.approx([51, 51, 51], abs=2)
    red, green, blue = found[1, 2].tolist()
    assert min(red, green) > 200 > blue
