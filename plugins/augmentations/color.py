"""What the augmentations of colours have in common."""

from zookit.core import Augmentation, ImageShapeRefused

_RGB = 3


class ColorAugmentation(Augmentation):
    """Base of augmentations that need images with three channels."""

    def check(self, image_shape: tuple[int, int, int]) -> None:
        """Raise ImageShapeRefused for images without colours."""
        if image_shape[2] != _RGB:
            raise ImageShapeRefused(
                f"it changes colours, but the images have {image_shape[2]} channel"
                f"{'' if image_shape[2] == 1 else 's'}, expected 3. Remove it."
            )
