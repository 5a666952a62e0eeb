"""Padding and cropping as a Keras layer."""

from typing import Any

import tensorflow as tf

from zookit.plugins.augmentations.keras_classes.random_layer import RandomLayer


class Crop(RandomLayer):
    """Pads images by whole pixels, and crops them to their size at a random place."""

    def __init__(self, padding: int, reflected: bool) -> None:
        super().__init__()
        self.padding = padding
        self.reflected = reflected

    def change(self, images: Any) -> Any:
        """Return the cropped images."""
        for axis in (1, 2):
            size = images.shape[axis]
            moved = tf.cast(
                self.uniform((tf.shape(images)[0], 1)) * (2 * self.padding + 1), "int32"
            )
            at = tf.range(size)[tf.newaxis] + moved - self.padding
            within = size - 1 - tf.abs(size - 1 - tf.abs(at))  # as in a mirror
            images = tf.gather(
                images, tf.clip_by_value(within, 0, size - 1), axis=axis, batch_dims=1
            )
            if not self.reflected:
                shape = [-1, size, 1, 1] if axis == 1 else [-1, 1, size, 1]
                images *= tf.reshape(tf.cast((at >= 0) & (at < size), "float32"), shape)
        return images
