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


def border_brightness(image: "Pixels") -> float:
    """Return the mean of the outermost pixels of an image (H, W, C), 0 to 255."""
    edges = [image[0], image[-1], image[1:-1, 0], image[1:-1, -1]]
    return float(np.concatenate(edges).mean())


def usual_border(images: "Pixels") -> tuple[int, int]:
    """Return the border brightness of most images (N, H, W, C): the 5th and 95th percentile.

    It is taken from 200 of them, evenly spaced.
    """
    at = np.unique(np.linspace(0, len(images) - 1, _SAMPLED).astype(np.int64))
    found = np.percentile([border_brightness(images[each]) for each in at], (5, 95))
    low, high = (round(float(each)) for each in found)
    return low, high


def looks_inverted(brightness: float, usual: tuple[int, int]) -> bool:
    """Whether a border is far from the usual ones, and would be nearer to them if inverted."""
    distance = _distance(brightness, usual)
    return distance > max(_FAR, _distance(255 - brightness, usual))


def _distance(brightness: float, usual: tuple[int, int]) -> float:
    low, high = usual
    return max(low - brightness, brightness - high, 0)
