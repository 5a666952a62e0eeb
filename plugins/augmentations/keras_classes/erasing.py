"""Random erasing as a Keras layer."""

from typing import Any

import tensorflow as tf

from zookit.plugins.augmentations.keras_classes.random_layer import (
    RandomLayer,
    per_image,
    rectangles,
)

_WIDEST = 1 / 0.3
"""The largest ratio of the sides of a rectangle, from the paper."""


class Erasing(RandomLayer):
    """Fills a rectangle of some images with one value or, if it is None, with random ones."""

    def __init__(self, share: float, smallest: float, largest: float, value: float | None) -> None:
        super().__init__()
        self.share = share
        self.smallest = smallest
        self.largest = largest
        self.value = value

    def change(self, images: Any) -> Any:
        """Return images with rectangles."""
        count, (height, width) = tf.shape(images)[0], images.shape[1:3]
        area = self.uniform((count,), self.smallest, self.largest) * height * width
        ratio = _WIDEST ** self.uniform((count,), -1.0, 1.0)
        # Where the image is too short for the ratio, the rectangle is wider, of the same area.
        tall = tf.clip_by_value(tf.sqrt(area * ratio), area / width, height)
        top, bottom = self._borders(count, tall, height)
        left, right = self._borders(count, area / tall, width)
        erased = rectangles(images, top, left, bottom, right)
        erased &= per_image(self.uniform((count,)) < self.share)
        if self.value is None:
            filling = self.uniform(tf.shape(images), 0.0, 255.0)
        else:
            filling = tf.fill(tf.shape(images), self.value)
        return tf.where(erased, filling, images)

    def _borders(self, count: tf.Tensor, length: tf.Tensor, size: int) -> tuple[Any, Any]:
        whole = tf.minimum(tf.maximum(tf.cast(tf.round(length), "int32"), 1), size)
        room = tf.cast(size - whole + 1, "float32")
        first = tf.minimum(tf.cast(self.uniform((count,)) * room, "int32"), size - whole)
        return first, first + whole
