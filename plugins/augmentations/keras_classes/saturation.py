"""A change of saturation as a Keras layer."""

from typing import Any

import tensorflow as tf

from zookit.plugins.augmentations.keras_classes.random_layer import RandomLayer, per_image


class Saturation(RandomLayer):
    """Multiplies the distance of each pixel from its grey. Keras's own layer only lowers it."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor

    def change(self, images: Any) -> Any:
        """Return the images with other colours."""
        grey = tf.image.rgb_to_grayscale(images)
        factor = self.uniform((tf.shape(images)[0],), 1 - self.factor, 1 + self.factor)
        return tf.clip_by_value(grey + per_image(factor) * (images - grey), 0.0, 255.0)
