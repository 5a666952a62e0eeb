"""Images of a data set: drawn, printed, and on a contact sheet."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from zookit.console import Console
from zookit.core import DatasetInfo, FolderError, Split
from zookit.preview import draw, pairs_sheet, sheet, some_of_each_class, write_sheet

INFO = DatasetInfo((5, 3, 1), ("dark", "light"))


def split(count: int = 12, shape: tuple[int, int, int] = (5, 3, 1)) -> Split:
    """Return images that are alternately dark and light."""
    labels = np.arange(count) % 2
    return Split(np.stack([np.full(shape, 20 + 200 * label, np.uint8) for label in labels]), labels)


def drawn(capsys: pytest.CaptureFixture[str], images: Split, **options: Any) -> list[str]:
    console = Console(width=options.pop("width", 80), height=40, **options)
    draw(console, "the second", images.images[1])
    return capsys.readouterr().out.splitlines()


def test_characters_from_dark_to_bright(capsys: pytest.CaptureFixture[str]) -> None:
    caption, *rows = drawn(capsys, split())
    assert caption == "the second"
    assert rows == ["%%%"] * 3  # every second row


def test_half_blocks_in_colour(capsys: pytest.CaptureFixture[str]) -> None:
    _, *rows = drawn(capsys, split(), force_terminal=True, color_system="truecolor")
    assert [row.count("▀") for row in rows if "▀" in row] == [3, 3, 3]
    assert "38;2;220;220;220" in rows[0]
    assert "48;2;0;0;0" in rows[2]  # below the last row


def test_large_images_are_scaled_down(capsys: pytest.CaptureFixture[str]) -> None:
    _, *rows = drawn(capsys, split(shape=(300, 200, 3)), width=40)
    assert {len(row) for row in rows} == {40}


def test_values(capsys: pytest.CaptureFixture[str]) -> None:
    draw(Console(), "the first", split().images[0], values=True)
    _, *rows = capsys.readouterr().out.rstrip().splitlines()
    assert rows == [" 20  20  20"] * 5


def test_a_sheet_has_a_row_for_each_class(tmp_path: Path) -> None:
    images = split(count=24)
    content = sheet(images, INFO)
    with Image.open(io.BytesIO(content)) as page:
        assert page.format == "PNG"
        width, height = page.size
        for row, brightness in enumerate((20, 220)):
            for column in range(10):
                middle = (column + 0.5) * width / 10 - 20, (row + 0.6) * height / 2
                assert page.getpixel((int(middle[0]), int(middle[1]))) == (brightness,) * 3
    write_sheet(tmp_path / "sheet.png", content)
    assert (tmp_path / "sheet.png").read_bytes() == content
    assert len(list(tmp_path.iterdir())) == 1


def test_a_class_without_images_has_an_empty_row() -> None:
    images = Split(split().images[::2], np.zeros(6, np.int64))
    with Image.open(io.BytesIO(sheet(images, INFO))) as page:
        lower = page.crop((0, page.height // 2 + 16, page.width, page.height))
        assert lower.getextrema() == ((255, 255),) * 3


@pytest.mark.parametrize("name", ["none/sheet.png", "."])
def test_a_sheet_that_cannot_be_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(FolderError, match="cannot be written"):
        write_sheet(tmp_path / name, b"a picture")


def test_some_images_of_each_class() -> None:
    labels = np.array([1, 1, 1, 1, 2, 2, 0, 2])
    assert some_of_each_class(labels, 5).tolist() == [6, 0, 4, 1, 5]
    assert some_of_each_class(labels, 99).tolist() == [6, 0, 4, 1, 5, 2, 7, 3]


def test_pairs_of_images_with_captions() -> None:
    black, white = np.zeros((5, 5, 1), np.uint8), np.full((5, 5, 1), 255, np.uint8)
    with Image.open(io.BytesIO(pairs_sheet([(black, white)] * 4, [("a", "b")] * 4))) as page:
        pixels = np.asarray(page).mean(-1)
    dark = pixels < 128
    rows = np.flatnonzero(dark.mean(1) > 0.1)
    assert len(rows) == 2 * 94  # two rows of images
    assert dark[rows[0]].sum() == 3 * 94  # three originals in the first
    assert dark[rows[-1]].sum() == 94
