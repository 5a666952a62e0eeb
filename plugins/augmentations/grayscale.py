"""The augmentation `grayscale`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge, Le

from zookit.core import Doc
from zookit.plugins.augmentations.color import ColorAugmentation

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Grayscale(ColorAugmentation):
    """Make some colour images grey."""

    share: Annotated[float, Ge(0), Le(1), Doc("Share of the images.")] = 0.1

    def build(self) -> "keras.layers.Layer":
        """Return Keras's layer."""
        from keras import layers

        return layers.RandomGrayscale(self.share, dtype="float32")
