"""Pages of images with captions."""

import io

import numpy as np
import pytest
from PIL import Image

from zookit.inference.picture import Page, enlarged


def opened(page: Page) -> "np.typing.NDArray[np.uint8]":
    with Image.open(io.BytesIO(page.png())) as image:
        assert image.format == "PNG"
        return np.asarray(image)


def test_an_image_is_where_it_was_put() -> None:
    page = Page(20, 10)
    page.paste(5, 3, Image.new("RGB", (4, 2), "red"))
    found = opened(page)
    assert found.shape == (10, 20, 3)
    red = (found[..., 0] == 255) & (found[..., 1] == 0)
    assert red.sum() == 8
    assert red[3:5, 5:9].all()


@pytest.mark.parametrize("text", ["x" * 200, "日本語" * 50, ""])
def test_text_stays_within_its_width(text: str) -> None:
    page = Page(300, 30)
    page.text(10, 5, text, 100)
    dark = opened(page).max(-1) < 128
    assert not dark[:, 112:].any()
    assert dark.any() == bool(text)


def test_other_scripts_are_letters_or_escaped() -> None:
    def drawn(text: str) -> "np.typing.NDArray[np.uint8]":
        page = Page(300, 30)
        page.text(10, 5, text, 280)
        return opened(page)

    no_letter = "\U0010fffe"
    for text in ("кот", "γάτα"):
        assert not np.array_equal(drawn(text), drawn(no_letter * len(text)))
    letters = drawn("кот 猫.png")
    assert np.array_equal(letters, drawn(r"кот \u732b.png"))


@pytest.mark.parametrize(("size", "expected"), [((2, 3), (6, 9)), ((100, 50), (9, 4))])
def test_the_longer_side_has_the_given_number_of_pixels(
    size: tuple[int, int], expected: tuple[int, int]
) -> None:
    assert enlarged(Image.new("L", size), 9).size == expected


def test_a_small_image_is_enlarged_without_smoothing() -> None:
    pixels = np.array([[0, 255], [255, 0]], np.uint8)
    assert set(enlarged(Image.fromarray(pixels), 10).tobytes()) == {0, 255}
