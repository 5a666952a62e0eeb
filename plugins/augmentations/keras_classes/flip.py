"""Mirror images both ways, as a Keras layer."""

from typing import Any

import tensorflow as tf

from zookit.plugins.augmentations.keras_classes.random_layer import RandomLayer, per_image


class FlipBoth(RandomLayer):
    """Mirrors half of the images left to right, and half of them top to bottom.

    Keras's own layer draws both together, which turns images upside down and mirrors none.
    """

    def change(self, images: Any) -> Any:
        """Return the images, some of them mirrored."""
        for axis in (2, 1):
            mirrored = per_image(self.uniform((tf.shape(images)[0],)) < 0.5)
            images = tf.where(mirrored, tf.reverse(images, [axis]), images)
        return images
