"""Patches: their sides by the image size, and their pixels."""

import keras
import numpy as np
import pytest

from zookit.core import ImageShapeRefused
from zookit.plugins.architectures.patches import flat_patches, patch_side


@pytest.mark.parametrize(
    ("shape", "side"),
    [
        ((8, 8, 1), 1),
        ((28, 28, 1), 4),
        ((32, 32, 3), 4),
        ((64, 48, 3), 8),
        ((224, 224, 3), 28),
        ((300, 300, 3), 30),
    ],
)
def test_the_image_size_decides_the_side(shape: tuple[int, int, int], side: int) -> None:
    assert patch_side("vit", shape, None) == side


def test_a_side_of_the_users() -> None:
    assert patch_side("vit", (32, 16, 3), 8) == 8


@pytest.mark.parametrize(
    ("shape", "patch", "message"),
    [
        ((31, 31, 1), None, r"vit: images of 31 x 31 cannot .*vit:patch=.*size=32"),
        ((40, 4, 1), None, r"vit: images of 40 x 4 cannot .* 2 to 10 square patches"),
        ((32, 32, 3), 5, r"patches of 5 x 5; expected for patch: 1, 2, 4, 8, 16\."),
        ((32, 32, 3), 32, r"patches of 32 x 32; expected for patch: 1, 2, 4, 8, 16\."),
        ((1, 8, 3), 1, r"patches of 1 x 1; expected for patch: no number of pixels\."),
    ],
)
def test_images_that_cannot_be_divided_are_refused(
    shape: tuple[int, int, int], patch: int | None, message: str
) -> None:
    with pytest.raises(ImageShapeRefused, match=message):
        patch_side("vit", shape, patch)


def test_the_pixels_of_each_patch() -> None:
    images = keras.Input((4, 6, 2))
    model = keras.Model(images, flat_patches(images, 2))
    pixels = np.arange(48, dtype=np.float32).reshape(1, 4, 6, 2)
    (patches,) = model(pixels).numpy()
    squares = [pixels[0, y : y + 2, x : x + 2] for y in (0, 2) for x in (0, 2, 4)]
    assert np.array_equal(patches, [each.ravel() for each in squares])
