"""The picture of where a model looked."""

import io

import numpy as np
import pytest
from PIL import Image

from zookit.inference.explanation import Explanation
from zookit.inference.explanation_sheet import ExplainedImage, explanation_sheet, short_names


def sheet(count: int, *shape: int, total: int = 0) -> "np.typing.NDArray[np.uint8]":
    """Draw grey images, of which the model looked at every pixel."""
    height, width, _ = shape
    image = np.full(shape, 90, np.uint8)
    of_classes = np.array([0.2, 0.8], np.float32)
    images = [ExplainedImage(f"{at}.png", image, of_classes) for at in range(count)]
    labels = np.ones(count, np.int64)
    maps = np.ones((count, height, width), np.float32)
    png = explanation_sheet(
        images,
        Explanation("Grad-CAM", labels, maps),
        ("cat", "dog"),
        model="pets",
        total=total or count,
    )
    with Image.open(io.BytesIO(png)) as page:
        assert page.format == "PNG"
        return np.asarray(page).astype(int)


@pytest.mark.parametrize("shape", [(28, 28, 1), (30, 20, 3), (300, 200, 3)])
@pytest.mark.parametrize("count", [1, 2, 7])
def test_each_image_is_beside_where_the_model_looked(
    count: int, shape: tuple[int, int, int]
) -> None:
    found = sheet(count, *shape)
    plain = (found == 90).all(-1)
    bright = (found[..., 0] > 200) & (found[..., 2] < 170)
    side = 320 if count == 1 else 168
    pixels = side * round(side * shape[1] / shape[0])
    assert plain.sum() == pytest.approx(count * pixels, rel=0.02)  # letters have some grey, too
    assert bright.sum() == count * pixels
    row = np.nonzero(bright)[0].min()
    assert np.flatnonzero(plain[row])[0] < np.flatnonzero(bright[row])[0]


def test_it_says_that_there_are_more() -> None:
    assert not np.array_equal(sheet(2, 8, 8, 1), sheet(2, 8, 8, 1, total=30))


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["a/x.png", "a/y.png"], ["x.png", "y.png"]),
        (["all/cats/0.png", "all/dogs/0.png"], ["cats/0.png", "dogs/0.png"]),
        (["a/x.png", "a/x.png"], ["x.png", "x.png"]),
        (["test image 3"], ["test image 3"]),
    ],
)
def test_paths_are_as_long_as_is_needed_to_tell_them_apart(
    paths: list[str], expected: list[str]
) -> None:
    assert short_names(paths) == expected
