"""The brightness of images at their border, which tells dark on light from light on dark."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Pixels = npt.NDArray[np.uint8]

_SAMPLED = 200
"""The images from which the usual brightness is taken."""
_FAR = 64
"""A border is unusual if it differs by more than this quarter of the range."""


def border_brightness(
    images: "Pixels", at: "slice | npt.NDArray[np.int64]" = slice(None)
) -> "npt.NDArray[np.float64]":
    """Return the mean of the outermost pixels, float64 (M,), 0 to 255, of M of the images.

    `images` are uint8 (N, H, W, C), and `at` chooses some of them, by default all.
    """
    edges = images[at, 0], images[at, -1], images[at, 1:-1, 0], images[at, 1:-1, -1]
    total = sum(each.sum((1, 2), np.int64) for each in edges)
    return np.asarray(total / sum(each[0].size for each in edges))


def usual_border(images: "Pixels") -> tuple[int, int]:
    """Return the border brightness of most images (N, H, W, C): the 5th and 95th percentile.

    It is taken from 200 of them, evenly spaced.
    """
    at = np.unique(np.linspace(0, len(images) - 1, _SAMPLED).astype(np.int64))
    found = np.percentile(border_brightness(images, at), (5, 95))
    low, high = (round(float(each)) for each in found)
    return low, high


def looks_inverted(
    brightness: "npt.NDArray[np.float64]", usual: tuple[int, int]
) -> "npt.NDArray[np.bool_]":
    """Whether borders are far from the usual ones, and would be nearer to them if inverted."""
    distance = _distance(brightness, usual)
    return distance > np.maximum(_FAR, _distance(255 - brightness, usual))


def _distance(
    brightness: "npt.NDArray[np.float64]", usual: tuple[int, int]
) -> "npt.NDArray[np.float64]":
    low, high = usual
    return np.maximum(np.maximum(low - brightness, brightness - high), 0)
