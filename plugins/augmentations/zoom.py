"""The augmentation `zoom`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge, Lt

from zookit.core import Augmentation, Doc

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Zoom(Augmentation):
    """Zoom in or out."""

    factor: Annotated[float, Ge(0), Lt(1), Doc("Largest zoom, as a share of the image.")] = 0.2

    def build(self) -> "keras.layers.Layer":
        """Return Keras's layer."""
        from keras import layers

        return layers.RandomZoom(self.factor, dtype="float32")
