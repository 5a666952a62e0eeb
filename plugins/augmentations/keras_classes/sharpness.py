"""A change of sharpness as a Keras layer."""

from typing import Any

import tensorflow as tf

from zookit.plugins.augmentations.keras_classes.random_layer import RandomLayer, per_image

_SMOOTH = ((1, 1, 1), (1, 5, 1), (1, 1, 1))
"""Pillow's filter of that name, without its divisor of 13."""


class Sharpness(RandomLayer):
    """Multiplies the difference between images and their smoothed version.

    Keras's own layer darkens the borders of images.
    """

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor

    def change(self, images: Any) -> Any:
        """Return the images, sharper or smoother."""
        height, width = images.shape[1:3]
        padded = tf.pad(images, [[0, 0], [1, 1], [1, 1], [0, 0]], "SYMMETRIC")
        smooth = sum(
            weight / 13 * padded[:, row : row + height, column : column + width]
            for row, weights in enumerate(_SMOOTH)
            for column, weight in enumerate(weights)
        )
        factor = self.uniform((tf.shape(images)[0],), 1 - self.factor, 1 + self.factor)
        return tf.clip_by_value(smooth + per_image(factor) * (images - smooth), 0.0, 255.0)
