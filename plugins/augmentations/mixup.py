"""The augmentation `mixup`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Gt

from zookit.core import Augmentation, Doc

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class MixUp(Augmentation):
    """Blend pairs of images, and their labels in the same proportion (Zhang et al., 2018)."""

    alpha: Annotated[
        float, Gt(0), Doc("The proportion is drawn from Beta(alpha, alpha); 1 for any alike.")
    ] = 0.2

    mixes_labels = True

    def build(self) -> "keras.layers.Layer":
        """Return the Keras layer."""
        from zookit.plugins.augmentations.keras_classes.mixup import MixUp as KerasMixUp

        return KerasMixUp(self.alpha)
