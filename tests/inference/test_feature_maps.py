"""Feature maps and filters, beside values that NumPy computes for tiny models."""

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from zookit.core import BadParameter
from zookit.inference.feature_maps import feature_maps, first_filters


def numbers(*shape: int, seed: int = 0) -> "np.typing.NDArray[np.float32]":
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def network(shape: tuple[int, int, int], *body: Any) -> keras.Model:
    images = keras.Input(shape, dtype="uint8")
    outputs = keras.ops.cast(images, "float32") / 255
    for layer in body:
        outputs = layer(outputs)
    outputs = layers.Dense(3, activation="softmax")(layers.Flatten()(outputs))
    model = keras.Model(images, outputs)
    for at, weight in enumerate(model.weights):
        weight.assign(numbers(*weight.shape, seed=at))
    return model


def convolved(image: Any, kernel: Any, bias: Any) -> "np.typing.NDArray[Any]":
    side = len(kernel)
    rows, columns = (length - side + 1 for length in image.shape[:2])
    found = np.empty((rows, columns, kernel.shape[-1]))
    for row in range(rows):
        for column in range(columns):
            part = image[row : row + side, column : column + side]
            found[row, column] = np.tensordot(part, kernel, 3) + bias
    return found


def pixels(*shape: int) -> "np.typing.NDArray[np.uint8]":
    return np.random.default_rng(1).integers(0, 256, shape, np.uint8)


def test_maps_and_filters_are_what_numpy_computes() -> None:
    first, second = layers.Conv2D(2, 2, activation="relu"), layers.Conv2D(3, 2, name="second")
    model = network((4, 5, 3), first, layers.Activation("tanh"), second)
    kernel, bias, kernel_2, bias_2, *_ = (np.asarray(each) for each in model.get_weights())
    image = pixels(4, 5, 3)
    one, two = feature_maps(model, image)
    assert (one.name, two.name) == (first.name, "second")
    expected = np.maximum(convolved(image / 255, kernel, bias), 0)
    np.testing.assert_allclose(one.maps, expected, atol=1e-6)
    after = convolved(np.tanh(expected), kernel_2, bias_2)
    np.testing.assert_allclose(two.maps, after, atol=1e-6)
    assert {each.maps.dtype.name for each in (one, two)} == {"float32"}
    filters = first_filters(model)
    assert filters is not None
    assert filters.name == first.name
    np.testing.assert_array_equal(filters.kernels, kernel)


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (layers.DepthwiseConv2D(2), (2, 2, 1, 3)),
        (layers.SeparableConv2D(4, 2), (2, 2, 1, 3)),
        (layers.Conv2DTranspose(5, 2), (2, 2, 3, 5)),
        (keras.Sequential([layers.Conv2D(6, 2)]), (2, 2, 3, 6)),
    ],
)
def test_filters_of_other_convolutions(layer: Any, shape: tuple[int, ...]) -> None:
    filters = first_filters(network((4, 4, 3), layer))
    assert filters is not None
    assert filters.kernels.shape == shape
    assert len(feature_maps(network((4, 4, 3), layer), pixels(4, 4, 3))) == 1


def test_a_model_without_convolutions_has_neither() -> None:
    model = network((2, 2, 1))
    assert feature_maps(model, pixels(2, 2, 1)) == []
    assert first_filters(model) is None
    with pytest.raises(BadParameter, match=r"\(N, 2, 2, 1\)"):
        feature_maps(model, pixels(3, 2, 1))
