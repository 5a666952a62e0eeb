"""MixUp as a Keras layer."""

from typing import Any

import tensorflow as tf

from zookit.plugins.augmentations.keras_classes.random_layer import RandomLayer, per_image


class MixUp(RandomLayer):
    """Blends each image with another one of the batch, in a proportion of its own."""

    def __init__(self, alpha: float) -> None:
        super().__init__()
        self.alpha = alpha

    def change(self, images: Any) -> Any:
        """Return blended `images`, and their `labels` in the same proportion."""
        pictures, labels = images["images"], images["labels"]
        count = tf.shape(pictures)[0]
        share, partners = self.beta(count, self.alpha), self.partners(count)
        own = per_image(share)
        return {
            "images": own * pictures + (1 - own) * tf.gather(pictures, partners),
            "labels": share[:, tf.newaxis] * labels
            + (1 - share[:, tf.newaxis]) * tf.gather(labels, partners),
        }
