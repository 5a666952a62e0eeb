"""The curve of a learning-rate range test as an image."""

import io

import numpy as np
import pytest
from PIL import Image

from zookit.report.rate_plot import draw_rates
from zookit.training.range_test import RangeTest


def pixels(
    test: RangeTest, title: str = "dense on mnist"
) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    image = Image.open(io.BytesIO(draw_rates(test, title)))
    assert image.format == "PNG"
    return np.asarray(image.convert("RGB"))


@pytest.mark.parametrize("falls", [True, False])
def test_a_suggestion_is_drawn_if_there_is_one(falls: bool) -> None:
    losses = np.full(100, 2.0)
    if falls:
        losses[50:60] = 0.5
    test = RangeTest(np.geomspace(1e-6, 1, 100), losses)
    assert (test.suggestion is not None) == falls
    found = pixels(test)
    assert (found == (0xB3, 0x46, 0x1F)).all(-1).any() == falls
    assert (found == (0x1F, 0x5F, 0xA8)).all(-1).any()


def test_the_title_is_no_formula() -> None:
    test = RangeTest(np.geomspace(1e-6, 1, 100), np.linspace(2, 1, 100))
    assert pixels(test, "a$b^{ on c").shape[-1] == 3
