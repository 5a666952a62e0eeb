"""Blurring as a Keras layer."""

from typing import Any

import tensorflow as tf

from zookit.plugins.augmentations.keras_classes.random_layer import RandomLayer, per_image


class GaussianBlur(RandomLayer):
    """Blurs images to different degrees. Keras's own layer darkens their borders."""

    def __init__(self, sigma: float, radius: int) -> None:
        super().__init__()
        self.sigma = sigma
        self.radius = radius

    def change(self, images: Any) -> Any:
        """Return blurred images."""
        sigma = self.uniform((tf.shape(images)[0], 1), 1e-3, self.sigma)
        offsets = tf.range(-self.radius, self.radius + 1, dtype="float32")
        weights = tf.exp(-((offsets / sigma) ** 2) / 2)  # (N, 2 * radius + 1)
        weights /= tf.reduce_sum(weights, 1, keepdims=True)
        for axis in (1, 2):
            size = images.shape[axis]
            around = [[0, 0]] * axis + [[self.radius] * 2] + [[0, 0]] * (3 - axis)
            padded = tf.pad(images, around, "SYMMETRIC")
            images = sum(
                per_image(weights[:, at]) * tf.gather(padded, tf.range(size) + at, axis=axis)
                for at in range(2 * self.radius + 1)
            )
        return images
