"""The augmentation `translation`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge, Le

from zookit.core import Augmentation, Doc

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Translation(Augmentation):
    """Move images vertically and horizontally."""

    factor: Annotated[
        float, Ge(0), Le(1), Doc("Largest move, as a share of the height and of the width.")
    ] = 0.1

    def build(self) -> "keras.layers.Layer":
        """Return Keras's layer."""
        from keras import layers

        return layers.RandomTranslation(self.factor, self.factor, dtype="float32")
