"""Images are raw pixels, or they are refused with the way to convert them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from zookit.core import BadParameter, Split
from zookit.modeling.pixels import as_pixels, warn_if_dim

GREY, RGB = (4, 5, 1), (4, 5, 3)
RAW = np.arange(2 * 4 * 5, dtype=np.uint8).reshape(2, *GREY) * 6
FLOATS = RAW.astype("float32")


@pytest.mark.parametrize("kind", ["uint8", "int16", "int64", "float16", "float32", "float64"])
def test_every_type_of_number_gives_the_same_pixels(kind: str) -> None:
    pixels = as_pixels(RAW.astype(kind), GREY)
    assert pixels.dtype == np.uint8
    np.testing.assert_array_equal(pixels, RAW)


def test_uint8_is_not_copied() -> None:
    assert as_pixels(RAW, GREY) is RAW


def test_fractions_are_rounded_so_that_dividing_and_multiplying_changes_nothing() -> None:
    np.testing.assert_array_equal(as_pixels(FLOATS / 255 * 255, GREY), RAW)
    assert as_pixels(FLOATS + 3.7, GREY).min() == 4


def test_black_images_are_images() -> None:
    for kind in ("uint8", "float32", "int64"):
        assert not as_pixels(np.zeros((2, *GREY), kind), GREY).any()
    assert len(as_pixels(FLOATS[:0], GREY)) == 0


def test_grey_images_may_lack_the_channel() -> None:
    np.testing.assert_array_equal(as_pixels(RAW[..., 0], GREY), RAW)


REFUSED: dict[str, tuple[Any, str]] = {
    "divided by 255": (FLOATS / 255, "x * 255"),
    "divided, half precision": ((FLOATS / 255).astype("float16"), "x * 255"),
    "black and white as floats": ((FLOATS > 9).astype("float64"), "x * 255"),
    "scaled to -1 and 1": (FLOATS / 127.5 - 1, "127.5"),
    "scaled to -0.5 and 0.5": (FLOATS / 255 - 0.5, "0.5"),
    "standardized": ((FLOATS - 33) / 78, "undivided"),
    "divided by the deviation": (FLOATS / 78, "undivided"),
    "not a number": (FLOATS * np.nan, "finite"),
    "infinite": (FLOATS + np.inf, "finite"),
    "16 bits": (FLOATS.astype("uint16") * 257, "257"),
    "past 255": (FLOATS * 1.2, "clip"),
    "negative integers": (RAW.astype(int) - 1, "-1"),
    "true and false": (RAW > 9, "255"),
    "text": (np.array([["a"]]), "uint8"),
    "shifted to -128 and 127": (RAW.astype("int16") - 128, "+ 128"),
    "a file": ("photo.png", "got str. Pass"),
    "files": (["photo.png", "photo.jpg"], "run.predict(FILES)"),
    "a path": (Path("photo.png"), "run.predict(FILES)"),
    "a split": (Split(RAW, np.zeros(len(RAW), np.int64)), "split.images"),
    "complex": (FLOATS + 1j, "complex64"),
    "no array": (object(), "object"),
    "none": (None, "NoneType"),
    "unequal images": ([[1], [1, 2]], "list"),
    "objects": (RAW.astype(object), "astype('uint8')"),
    "one image": (RAW[0], "images[None]"),
    "one image without channel": (RAW[0, ..., 0], "images[None]"),
    "another size": (np.zeros((2, 5, 5, 1), np.uint8), "(2, 5, 5, 1)"),
    "colour": (np.zeros((2, 4, 5, 3), np.uint8), "grey"),
    "channels first": (np.zeros((2, 1, 4, 5), np.uint8), "transpose"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_raw_pixels_is_refused(name: str) -> None:
    images, advice = REFUSED[name]
    with pytest.raises(BadParameter) as error:
        as_pixels(images, GREY)
    assert advice in str(error.value)
    assert len(str(error.value).splitlines()) == 1


def test_grey_images_for_a_model_of_colours() -> None:
    for images in (RAW, RAW[..., 0]):
        with pytest.raises(BadParameter, match=r"numpy\.repeat"):
            as_pixels(images, RGB)


def test_images_of_0_and_1_give_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    warn_if_dim(RAW)
    warn_if_dim(np.zeros_like(RAW))
    assert not caplog.records
    warn_if_dim(RAW // 200)
    assert "images * 255" in caplog.text


def test_images_of_16_shades_give_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    warn_if_dim(np.minimum(RAW, 15))
    assert "images * 17" in caplog.text


@given(
    arrays.arrays(
        st.sampled_from(["float16", "float32", "float64", "int8", "int32", "uint16", "bool"]),
        st.sampled_from([(1, *GREY), (2, *GREY), (0, *GREY), (4, 5), (2, 4, 5), (1, 4, 5, 3)]),
    )
)
def test_any_array_is_accepted_without_a_change_or_refused(images: Any) -> None:
    try:
        pixels = as_pixels(images, GREY)
    except BadParameter:
        return
    assert pixels.shape[1:] == GREY
    assert (np.abs(pixels.reshape(images.shape) - images.astype(float)) <= 0.5).all()
