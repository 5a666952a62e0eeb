"""The layers of `dense`, and what it prefers."""

import keras

from zookit.core import Preference
from zookit.plugins import Dense


def test_units_activation_and_dropout() -> None:
    images = keras.Input((6, 5, 2))
    model = keras.Model(images, Dense((9, 8), "tanh", 0.25).features(images))
    dense = [layer for layer in model.layers if isinstance(layer, keras.layers.Dense)]
    assert [(layer.units, layer.activation.__name__) for layer in dense] == [
        (9, "tanh"),
        (8, "tanh"),
    ]
    dropouts = [layer for layer in model.layers if isinstance(layer, keras.layers.Dropout)]
    assert [layer.rate for layer in dropouts] == [0.25, 0.25]


def test_preference() -> None:
    shape = (28, 28, 1)
    assert Dense((256,)).preference(shape, 32) == Preference(xla=True, threads=1)
    assert Dense((384,)).preference(shape, 32) == Preference(xla=True)
    assert Dense((4, 384, 1000)).preference(shape, 32) == Preference(xla=True)
    assert not Dense(dropout=0.5).preference(shape, 32).xla
