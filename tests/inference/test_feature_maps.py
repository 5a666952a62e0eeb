"""Feature maps and filters, beside values that NumPy computes for tiny models."""

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers
from tiny_networks import convolved, network, pixels

from zookit.core import BadParameter, BadRun
from zookit.inference.feature_maps import filters_and_maps


def test_maps_and_filters_are_what_numpy_computes() -> None:
    first, second = layers.Conv2D(2, 2, activation="relu"), layers.Conv2D(3, 2, name="second")
    model = network((4, 5, 3), 3, first, layers.Activation("tanh"), second, layers.Flatten())
    kernel, bias, kernel_2, bias_2, *_ = (np.asarray(each) for each in model.get_weights())
    image = pixels(4, 5, 3)
    filters, (one, two) = filters_and_maps(model, image)
    assert (one.name, two.name) == (first.name, "second")
    expected = np.maximum(convolved(image / 255, kernel, bias), 0)
    np.testing.assert_allclose(one.maps, expected, atol=1e-6)
    after = convolved(np.tanh(expected), kernel_2, bias_2)
    np.testing.assert_allclose(two.maps, after, atol=1e-6)
    assert {each.maps.dtype.name for each in (one, two)} == {"float32"}
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
    model = network((4, 4, 3), 3, layer, layers.Flatten())
    filters, maps = filters_and_maps(model, pixels(4, 4, 3))
    assert filters is not None
    assert filters.kernels.shape == shape
    assert len(maps) == 1


def test_a_model_without_convolutions_has_neither() -> None:
    model = network((2, 2, 1), 3, layers.Flatten())
    assert filters_and_maps(model, pixels(2, 2, 1)) == (None, [])
    with pytest.raises(BadParameter, match=r"\(N, 2, 2, 1\)"):
        filters_and_maps(model, pixels(3, 2, 1))


@pytest.mark.parametrize("number", [np.nan, np.inf])
@pytest.mark.parametrize("at", [0, 1], ids=["kernel", "bias"])
def test_weights_that_are_not_finite_are_refused(at: int, number: float) -> None:
    model = network((4, 4, 1), 3, layers.Conv2D(2, 2), layers.Flatten())
    model.weights[at].assign(np.full(model.weights[at].shape, number))
    with pytest.raises(BadRun, match="NaN or infinite weights"):
        filters_and_maps(model, pixels(4, 4, 1))
