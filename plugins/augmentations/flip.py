"""The augmentation `flip`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from zookit.core import Augmentation, Doc

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Flip(Augmentation):
    """Mirror half of the images."""

    mode: Annotated[
        Literal["horizontal", "vertical", "both"],
        Doc("Left to right, top to bottom, or each by itself."),
    ] = "horizontal"

    def build(self) -> "keras.layers.Layer":
        """Return the Keras layer."""
        from keras import layers

        from zookit.plugins.augmentations.keras_classes.flip import FlipBoth

        return FlipBoth() if self.mode == "both" else layers.RandomFlip(self.mode, dtype="float32")
