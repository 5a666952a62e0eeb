"""The augmentation `saturation`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge, Le

from zookit.core import Doc
from zookit.plugins.augmentations.color import ColorAugmentation

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Saturation(ColorAugmentation):
    """Change the saturation of colour images."""

    factor: Annotated[float, Ge(0), Le(1), Doc("Largest change, as a share of the saturation.")] = (
        0.5
    )

    def build(self) -> "keras.layers.Layer":
        """Return the Keras layer."""
        from zookit.plugins.augmentations.keras_classes.saturation import (
            Saturation as KerasSaturation,
        )

        return KerasSaturation(self.factor)
