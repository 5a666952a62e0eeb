"""The augmentation `perspective`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge, Lt

from zookit.core import Augmentation, Doc
from zookit.plugins.augmentations.geometry import Interpolation, Value

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Perspective(Augmentation):
    """Change the perspective."""

    factor: Annotated[
        float,
        Ge(0),
        Lt(0.5),
        Doc("Largest move of a corner, as a share of the height and of the width."),
    ] = 0.2
    value: Value = 0.0
    interpolation: Interpolation = "bilinear"

    def build(self) -> "keras.layers.Layer":
        """Return the Keras layer."""
        from zookit.plugins.augmentations.keras_classes.perspective import (
            Perspective as KerasPerspective,
        )

        return KerasPerspective(
            self.factor, fill_value=self.value, interpolation=self.interpolation
        )
