"""Shearing as a Keras layer."""

from typing import Any

import keras
import tensorflow as tf

from zookit.plugins.augmentations.keras_classes.random_layer import RandomLayer


class Shear(RandomLayer):
    """Moves rows and columns in proportion to their distance from the centre.

    Keras's own layer measures the distance from the corner, so it moves the whole image too.
    """

    def __init__(self, factor: float, **how: Any) -> None:
        super().__init__()
        self.factor = factor
        self.how = how

    def change(self, images: Any) -> Any:
        """Return the sheared images."""
        count, (height, width) = tf.shape(images)[0], images.shape[1:3]
        across, down = (self.uniform((count,), -self.factor, self.factor) for _ in range(2))
        one, zero = tf.ones((count,)), tf.zeros((count,))
        rows = (one, across, -across * (height - 1) / 2, down, one, -down * (width - 1) / 2)
        transform = tf.stack((*rows, zero, zero), 1)
        return keras.ops.image.affine_transform(images, transform, **self.how)
