"""The augmentation `flip`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from zookit.core import Augmentation

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Flip(Augmentation):
    """Mirror half of the images left to right."""

    def build(self) -> "keras.layers.Layer":
        """Return Keras's layer."""
        from keras import layers

        return layers.RandomFlip("horizontal", dtype="float32")
