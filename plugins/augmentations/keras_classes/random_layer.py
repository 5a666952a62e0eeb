"""A layer that draws random numbers."""

from abc import ABC, abstractmethod
from typing import Any

import keras
import tensorflow as tf


class RandomLayer(keras.layers.Layer, ABC):
    """Base of layers that change each image of a batch in its own way, in training only.

    They compute in float32 at every precision.
    """

    def __init__(self) -> None:
        super().__init__(dtype="float32")
        self.generator = keras.random.SeedGenerator()

    def uniform(self, shape: Any, low: float = 0.0, high: float = 1.0) -> tf.Tensor:
        """Return random numbers, float32."""
        return keras.random.uniform(shape, low, high, dtype="float32", seed=self.generator)

    def beta(self, count: tf.Tensor, alpha: float) -> tf.Tensor:
        """Return `count` numbers from Beta(alpha, alpha), float32.

        From the logarithms of two numbers of the gamma distribution: the numbers themselves are 0
        for a small `alpha`, and 0 / 0 is NaN, as in Keras's own.
        """
        logs = []
        for _ in range(2):
            larger = keras.random.gamma((count,), alpha + 1, dtype="float32", seed=self.generator)
            # Not 0, whose logarithm is not finite.
            share = self.uniform((count,), 1e-30)
            logs.append(tf.math.log(larger) + tf.math.log(share) / alpha)
        return tf.sigmoid(logs[0] - logs[1])

    def partners(self, count: tf.Tensor) -> tf.Tensor:
        """Return the images in another order: their numbers, int32 (count,)."""
        return keras.random.shuffle(tf.range(count), seed=self.generator)

    def call(self, images: Any, training: bool = False) -> Any:
        """Return the images, changed if `training`."""
        return self.change(images) if training else images

    @abstractmethod
    def change(self, images: Any) -> Any:
        """Return changed images, float32 (N, H, W, C), 0 to 255.

        A layer that mixes labels receives and returns a dictionary of `images` and `labels`.
        """

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the input."""
        return input_shape


def rectangles(
    images: tf.Tensor, top: tf.Tensor, left: tf.Tensor, bottom: tf.Tensor, right: tf.Tensor
) -> tf.Tensor:
    """Return which pixels are in a rectangle of each image, bool (N, H, W, 1).

    The borders are int32 (N,); the bottom row and the right column are outside.
    """
    rows = tf.range(images.shape[1])[tf.newaxis, :, tf.newaxis, tf.newaxis]
    columns = tf.range(images.shape[2])[tf.newaxis, tf.newaxis, :, tf.newaxis]
    top, left, bottom, right = (
        each[:, tf.newaxis, tf.newaxis, tf.newaxis] for each in (top, left, bottom, right)
    )
    return (rows >= top) & (rows < bottom) & (columns >= left) & (columns < right)


def per_image(values: tf.Tensor) -> tf.Tensor:
    """Return one value for each image, (N,), in the shape (N, 1, 1, 1)."""
    return values[:, tf.newaxis, tf.newaxis, tf.newaxis]
