"""The augmentation `shear`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge, Le

from zookit.core import Augmentation, Doc
from zookit.plugins.augmentations.geometry import Fill, Interpolation, Value

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Shear(Augmentation):
    """Shear images vertically and horizontally, about their centre."""

    factor: Annotated[
        float, Ge(0), Le(1), Doc("Largest move, as a share of the distance from the centre.")
    ] = 0.2
    fill: Fill = "reflect"
    value: Value = 0.0
    interpolation: Interpolation = "bilinear"

    def build(self) -> "keras.layers.Layer":
        """Return the Keras layer."""
        from zookit.plugins.augmentations.keras_classes.shear import Shear as KerasShear

        return KerasShear(
            self.factor,
            fill_mode=self.fill,
            fill_value=self.value,
            interpolation=self.interpolation,
        )
