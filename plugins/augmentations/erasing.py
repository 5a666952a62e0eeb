"""The augmentation `erasing`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge, Gt, Le

from zookit.core import Augmentation, Doc

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Erasing(Augmentation):
    """Fill a rectangle of some images with noise (Zhong et al., 2020).

    Other names: cutout.
    """

    share: Annotated[float, Ge(0), Le(1), Doc("Share of the images.")] = 0.5
    smallest: Annotated[
        float, Gt(0), Le(1), Doc("Smallest area of a rectangle, as a share of the image.")
    ] = 0.02
    largest: Annotated[float, Gt(0), Le(1), Doc("Largest area of a rectangle.")] = 0.33
    value: Annotated[
        float | None, Ge(0), Le(255), Doc("Pixel value of the rectangle; random ones if not given.")
    ] = None

    def __post_init__(self) -> None:
        """Raise ValueError if the largest area is below the smallest."""
        if self.largest < self.smallest:
            raise ValueError(
                f"largest is {self.largest:g}, below smallest, {self.smallest:g}. Write "
                f"largest={self.smallest:g} or more"
            )

    def build(self) -> "keras.layers.Layer":
        """Return the Keras layer."""
        from zookit.plugins.augmentations.keras_classes.erasing import Erasing as KerasErasing

        return KerasErasing(self.share, self.smallest, self.largest, self.value)
