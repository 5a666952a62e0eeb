"""The augmentation `hue`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge, Le

from zookit.core import Doc
from zookit.plugins.augmentations.color import ColorAugmentation

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Hue(ColorAugmentation):
    """Turn the hue of colour images."""

    factor: Annotated[
        float, Ge(0), Le(1), Doc("Largest change; 1 is half of the colour wheel.")
    ] = 0.1

    def build(self) -> "keras.layers.Layer":
        """Return Keras's layer."""
        from keras import layers

        return layers.RandomHue(self.factor, value_range=(0, 255), dtype="float32")
