"""The body of an architecture as a Keras model."""

import math

import keras

from zookit.core import Architecture


def body(architecture: Architecture, shape: tuple[int, int, int]) -> keras.Model:
    """Return the model from images of this shape to the features."""
    images = keras.Input(shape)
    return keras.Model(images, architecture.features(images))


def trained(model: keras.Model) -> int:
    """Return how many parameters are trained."""
    return sum(math.prod(each.shape) for each in model.trainable_variables)
