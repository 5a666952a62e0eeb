"""The augmentation `zoom`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge, Lt

from zookit.core import Augmentation, Doc
from zookit.plugins.augmentations.geometry import Fill, Interpolation, Value

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Zoom(Augmentation):
    """Zoom in or out.

    Other names: scale.
    """

    factor: Annotated[float, Ge(0), Lt(1), Doc("Largest zoom, as a share of the image.")] = 0.2
    width: Annotated[
        float | None,
        Ge(0),
        Lt(1),
        Doc("Largest horizontal zoom, drawn separately; if not given, the aspect ratio is kept."),
    ] = None
    fill: Fill = "reflect"
    value: Value = 0.0
    interpolation: Interpolation = "bilinear"

    def build(self) -> "keras.layers.Layer":
        """Return Keras's layer."""
        from keras import layers

        return layers.RandomZoom(
            self.factor,
            self.width,
            fill_mode=self.fill,
            fill_value=self.value,
            interpolation=self.interpolation,
            dtype="float32",
        )
