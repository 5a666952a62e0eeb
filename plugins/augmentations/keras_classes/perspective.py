"""A change of perspective as a Keras layer."""

from typing import Any

import keras
import tensorflow as tf

from zookit.plugins.augmentations.keras_classes.random_layer import RandomLayer


class Perspective(RandomLayer):
    """Moves the four corners of an image. Keras's own layer moves only some of them."""

    def __init__(self, factor: float, **how: Any) -> None:
        super().__init__()
        self.factor = factor
        self.how = how

    def change(self, images: Any) -> Any:
        """Return the images in another perspective."""
        height, width = (float(size - 1) for size in images.shape[1:3])
        corners = tf.constant([[0.0, 0.0], [width, 0.0], [0.0, height], [width, height]])
        start = tf.repeat(corners[tf.newaxis], tf.shape(images)[0], 0)
        moves = self.uniform(tf.shape(start), -self.factor, self.factor)
        return keras.ops.image.perspective_transform(
            images, start, start + moves * tf.constant([width, height]), **self.how
        )
