"""The augmentation `translation`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge, Le

from zookit.core import Augmentation, Doc
from zookit.plugins.augmentations.geometry import Fill, Interpolation, Value

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Translation(Augmentation):
    """Move images vertically and horizontally.

    Other names: shift.
    """

    factor: Annotated[
        float, Ge(0), Le(1), Doc("Largest move, as a share of the height and of the width.")
    ] = 0.1
    width: Annotated[
        float | None,
        Ge(0),
        Le(1),
        Doc("Largest horizontal move; the same as `factor` if not given."),
    ] = None
    fill: Fill = "reflect"
    value: Value = 0.0
    interpolation: Interpolation = "bilinear"

    def build(self) -> "keras.layers.Layer":
        """Return Keras's layer."""
        from keras import layers

        return layers.RandomTranslation(
            self.factor,
            self.factor if self.width is None else self.width,
            fill_mode=self.fill,
            fill_value=self.value,
            interpolation=self.interpolation,
            dtype="float32",
        )
