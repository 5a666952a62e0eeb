"""The augmentation `brightness`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge, Le

from zookit.core import Augmentation, Doc

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Brightness(Augmentation):
    """Make images darker or brighter."""

    factor: Annotated[
        float, Ge(0), Le(1), Doc("Largest change, as a share of the range from black to white.")
    ] = 0.2

    def build(self) -> "keras.layers.Layer":
        """Return Keras's layer."""
        from keras import layers

        return layers.RandomBrightness(self.factor, value_range=(0, 255), dtype="float32")
