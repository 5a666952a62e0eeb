"""Shows images of a data set: in the terminal, as numbers, and as a contact sheet."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageOps
from rich.text import Text

from zookit.console import Console
from zookit.core import DatasetInfo, Split
from zookit.core.contact_sheet import image_of
from zookit.core.data.writing import check_output, check_suffix, output_written

if TYPE_CHECKING:
    import numpy.typing as npt

    Pixels = npt.NDArray[np.uint8]

_RAMP = " .:-=+*#%@"
"""From dark to bright, for terminals without colour."""
_CELL = 96
_CAPTION = 14
"""The height and width of an image on a sheet, and the height of a caption, in pixels."""
_COLUMNS = 10
_PAIR, _BESIDE, _PAIRS = 3, 112, 3
"""The width of a pair of images in cells, the second one's place in pixels, the pairs in a row."""
_HINT = "Choose another file"


def draw(console: Console, caption: str, pixels: "Pixels", *, values: bool = False) -> None:
    """Draw an image (H, W, C) below a caption, or print its pixel values."""
    console.print(Text(caption))
    if values:
        for channel in np.moveaxis(pixels, -1, 0):
            rows = (" ".join(f"{value:3d}" for value in row) for row in channel)
            print("\n".join(rows), end="\n\n")
        return
    scaled = _scaled_down(pixels, console.width, 2 * max(console.height - 4, 12))
    if console.color_system is None:
        # Characters are about twice as high as wide, so every second row is enough.
        print("\n".join(_as_characters(scaled)[::2]))
    else:
        console.print(_as_blocks(scaled))


def check_sheet(file: Path, *, force: bool = False) -> None:
    """Raise FolderError if `write_sheet` would refuse the file; called before any work."""
    check_output(file, _HINT, force=force)
    check_suffix(file, ".png", "a PNG image")


def write_sheet(file: Path, png: bytes, *, force: bool = False) -> None:
    """Write a contact sheet.

    Raises FolderError if the file cannot be written, or exists and zookit did not write it; with
    `force` it is replaced.
    """
    with output_written(file, _HINT, force=force) as aside:
        aside.write_bytes(png)


def sheet(split: Split, info: DatasetInfo) -> bytes:
    """Return a PNG with a row of images for each class, at most ten, under a caption."""
    rows = [
        np.flatnonzero(split.labels == label)[:_COLUMNS] for label in range(len(info.class_names))
    ]
    height = _CELL + _CAPTION
    page = Image.new("RGB", (_COLUMNS * _CELL, len(rows) * height), "white")
    pen = ImageDraw.Draw(page)
    for row, (name, members) in enumerate(zip(info.class_names, rows, strict=True)):
        pen.text((2, row * height + 1), f"{row}: {name}", fill="black")
        for column, at in enumerate(members):
            image = ImageOps.contain(image_of(split.images[at]), (_CELL - 2, _CELL - 2))
            page.paste(image, (column * _CELL, row * height + _CAPTION))
    return _as_png(page)


def some_of_each_class(labels: "npt.NDArray[np.int64]", count: int) -> "npt.NDArray[np.int64]":
    """Return the numbers of `count` images, of as many classes as possible, the first of each."""
    order = np.argsort(labels, kind="stable")
    starts = np.searchsorted(labels[order], labels)  # where the images of each one's class begin
    rank = np.empty(len(labels), np.int64)
    rank[order] = np.arange(len(labels))
    return np.lexsort((labels, rank - starts))[:count]


def pairs_sheet(
    pairs: "Sequence[tuple[Pixels, Pixels]]", captions: Sequence[tuple[str, str]]
) -> bytes:
    """Return a PNG of images beside what became of them, each with a caption."""
    width, height = _PAIR * _CELL, _CELL + _CAPTION
    rows = -(-len(pairs) // _PAIRS)
    page = Image.new("RGB", (_PAIRS * width, rows * height), "white")
    pen = ImageDraw.Draw(page)
    for at, (pair, texts) in enumerate(zip(pairs, captions, strict=True)):
        for column, (pixels, text) in enumerate(zip(pair, texts, strict=True)):
            left, top = at % _PAIRS * width + column * _BESIDE, at // _PAIRS * height
            pen.text((left + 2, top + 1), text, fill="black")
            image = ImageOps.contain(image_of(pixels), (_CELL - 2, _CELL - 2))
            page.paste(image, (left, top + _CAPTION))
    return _as_png(page)


def _as_png(page: Image.Image) -> bytes:
    png = io.BytesIO()
    page.save(png, "PNG")
    return png.getvalue()


def _scaled_down(pixels: "Pixels", width: int, height: int) -> "Pixels":
    """Return the image as RGB, scaled down to this size if it is larger."""
    image = image_of(pixels).convert("RGB")
    image.thumbnail((width, height))
    return np.asarray(image)


def _as_characters(pixels: "Pixels") -> list[str]:
    levels = pixels.mean(-1) * (len(_RAMP) - 1) / 255
    return ["".join(_RAMP[round(level)] for level in row) for row in levels]


def _as_blocks(pixels: "Pixels") -> Text:
    """Return half blocks, each with the upper of two pixels as colour, the lower as background."""
    if len(pixels) % 2:
        pixels = np.concatenate([pixels, np.zeros_like(pixels[:1])])
    text = Text()
    for upper, lower in zip(pixels[::2], pixels[1::2], strict=True):
        for above, below in zip(upper, lower, strict=True):
            text.append(
                "▀", style=f"rgb({','.join(map(str, above))}) on rgb({','.join(map(str, below))})"
            )
        text.append("\n")
    return text
