"""A data set's images for the eye: in the terminal, as numbers, on a contact sheet."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageOps
from rich.console import Console
from rich.text import Text

from zookit.core import BadParameter, DatasetInfo, FolderError, Split
from zookit.core.data.cache import written_aside

if TYPE_CHECKING:
    import numpy.typing as npt

    Pixels = npt.NDArray[np.uint8]

_RAMP = " .:-=+*#%@"
"""From dark to bright, for terminals without colour."""
_CELL = 96
_COLUMNS = 10
_CAPTION = 14


def draw(
    console: Console, split: Split, at: int, info: DatasetInfo, *, values: bool = False
) -> None:
    """Image `at` of a split, counted from 0, with its label. Raises BadParameter out of range."""
    if not 0 <= at < len(split):
        raise BadParameter(f"there is no image {at}; there are images 0 to {len(split) - 1:,}.")
    label = int(split.labels[at])
    console.print(Text(f"image {at}: {info.class_names[label]} (label {label})"))
    pixels = np.asarray(split.images[at])
    if values:
        for channel in np.moveaxis(pixels, -1, 0):
            rows = (" ".join(f"{value:3d}" for value in row) for row in channel)
            print("\n".join(rows), end="\n\n" if len(info.image_shape) > 2 else "\n")
        return
    fitted = _fitted(pixels, console.width, 2 * max(console.height - 4, 12))
    if console.color_system is None:
        # Characters are about twice as high as wide, so every second row is left out.
        print("\n".join(_as_characters(fitted)[::2]))
    else:
        console.print(_as_blocks(fitted))


def write_sheet(file: Path, split: Split, info: DatasetInfo) -> None:
    """A PNG with ten images of each class in a row, or all where there are fewer, captioned.

    Raises FolderError where the file cannot be written.
    """
    if file.is_dir() or not file.absolute().parent.is_dir():
        raise FolderError(
            f"{file} cannot be written: name a file in a folder that exists, such as sheet.png."
        )
    rows = [
        np.flatnonzero(split.labels == label)[:_COLUMNS] for label in range(len(info.class_names))
    ]
    height = _CELL + _CAPTION
    sheet = Image.new("RGB", (_COLUMNS * _CELL, len(rows) * height), "white")
    pen = ImageDraw.Draw(sheet)
    for row, (name, members) in enumerate(zip(info.class_names, rows, strict=True)):
        pen.text((2, row * height + 1), f"{row}: {name}", fill="black")
        for column, at in enumerate(members):
            picture = ImageOps.contain(_picture(split.images[at]), (_CELL - 2, _CELL - 2))
            sheet.paste(picture, (column * _CELL, row * height + _CAPTION))
    try:
        with written_aside(file) as aside:
            sheet.save(aside, "PNG")
    except OSError as error:
        raise FolderError(f"{file} cannot be written: {error.strerror or error}.") from None


def _picture(pixels: "Pixels") -> Image.Image:
    return Image.fromarray(np.asarray(pixels).squeeze()).convert("RGB")


def _fitted(pixels: "Pixels", width: int, height: int) -> "Pixels":
    """As RGB, scaled down where it is larger than that; never up."""
    picture = _picture(pixels)
    picture.thumbnail((width, height))
    return np.asarray(picture)


def _as_characters(pixels: "Pixels") -> list[str]:
    levels = pixels.mean(-1) * (len(_RAMP) - 1) / 255
    return ["".join(_RAMP[round(level)] for level in row) for row in levels]


def _as_blocks(pixels: "Pixels") -> Text:
    """Two pixels a character: the upper half block in the upper one's colour on the lower's."""
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
