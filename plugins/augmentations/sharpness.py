"""The augmentation `sharpness`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge, Le

from zookit.core import Augmentation, Doc

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Sharpness(Augmentation):
    """Make images sharper or smoother."""

    factor: Annotated[
        float, Ge(0), Le(1), Doc("Largest change; 1 is from smoothed to as much sharper.")
    ] = 0.5

    def build(self) -> "keras.layers.Layer":
        """Return the Keras layer."""
        from zookit.plugins.augmentations.keras_classes.sharpness import Sharpness as KerasSharpness

        return KerasSharpness(self.factor)
