"""The augmentation `contrast`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge, Lt

from zookit.core import Augmentation, Doc

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Contrast(Augmentation):
    """Change the contrast."""

    factor: Annotated[float, Ge(0), Lt(1), Doc("Largest change, as a share of the contrast.")] = 0.2

    def build(self) -> "keras.layers.Layer":
        """Return Keras's layer."""
        from keras import layers

        # With a single factor, Keras only raises the contrast.
        factors = (self.factor, self.factor)
        return layers.RandomContrast(factors, value_range=(0, 255), dtype="float32")
