"""Drawings become images like those of MNIST and Fashion-MNIST."""

import itertools

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from zookit.core import BadParameter
from zookit.serve.drawing import is_written, prepare_drawing, to_digit, to_garment

Pixels = npt.NDArray[np.uint8]
Points = list[tuple[float, float]]

FOUR: list[Points] = [[(0.5, 0.1), (0.2, 0.6), (0.8, 0.6)], [(0.6, 0.3), (0.6, 0.9)]]
SHIRT: list[Points] = [
    [
        *((0.36, 0.14), (0.2, 0.22), (0.1, 0.42), (0.24, 0.48), (0.28, 0.4), (0.28, 0.86)),
        *((0.72, 0.86), (0.72, 0.4), (0.76, 0.48), (0.9, 0.42), (0.8, 0.22), (0.64, 0.14)),
        *((0.56, 0.2), (0.44, 0.2), (0.36, 0.14)),
    ]
]

unit = st.floats(0.05, 0.95)
strokes = st.lists(st.lists(st.tuples(unit, unit), min_size=2, max_size=5), min_size=1, max_size=3)


def drawn(
    strokes: list[Points],
    size: tuple[int, int] = (280, 280),
    width: int = 12,
    *,
    ink: int = 0,
    paper: int = 255,
) -> Image.Image:
    """A grey picture of strokes whose points are parts of its width and height."""
    picture = Image.new("L", size, paper)
    pen = ImageDraw.Draw(picture)
    for points in strokes:
        at = [(x * size[0], y * size[1]) for x, y in points]
        pen.line(at, fill=ink, width=width, joint="curve")
        for x, y in at:
            radius = width / 2
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=ink)
    return picture


def box(image: Pixels) -> tuple[int, int, int, int]:
    """The first and the last row and column that are not black."""
    rows, columns = (np.flatnonzero(image.any(axis=axis)) for axis in (1, 0))
    return int(rows[0]), int(rows[-1]), int(columns[0]), int(columns[-1])


def centre_of_mass(image: Pixels) -> tuple[float, float]:
    at = np.arange(len(image))
    mass = image.astype(float)
    total = mass.sum()
    return float((mass.sum(1) * at).sum() / total), float((mass.sum(0) * at).sum() / total)


@settings(max_examples=60)
@given(
    lines=strokes,
    width=st.integers(1, 40),
    wide=st.integers(60, 600),
    high=st.integers(60, 600),
    inverted=st.booleans(),
)
@example(lines=[[(0.5, 0.1), (0.5, 0.9)]], width=1, wide=600, high=600, inverted=False)
@example(
    lines=[[(0.1, 0.1), (0.9, 0.1)], [(0.1, 0.1), (0.12, 0.9)]],
    width=3,
    wide=300,
    high=300,
    inverted=True,
)
def test_a_digit_follows_the_convention_of_mnist(
    lines: list[Points], width: int, wide: int, high: int, inverted: bool
) -> None:
    ink, paper = (230, 10) if inverted else (10, 230)
    image = to_digit(drawn(lines, (wide, high), width, ink=ink, paper=paper))
    assert image.shape == (28, 28)
    assert image.dtype == np.uint8
    assert image.max() == 255
    top, bottom, left, right = box(image)
    assert max(bottom - top, right - left) < 20
    for first, last, centre in zip(
        (top, left), (bottom, right), centre_of_mass(image), strict=True
    ):
        # Where a centre from 13.5 to 14.5 would cut the digit, it is at the border instead.
        assert 13.47 <= centre <= 14.5 or first == 0 or last == 27


@pytest.mark.parametrize(("ink", "paper"), [(0, 255), (255, 0), (90, 200), (180, 40)])
def test_dark_on_light_and_light_on_dark_are_the_same(ink: int, paper: int) -> None:
    expected = to_digit(drawn(FOUR)).astype(int)
    assert np.abs(to_digit(drawn(FOUR, ink=ink, paper=paper)) - expected).max() <= 2


def test_the_place_and_the_size_do_not_matter() -> None:
    small = drawn(FOUR, (100, 100), width=6)
    canvas = Image.new("L", (700, 500), 255)
    canvas.paste(small, (520, 13))
    assert (to_digit(canvas) == to_digit(small)).all()
    large = to_digit(small.resize((800, 800), Image.Resampling.NEAREST)).astype(int)
    # A centre of mass near the middle of two pixels may end up in either.
    moved = [np.roll(large, by, (0, 1)) for by in itertools.product((-1, 0, 1), repeat=2)]
    assert min(np.abs(each - to_digit(small)).mean() for each in moved) < 9


def test_the_aspect_is_kept() -> None:
    top, bottom, left, right = box(to_digit(drawn([[(0.5, 0.1), (0.5, 0.9)]], width=16)))
    assert bottom - top == 19
    assert 1 <= right - left <= 3


@pytest.mark.parametrize("size", [60, 280, 1500])
@pytest.mark.parametrize("width", [1, 2, 4])
def test_thin_strokes_stay_visible(size: int, width: int) -> None:
    image = to_digit(drawn(FOUR, (size, size), width))
    assert 50 < (image > 127).sum() < 200  # MNIST's fours: 96 on average


def test_a_stroke_has_the_width_of_mnists() -> None:
    for width in (1, 5, 12, 20):
        image = to_digit(drawn([[(0.5, 0.1), (0.5, 0.9)]], width=width)) / 255
        assert 1.8 < image.sum() / 20 < 4.3, width


def test_a_transparent_background_is_white() -> None:
    layer = Image.new("RGBA", (280, 280), (0, 0, 0, 0))
    layer.paste((0, 0, 0, 255), mask=Image.eval(drawn(FOUR), lambda value: 255 - value))
    assert (to_digit(layer) == to_digit(drawn(FOUR))).all()


@pytest.mark.parametrize("mode", ["1", "P", "RGB", "RGBA", "I;16"])
def test_other_modes_of_pictures(mode: str) -> None:
    picture = drawn(FOUR)
    if mode == "I;16":
        deep = Image.fromarray(np.asarray(picture, np.uint16) * 257)
        assert deep.mode == mode
    else:
        deep = picture.convert(mode)
    assert np.abs(to_digit(deep).astype(int) - to_digit(picture)).max() <= 2


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_an_empty_drawing_is_an_error(shade: int) -> None:
    faint = drawn(FOUR, ink=min(255, shade + 9), paper=shade)
    for picture in (Image.new("L", (280, 280), shade), faint, Image.new("L", (1, 1), shade)):
        for function in (to_digit, to_garment):
            with pytest.raises(BadParameter, match="drawing is empty") as error:
                function(picture)
            assert "\n" not in str(error.value)


def test_a_dot_is_a_drawing() -> None:
    assert box(to_digit(drawn([[(0.5, 0.5), (0.5, 0.5)]]))) == (4, 23, 4, 23)


@settings(max_examples=30)
@given(strokes, st.integers(2, 30), st.booleans())
def test_a_garment_follows_the_convention_of_fashion_mnist(
    lines: list[Points], width: int, inverted: bool
) -> None:
    columns, rows = zip(*(point for line in lines for point in line), strict=True)
    assume(max(max(columns) - min(columns), max(rows) - min(rows)) > 0.2)
    ink, paper = (230, 10) if inverted else (10, 230)
    image = to_garment(drawn(lines, width=width, ink=ink, paper=paper))
    assert image.shape == (28, 28)
    assert image.dtype == np.uint8
    assert image.max() == 255
    top, bottom, left, right = box(image)
    assert max(bottom - top, right - left) >= 26
    assert abs(top - (27 - bottom)) <= 2
    assert abs(left - (27 - right)) <= 2


def test_an_outline_is_filled_and_the_outside_stays_black() -> None:
    image = to_garment(drawn(SHIRT, width=8))
    assert 120 < image[14, 14] < 190
    assert image[26, 2] == image[26, 25] == 0


def test_an_outline_with_a_small_gap_is_filled() -> None:
    gap = [[*SHIRT[0][:-1], (0.39, 0.155)]]
    assert (to_garment(drawn(gap, width=4)) > 100).mean() > 0.4
    open_shirt = [SHIRT[0][:-4]]
    assert (to_garment(drawn(open_shirt, width=4)) > 100).mean() < 0.2


@pytest.mark.parametrize(
    ("class_names", "written"),
    [
        ([str(digit) for digit in range(10)], True),
        (["A", "b", "7"], True),
        (["T-shirt/top", "Trouser"], False),
        (["0", "Bag"], False),
        ([], False),
    ],
)
def test_digits_and_letters_are_written_and_garments_are_not(
    class_names: list[str], written: bool
) -> None:
    assert is_written(class_names) == written
    form = to_digit if written else to_garment
    assert (prepare_drawing(drawn(SHIRT), class_names) == form(drawn(SHIRT))).all()
