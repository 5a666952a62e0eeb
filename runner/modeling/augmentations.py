"""Random changes to training images, each a component."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zookit.core import BadParameter, Component, UnknownName, did_you_mean
from zookit.modeling.built_in import OWNER, built_in
from zookit.registry import Built

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Augmentation(Component, ABC):
    """Base of augmentations.

    The layers compute in float32 at every precision: bfloat16 cannot hold all pixel values.
    """

    @abstractmethod
    def build(self) -> "keras.layers.Layer":
        """Return a layer for float32 images (N, H, W, C), 0 to 255, that acts in training only."""


@dataclass(frozen=True)
class Flip(Augmentation):
    """Mirror half of the images left to right."""

    def build(self) -> "keras.layers.Layer":
        """Return the layer."""
        from keras import layers

        return layers.RandomFlip("horizontal", dtype="float32")


@dataclass(frozen=True)
class Rotation(Augmentation):
    """Rotate by up to 36 degrees either way."""

    def build(self) -> "keras.layers.Layer":
        """Return the layer."""
        from keras import layers

        return layers.RandomRotation(0.1, dtype="float32")


@dataclass(frozen=True)
class Zoom(Augmentation):
    """Zoom in or out by up to 20 %."""

    def build(self) -> "keras.layers.Layer":
        """Return the layer."""
        from keras import layers

        return layers.RandomZoom(0.2, dtype="float32")


@dataclass(frozen=True)
class Translation(Augmentation):
    """Move by up to 10 % of the height and of the width."""

    def build(self) -> "keras.layers.Layer":
        """Return the layer."""
        from keras import layers

        return layers.RandomTranslation(0.1, 0.1, dtype="float32")


@dataclass(frozen=True)
class Contrast(Augmentation):
    """Change the contrast by up to 20 %."""

    def build(self) -> "keras.layers.Layer":
        """Return the layer."""
        from keras import layers

        return layers.RandomContrast(0.2, value_range=(0, 255), dtype="float32")


AUGMENTATIONS: dict[str, type[Augmentation]] = {
    "flip": Flip,
    "rotation": Rotation,
    "zoom": Zoom,
    "translation": Translation,
    "contrast": Contrast,
}
"""In the order in which a model applies them, whatever order they are given in."""


def create_augmentations(names: Sequence[str]) -> tuple[Built[Augmentation], ...]:
    """Return the named augmentations with their specs, in the order of `AUGMENTATIONS`.

    Raises UnknownName for an unknown name and BadParameter for a name that is given twice.
    """
    short = [name.removeprefix(f"{OWNER}/") for name in names]
    for name in short:
        if name not in AUGMENTATIONS:
            raise UnknownName(
                f"no augmentation named {name!r}.{did_you_mean(name, AUGMENTATIONS)} "
                f"Available: {', '.join(AUGMENTATIONS)}."
            )
        if short.count(name) > 1:
            raise BadParameter(f"augment: {name!r} is given more than once. Pass it once.")
    return tuple(built_in(name, kind()) for name, kind in AUGMENTATIONS.items() if name in short)
