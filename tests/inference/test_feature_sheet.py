"""The picture of feature maps and filters."""

import io

import numpy as np
import pytest
from PIL import Image

from zookit.inference.feature_maps import FeatureMaps, Filters
from zookit.inference.feature_sheet import feature_sheet

Pixels = np.typing.NDArray[np.uint8]
YELLOW, BLUE = (253, 231, 37), (68, 1, 84)
"""The ends of the scale of maps."""
IMAGE = np.full((4, 4, 1), 40, np.uint8)


def drawn(filters: Filters, *maps: FeatureMaps) -> Pixels:
    png = feature_sheet(IMAGE, "test image 0: 7", filters, maps)
    with Image.open(io.BytesIO(png)) as page:
        assert page.format == "PNG"
        return np.asarray(page)


def count(found: Pixels, colour: tuple[int, int, int]) -> int:
    return int((found == colour).all(-1).sum())


def kernels(channels: int, value: float, filters: int = 2) -> Filters:
    return Filters("first", np.full((3, 3, channels, filters), value, np.float32))


def layer(maps: int, side: int = 8) -> FeatureMaps:
    """Maps of which the left half has the lowest value, and the right half the highest."""
    values = np.zeros((side, side, maps), np.float32)
    values[:, side // 2 :] = 5
    return FeatureMaps("layer", values)


def test_maps_of_a_layer_share_a_scale() -> None:
    found = drawn(kernels(1, 1.0), layer(3))
    assert count(found, YELLOW) == count(found, BLUE) == 3 * 72 * 36


def test_only_the_first_maps_of_many_and_even_steps_of_many_layers_are_drawn() -> None:
    one, many = drawn(kernels(1, 1.0), layer(24)), drawn(kernels(1, 1.0), layer(500))
    assert one.shape == many.shape
    assert count(many, YELLOW) == 24 * 72 * 36
    deep = drawn(kernels(1, 1.0), *[layer(1) for _ in range(53)])
    assert count(deep, YELLOW) == 20 * 72 * 36


def test_equal_values_and_a_single_pixel_are_drawn() -> None:
    flat = FeatureMaps("layer", np.full((1, 1, 5), 2, np.float32))
    assert count(drawn(kernels(1, 0.0), flat), BLUE) == 5 * 72 * 72


@pytest.mark.parametrize(("value", "colour"), [(0.5, (103, 0, 31)), (-0.5, (5, 48, 97))])
@pytest.mark.parametrize("channels", [1, 5])
def test_filters_are_red_above_zero_and_blue_below(
    channels: int, value: float, colour: tuple[int, int, int]
) -> None:
    assert count(drawn(kernels(channels, value), layer(1)), colour) == 2 * 34 * 34


def test_each_filter_has_its_own_scale() -> None:
    weights = np.ones((3, 3, 1, 3), np.float32) * np.array([0.1, 2, 0], np.float32)
    found = drawn(Filters("first", weights), layer(1))
    assert count(found, (103, 0, 31)) == 2 * 34 * 34


def test_filters_of_colour_images_are_in_colour() -> None:
    weights = np.zeros((3, 3, 3, 1), np.float32)
    weights[..., 0, 0] = 1
    weights[..., 2, 0] = -1
    found = drawn(Filters("first", weights), layer(1))
    assert count(found, (255, 128, 0)) == 34 * 34
