"""The calls of a model's layers."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from zookit.modeling.layer_calls import convolutions_in, layer_calls
from zookit.modeling.runtime import keras_configured


def branched() -> keras.Model:
    """A model with a nested one, operations that are no layers, dropout and normalization."""
    inside = keras.Input((6, 6, 3))
    inner = keras.Model(inside, layers.Conv2D(3, 3, padding="same", name="inner")(inside))
    images = keras.Input((6, 6, 3), dtype="uint8")
    scaled = keras.ops.cast(images, "float32") / 255
    outputs = layers.BatchNormalization()(inner(scaled)) + scaled
    outputs = keras.Sequential([layers.Dropout(0.5), layers.Conv2D(2, 3, name="last")])(outputs)
    outputs = layers.Dense(3, dtype="float32", name="head")(layers.Flatten()(outputs))
    return keras.Model(images, outputs)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_the_last_call_returns_what_the_model_returns(precision: Any) -> None:
    with keras_configured(precision):
        model = branched()
    images = tf.constant(np.random.default_rng(0).integers(0, 256, (4, 6, 6, 3), np.uint8))
    calls = layer_calls(model, images)
    np.testing.assert_array_equal(calls[-1].output, model(images, training=False))
    assert calls[-1].operation is model.get_layer("head")
    assert tuple(calls[-1].inputs.shape) == (4, 32)
    convolutions = [each.operation.name for each in calls if convolutions_in(each.operation)]
    assert convolutions == ["inner", "last"]


class Negated(keras.Sequential):  # type: ignore[misc]  # Keras has no types
    """A model of somebody else that does more than call its layers."""

    def call(self, inputs: Any, **options: Any) -> Any:
        return -super().call(inputs, **options)


def test_a_model_with_a_call_of_its_own_is_one_layer() -> None:
    images = keras.Input((4, 4, 1))
    negated = Negated([layers.Conv2D(2, 2)])
    model = keras.Model(images, negated(images))
    pixels = tf.random.normal((2, 4, 4, 1))
    (*_, call) = layer_calls(model, pixels)
    assert call.operation is negated
    assert len(convolutions_in(negated)) == 1
    np.testing.assert_array_equal(call.output, model(pixels))
