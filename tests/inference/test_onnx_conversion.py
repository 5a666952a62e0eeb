"""Models with what tf2onnx leaves out, converted and run by ONNX Runtime."""

from typing import Any

import keras
import numpy as np
import onnxruntime
import pytest
from keras import layers

from zookit.inference.onnx_conversion import INPUT, convert_to_onnx


def grouped(values: Any) -> Any:
    """Keras compiles grouped convolutions with XLA."""
    return layers.Conv2D(8, 3, groups=4)(layers.Conv2D(8, 3)(values))


def normalized(values: Any) -> Any:
    """Keras keeps mean and variance as tensors that are no weights."""
    return layers.Normalization(mean=[0.1, 0.2, 0.3], variance=[0.5, 1.0, 2.0])(values)


def erfc_expm1_log1p(values: Any) -> Any:
    values = layers.Conv2D(4, 3, activation="gelu")(values)
    values = layers.Conv2D(4, 3, activation="celu")(values)
    return keras.ops.log1p(keras.ops.abs(values)) + keras.ops.expm1(values)


def attention(values: Any) -> Any:
    tokens = layers.Reshape((-1, 8))(layers.Conv2D(8, 4, 4)(values))
    tokens = layers.LayerNormalization()(layers.MultiHeadAttention(2, 4)(tokens, tokens))
    return layers.Reshape((4, 4, 8))(tokens)


def preprocessing(values: Any) -> Any:
    return layers.RandomRotation(0.1)(layers.RandomFlip()(values))


@pytest.mark.parametrize(
    "features", [grouped, normalized, erfc_expm1_log1p, attention, preprocessing]
)
def test_the_same_numbers(features: Any) -> None:
    images = keras.Input((16, 16, 3), dtype="uint8")
    pooled = layers.GlobalAveragePooling2D()(features(layers.Rescaling(1 / 255)(images)))
    model = keras.Model(images, layers.Dense(4)(pooled))
    converted = convert_to_onnx(model)
    assert [each.name for each in converted.graph.input] == [INPUT]
    session = onnxruntime.InferenceSession(converted.SerializeToString())
    pixels = np.random.default_rng(0).integers(0, 256, (3, 16, 16, 3), np.uint8)
    (found,) = session.run(None, {INPUT: pixels})
    np.testing.assert_allclose(found, model(pixels, training=False), rtol=0, atol=1e-5)
