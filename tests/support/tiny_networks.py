"""Tiny models with known weights, and what NumPy computes of them."""

from typing import Any

import keras
import numpy as np
from keras import layers

Array = np.typing.NDArray[Any]


def pixels(*shape: int) -> "np.typing.NDArray[np.uint8]":
    """Return random pixels, the same each time."""
    return np.random.default_rng(7).integers(0, 256, shape, np.uint8)


def numbers(*shape: int, seed: int = 0) -> "np.typing.NDArray[np.float32]":
    """Return random numbers around 0, the same each time."""
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def network(shape: tuple[int, int, int], classes: int, *body: Any) -> keras.Model:
    """Return a model as zookit builds them, with weights of `numbers`."""
    images = keras.Input(shape, dtype="uint8")
    outputs = keras.ops.cast(images, "float32") / 255
    for layer in body:
        outputs = layer(outputs)
    if classes == 2:
        outputs = layers.Dense(1, activation="sigmoid")(outputs)
    else:
        outputs = layers.Dense(classes, activation="softmax")(outputs)
    model = keras.Model(images, outputs)
    for at, weight in enumerate(model.weights):
        weight.assign(numbers(*weight.shape, seed=at))
    return model


def convolved(image: Array, kernel: Array, bias: Array) -> Array:
    """Return a convolution without padding and without activation."""
    side = len(kernel)
    rows, columns = (length - side + 1 for length in image.shape[:2])
    found = np.empty((rows, columns, kernel.shape[-1]))
    for row in range(rows):
        for column in range(columns):
            part = image[row : row + side, column : column + side]
            found[row, column] = np.tensordot(part, kernel, 3) + bias
    return found
