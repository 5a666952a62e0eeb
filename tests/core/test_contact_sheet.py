"""Contact sheets: a row for each class."""

import io

import numpy as np
import pytest
from PIL import Image

from zookit.core import Split
from zookit.core.contact_sheet import image_of, sheet_of, thumbnails


@pytest.mark.parametrize(
    "shape", [(28, 28, 1), (28, 28, 3), (300, 20, 3), (1, 1, 3), (8, 8, 2), (8, 8, 5)]
)
def test_thumbnails_have_one_size_and_the_colour_of_the_images(shape: tuple[int, int, int]) -> None:
    images = np.full((3, *shape), 7, np.uint8)
    row = Image.open(io.BytesIO(thumbnails(images)))
    assert row.size == (150, 48)
    assert row.mode == ("L" if shape[2] < 3 else "RGB")
    pixel = row.getpixel((0, 0))
    assert pixel in (7, (7, 7, 7))


@pytest.mark.parametrize("shape", [(1, 8, 3), (8, 1, 3), (1, 8, 1), (8, 1, 2)])
def test_an_image_may_be_one_pixel_high_or_wide(shape: tuple[int, int, int]) -> None:
    image = image_of(np.full(shape, 7, np.uint8))
    assert (image.height, image.width) == shape[:2]
    assert len(image.getbands()) == (3 if shape[2] == 3 else 1)


def test_rows_have_label_name_and_counts() -> None:
    split = Split(np.zeros((5, 4, 4, 1), np.uint8), np.array([0, 0, 0, 1, 1]))
    shown = sheet_of({"train": split, "test": split}, ("a<b", "two", "none"))
    assert "a&lt;b" in shown
    assert shown.count("<tr>") == 4
    assert "images of class 2" in shown


def test_many_classes_are_cut() -> None:
    split = Split(np.zeros((50, 4, 4, 1), np.uint8), np.arange(50))
    shown = sheet_of({"train": split})
    assert shown.count("data:image") == 20
    assert "30 more classes" in shown
