"""CutMix as a Keras layer."""

from typing import Any

import tensorflow as tf

from zookit.plugins.augmentations.keras_classes.random_layer import RandomLayer, rectangles


class CutMix(RandomLayer):
    """Pastes a rectangle of another image of the batch into each image.

    As in the paper, the centre is anywhere in the image, and what would be outside is cut off. The
    labels are mixed in proportion to the pixels. (Keras's own layer mixes them in another
    proportion, draws `alpha` too, and returns NaN for one batch in a hundred.)
    """

    def __init__(self, alpha: float) -> None:
        super().__init__()
        self.alpha = alpha

    def change(self, images: Any) -> Any:
        """Return mixed `images`, and their `labels` in the same proportion."""
        pictures, labels = images["images"], images["labels"]
        count, (height, width) = tf.shape(pictures)[0], pictures.shape[1:3]
        side = tf.sqrt(1 - self.beta(count, self.alpha))
        top, bottom = self._borders(count, side, height)
        left, right = self._borders(count, side, width)
        inside = rectangles(pictures, top, left, bottom, right)
        partners = self.partners(count)
        pasted = tf.cast((bottom - top) * (right - left), "float32") / (height * width)
        pasted = pasted[:, tf.newaxis]
        return {
            "images": tf.where(inside, tf.gather(pictures, partners), pictures),
            "labels": (1 - pasted) * labels + pasted * tf.gather(labels, partners),
        }

    def _borders(self, count: tf.Tensor, share: tf.Tensor, size: int) -> tuple[Any, Any]:
        length = tf.cast(share * size, "int32")
        first = tf.cast(self.uniform((count,)) * size, "int32") - length // 2
        return tf.maximum(first, 0), tf.minimum(first + length, size)
