"""The augmentation `gaussian_blur`."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Gt, Le

from zookit.core import Augmentation, Doc, ImageShapeRefused

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class GaussianBlur(Augmentation):
    """Blur images to different degrees."""

    sigma: Annotated[
        float, Gt(0), Le(10), Doc("Largest standard deviation of the blur, in pixels.")
    ] = 1.0

    @property
    def _radius(self) -> int:
        return math.ceil(3 * self.sigma)

    def check(self, image_shape: tuple[int, int, int]) -> None:
        """Raise ImageShapeRefused if the blur is larger than the image."""
        if self._radius > min(image_shape[:2]):
            raise ImageShapeRefused(
                f"sigma is {self.sigma:g}, too much for images of {image_shape[0]} "
                f"x {image_shape[1]}. Use a smaller one."
            )

    def build(self) -> "keras.layers.Layer":
        """Return the Keras layer."""
        from zookit.plugins.augmentations.keras_classes.gaussian_blur import (
            GaussianBlur as KerasGaussianBlur,
        )

        return KerasGaussianBlur(self.sigma, self._radius)
