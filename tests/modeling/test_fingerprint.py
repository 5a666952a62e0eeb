"""Fingerprints tell apart what computes differently, and not what differs in values alone."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from zookit.modeling.fingerprint import fingerprint


class Own(keras.layers.Layer):  # type: ignore[misc]
    """A layer that is not of Keras."""

    def call(self, images: Any) -> Any:
        return images


def built(
    change: Callable[[keras.Model], object] = lambda model: None,
    *,
    seed: int = 0,
    rate: float = 0.2,
    factor: float = 2.0,
    activation: Any = "relu",
    decay: float = 0.1,
    loss: Any = "sparse_categorical_crossentropy",
    last: Callable[[], keras.layers.Layer] = keras.layers.Flatten,
) -> keras.Model:
    keras.utils.set_random_seed(seed)
    images = keras.Input((4, 4, 1))
    hidden = keras.layers.Dense(3, activation, kernel_regularizer=keras.regularizers.L2(decay))
    features = hidden(keras.layers.Flatten()(images)) * factor
    features = last()(keras.layers.Dropout(rate)(features))
    model = keras.Model(images, keras.layers.Dense(3, "softmax", name="head")(features))
    model.compile(keras.optimizers.Adam(0.1 * (seed + 1)), loss, metrics=["accuracy"])
    model.optimizer.build(model.trainable_variables)
    change(model)
    return model


def test_models_that_differ_in_the_values_of_variables_are_alike() -> None:
    one, other = built(seed=0), built(seed=1)
    assert not np.array_equal(one.get_weights()[0], other.get_weights()[0])
    assert fingerprint(one) == fingerprint(other) is not None


def test_training_changes_nothing() -> None:
    model = built()
    before = fingerprint(model)
    images, labels = np.zeros((8, 4, 4, 1), np.float32), np.zeros(8, np.int64)
    model.fit(images, labels, validation_data=(images, labels), verbose=0)
    model.predict(images, verbose=0)
    assert fingerprint(model) == before


@pytest.mark.parametrize(
    "other",
    [
        lambda: built(rate=0.3),
        lambda: built(factor=3.0),
        lambda: built(activation="gelu"),
        lambda: built(decay=0.2),
        lambda: built(loss=keras.losses.SparseCategoricalCrossentropy(ignore_class=1)),
        lambda: built(last=keras.layers.ReLU),
        lambda: built(lambda model: setattr(model.optimizer, "beta_1", 0.8)),
        lambda: built(lambda model: setattr(model.get_layer("head"), "use_bias", False)),
        lambda: built(lambda model: setattr(model.get_layer("head"), "trainable", False)),
        lambda: built(lambda model: setattr(model.layers[2], "call", model.layers[1].call)),
        lambda: built(
            lambda model: setattr(model.variables[0], "constraint", keras.constraints.NonNeg())
        ),
    ],
)
def test_models_that_compute_differently_are_not_alike(other: Callable[[], keras.Model]) -> None:
    assert fingerprint(other()) != fingerprint(built())


@pytest.mark.parametrize("last", [Own, lambda: keras.layers.Lambda(lambda images: images)])
def test_what_is_not_of_keras_is_unknown(last: Callable[[], keras.layers.Layer]) -> None:
    assert fingerprint(built(last=last)) is None
    assert fingerprint(built(activation=lambda features: features)) is None


def test_deep_networks_are_no_problem() -> None:
    images = outputs = keras.Input((1,))
    for _ in range(300):
        outputs = keras.layers.ReLU()(outputs)
    assert fingerprint(keras.Model(images, outputs)) is not None
