"""The augmentation `rotation`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge, Le

from zookit.core import Augmentation, Doc
from zookit.plugins.augmentations.geometry import Fill, Interpolation, Value

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Rotation(Augmentation):
    """Rotate images by a random angle."""

    factor: Annotated[float, Ge(0), Le(1), Doc("Largest angle, as a share of a full turn.")] = 0.1
    fill: Fill = "reflect"
    value: Value = 0.0
    interpolation: Interpolation = "bilinear"

    def build(self) -> "keras.layers.Layer":
        """Return Keras's layer."""
        from keras import layers

        return layers.RandomRotation(
            self.factor,
            fill_mode=self.fill,
            fill_value=self.value,
            interpolation=self.interpolation,
            dtype="float32",
        )
