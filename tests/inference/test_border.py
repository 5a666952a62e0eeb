"""The brightness of images at their border."""

import numpy as np
import pytest

from zookit.inference.border import border_brightness, looks_inverted, usual_border


def test_the_outermost_pixels_alone_count() -> None:
    image = np.full((5, 4, 3), 10, np.uint8)
    image[1:-1, 1:-1] = 200
    other = image.copy()
    other[0] = 110
    found = border_brightness(np.stack([image, other]))
    assert found.tolist() == pytest.approx([10, (4 * 110 + 10 * 10) / 14])
    assert border_brightness(np.full((1, 1, 1, 1), 7, np.uint8)).tolist() == [7]


def test_most_images_decide_what_is_usual() -> None:
    images = np.zeros((1000, 4, 4, 1), np.uint8)
    images[:40] = 255
    assert usual_border(images) == (0, 0)
    images[:, :, :, 0] = np.linspace(0, 200, 1000)[:, None, None]
    assert usual_border(images) == pytest.approx((10, 190), abs=1)
    assert usual_border(images[:1]) == (0, 0)


@pytest.mark.parametrize(
    ("usual", "inverted", "fine"),
    [
        ((0, 3), [255, 180], [0, 60, 120]),  # digits, light on dark
        ((0, 90), [255, 200], [0, 120, 150]),  # clothes that reach the border
        ((240, 255), [0, 60], [255, 180, 140]),  # products on white
        ((40, 220), [], [0, 100, 255]),  # photos of anything
    ],
)
def test_what_looks_inverted(usual: tuple[int, int], inverted: list[int], fine: list[int]) -> None:
    assert looks_inverted(np.array(inverted, float), usual).all()
    assert not looks_inverted(np.array(fine, float), usual).any()
