"""The augmentation `crop`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from annotated_types import Ge

from zookit.core import Augmentation, Doc, ImageShapeRefused

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Crop(Augmentation):
    """Pad images by whole pixels, and crop them to their size at a random place."""

    padding: Annotated[int, Ge(1), Doc("Pixels to pad on each side.")] = 4
    fill: Annotated[
        Literal["constant", "reflect"], Doc("What is beyond the borders: black, or a mirror image.")
    ] = "constant"

    def check(self, image_shape: tuple[int, int, int]) -> None:
        """Raise ImageShapeRefused if the padding is larger than the image."""
        if self.padding >= min(image_shape[:2]):
            raise ImageShapeRefused(
                f"padding is {self.padding}, but the images are {image_shape[0]} x "
                f"{image_shape[1]}. Use less padding."
            )

    def build(self) -> "keras.layers.Layer":
        """Return the Keras layer."""
        from zookit.plugins.augmentations.keras_classes.crop import Crop as KerasCrop

        return KerasCrop(self.padding, self.fill == "reflect")
