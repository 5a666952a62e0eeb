"""No layer creates more weights than there are to load."""

import keras
import pytest
from bounded import bounded

from zookit.core import BadRun
from zookit.modeling.weight_limit import weights_limited

KERAS_METHOD = keras.layers.Layer.add_weight


def test_weights_that_cannot_be_there_are_not_created() -> None:
    image = keras.Input((4096, 4096, 3))
    flat = keras.layers.Flatten()(image)
    with bounded(5, 512), weights_limited([900, 100]), pytest.raises(BadRun, match=" 1,000 in 2"):
        keras.layers.Dense(1000)(flat)
    assert keras.layers.Layer.add_weight is KERAS_METHOD


def test_many_small_weights_are_counted_together() -> None:
    features = keras.Input((1000,))
    many = keras.Sequential([keras.layers.Dense(1000) for _ in range(20)])
    with bounded(5, 1024), weights_limited([1000]), pytest.raises(BadRun, match="weights"):
        many(features)


@pytest.mark.slow
def test_many_layers_without_numbers_are_counted_too() -> None:
    many = keras.Sequential([keras.layers.Dense(1) for _ in range(2000)])
    with bounded(20, 1024), weights_limited([8, 8]), pytest.raises(BadRun, match="arrays"):
        many.build((None, 1))


def test_weights_that_are_there_are_created() -> None:
    with weights_limited([5_000_000]):
        layer = keras.layers.MultiHeadAttention(2, 4)
        layer(keras.Input((8, 4)), keras.Input((8, 4)))
        keras.layers.LSTM(4)(keras.Input((8, 4)))
        dense = keras.layers.Dense(1000)
        dense(keras.Input((5000,)))
    assert len(layer.weights) == 8
    assert dense.count_params() == 5_001_000
    assert keras.layers.Layer.add_weight is KERAS_METHOD
