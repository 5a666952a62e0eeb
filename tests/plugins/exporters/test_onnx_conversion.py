"""Models with what tf2onnx leaves out, converted and run by ONNX Runtime."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import onnxruntime
import pytest
import tensorflow as tf
from keras import layers
from small_runs import SMALL, different_ends, small_images

import zookit
from zookit.core import Callback
from zookit.plugins.exporters.onnx_conversion import INPUT, convert_to_onnx


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


def model_of(features: Any) -> keras.Model:
    images = keras.Input((16, 16, 3), dtype="uint8")
    pooled = layers.GlobalAveragePooling2D()(features(layers.Rescaling(1 / 255)(images)))
    return keras.Model(images, layers.Dense(4)(pooled))


@pytest.mark.parametrize(
    "features", [grouped, normalized, erfc_expm1_log1p, attention, preprocessing]
)
def test_the_same_numbers(features: Any) -> None:
    model = model_of(features)
    converted = convert_to_onnx(model)
    assert [each.name for each in converted.graph.input] == [INPUT]
    session = onnxruntime.InferenceSession(converted.SerializeToString())
    pixels = np.random.default_rng(0).integers(0, 256, (3, 16, 16, 3), np.uint8)
    (found,) = session.run(None, {INPUT: pixels})
    np.testing.assert_allclose(found, model(pixels, training=False), rtol=0, atol=1e-5)


@dataclass(frozen=True)
class Watching(Callback):
    """Lets the other thread work between steps, and sees whether functions run as graphs."""

    def build(self) -> Any:
        def look(*_: Any, **__: Any) -> None:
            PAUSE.wait(0.02)
            EAGERLY.append(tf.config.functions_run_eagerly())

        return keras.callbacks.LambdaCallback(on_train_batch_end=look)


PAUSE = threading.Event()
EAGERLY: list[bool] = []


@contextmanager
def converting(model: keras.Model) -> Iterator[list[Any]]:
    """Convert a model again and again in another thread; yields what has been converted."""
    stop, converted = threading.Event(), [convert_to_onnx(model)]

    def convert() -> None:
        while not stop.is_set():
            converted.append(convert_to_onnx(model))

    other = threading.Thread(target=convert)
    other.start()
    try:
        yield converted
    finally:
        stop.set()
        other.join()


@pytest.mark.slow
def test_a_training_beside_it_gives_the_same_bits(tmp_path: Path) -> None:
    def train(name: str) -> Path:
        runs_dir, images = tmp_path / name, small_images()
        return zookit.run(
            images, "dense:8", Watching(), runs_dir=runs_dir, epochs=6, **SMALL
        ).folder

    alone = train("alone")
    with converting(model_of(grouped)) as converted:
        beside = train("beside")
        assert len(converted) > 1
    assert different_ends(beside, alone) == []
    assert not any(EAGERLY)
