"""The augmentation `cutmix`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Gt

from zookit.core import Augmentation, Doc

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class CutMix(Augmentation):
    """Paste a rectangle of one image into another, and mix their labels (Yun et al., 2019)."""

    alpha: Annotated[
        float, Gt(0), Doc("The share of the area is drawn from Beta(alpha, alpha).")
    ] = 1.0

    mixes_labels = True

    def build(self) -> "keras.layers.Layer":
        """Return the Keras layer."""
        from zookit.plugins.augmentations.keras_classes.cutmix import CutMix as KerasCutMix

        return KerasCutMix(self.alpha)
