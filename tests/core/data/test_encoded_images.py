"""Images in a table become a split in bounded memory, and bad ones are left out or refused."""

import io
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image

from zookit.core import DataError
from zookit.core.data import read_encoded_images, shape_of_image


def png(size: tuple[int, int] = (8, 8), color: object = 7, mode: str = "L") -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, size, color).save(buffer, "PNG")  # type: ignore[arg-type]
    return buffer.getvalue()


def test_images_and_labels_keep_their_order() -> None:
    examples = ((png(color=at % 250), at % 3) for at in range(600))
    split, left_out = read_encoded_images(examples, 600, (8, 8, 1), name="train")
    assert left_out == ()
    assert split.images[:, 0, 0, 0].tolist() == [at % 250 for at in range(600)]
    assert split.labels.tolist() == [at % 3 for at in range(600)]


def test_examples_are_read_a_block_at_a_time() -> None:
    asked = []

    def examples() -> Iterator[tuple[bytes, int]]:
        for at in range(2000):
            asked.append(at)
            yield png(), 0

    with pytest.raises(DataError, match="image 0 of the train split is too dull"):
        read_encoded_images(
            examples(), 2000, (8, 8, 1), name="train", complaint=lambda _: "is too dull"
        )
    assert len(asked) < 1000


def test_an_image_that_cannot_be_read_is_left_out() -> None:
    examples = [(png(), 0), (b"GIF", 1), (png(), 2), (b"", 0)]
    split, left_out = read_encoded_images(examples, 4, (8, 8, 1), name="test")
    assert split.labels.tolist() == [0, 2]
    assert [line[: len("image 1 of the test split")] for line in left_out] == [
        "image 1 of the test split",
        "image 3 of the test split",
    ]


def test_a_split_without_a_readable_image_is_an_error() -> None:
    with pytest.raises(DataError, match="no image of the test split can be read"):
        read_encoded_images([(b"x", 0)], 1, (8, 8, 1), name="test")


@pytest.mark.parametrize(
    ("count", "says"),
    [(1, "more images than the 1 that"), (3, "2 images, but 3 were announced")],
)
def test_another_number_of_examples_is_an_error(count: int, says: str) -> None:
    with pytest.raises(DataError, match=says):
        read_encoded_images([(png(), 0)] * 2, count, (8, 8, 1), name="test")


def test_images_are_scaled_and_converted() -> None:
    split, _ = read_encoded_images(
        [(png((16, 10), (255, 0, 0), "RGB"), 0)], 1, (4, 4, 1), name="train"
    )
    assert np.unique(split.images).tolist() == [76]


@pytest.mark.parametrize(
    ("mode", "channels"), [("L", 1), ("1", 1), ("LA", 1), ("RGB", 3), ("P", 3)]
)
def test_the_shape_of_an_image_is_that_of_its_file(mode: str, channels: int) -> None:
    assert shape_of_image(png((5, 9), 0 if mode in "L1P" else None, mode)) == (9, 5, channels)
