"""Images as sequences of square patches, for `mlp_mixer` and `vit`."""

import math
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge

from zookit.core import Doc, ImageShapeRefused

if TYPE_CHECKING:
    import keras

Patch = Annotated[
    int | None,
    Ge(1),
    Doc("Height and width of a patch; chosen by the image size if not set, 4 for 32 x 32."),
]
"""The declaration of the parameter."""
_MOST = 10
"""The most patches along the longer side by default, of which 28 and 32 pixels have 7 and 8."""


def patch_side(name: str, image_shape: tuple[int, int, int], patch: int | None) -> int:
    """Return the height and width of the patches, in pixels.

    Args:
        name: name of the architecture, for the message.
        image_shape: height, width and channels.
        patch: the side that the user chose; None for the smallest that divides both sides of the
            images and leaves at most 10 patches along the longer one.

    Raises:
        ImageShapeRefused: the images cannot be divided into at least 2 x 2 patches of that side.
    """
    height, width = image_shape[:2]
    common = math.gcd(height, width)
    possible = [each for each in range(1, min(height, width) // 2 + 1) if common % each == 0]
    chosen = patch
    if patch is None:
        few = (each for each in possible if max(height, width) <= _MOST * each)
        chosen = next(few, None)
    if chosen in possible:
        return chosen
    images = f"{name}: images of {height} x {width}"
    if patch is None:
        raise ImageShapeRefused(
            f"{images} cannot be divided into 2 to {_MOST} square patches along each side. Set "
            f"the side of the patches ({name}:patch=PIXELS), or use images of another size "
            "(image_folder:path=FOLDER,size=32)."
        )
    sides = ", ".join(map(str, possible)) or "no number of pixels"
    raise ImageShapeRefused(
        f"{images} cannot be divided into 2 x 2 or more patches of {patch} x {patch}; expected "
        f"for patch: {sides}."
    )


def flat_patches(images: "keras.KerasTensor", patch: int) -> "keras.KerasTensor":
    """Return the pixels of each patch, row by row, (N, patches, patch * patch * C)."""
    from keras import layers

    height, width, channels = images.shape[1:]
    rows, columns = height // patch, width // patch
    # Five dimensions instead of six, since not every export format transposes more.
    outputs = layers.Reshape((rows, patch, columns, patch * channels))(images)
    outputs = layers.Permute((1, 3, 2, 4))(outputs)
    return layers.Reshape((rows * columns, patch * patch * channels))(outputs)


def layer_normalized(outputs: "keras.KerasTensor") -> "keras.KerasTensor":
    """Apply layer normalization, with the epsilon of both papers' code."""
    from keras import layers

    return layers.LayerNormalization(epsilon=1e-6)(outputs)
