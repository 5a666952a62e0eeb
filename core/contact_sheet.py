"""Contact sheets: some images of each class, side by side.

Imports NumPy and Pillow, so it is imported only when a sheet is drawn.
"""

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
from PIL import Image, ImageOps

from zookit.core import html

if TYPE_CHECKING:
    import numpy.typing as npt

_COLUMNS = 8
_SIDE = 48
"""The longer side of a thumbnail in pixels."""
_ROWS = 20
"""The largest number of classes in a sheet."""


class LabelledImages(Protocol):
    """Images uint8 (N, H, W, C) with labels int64 (N,): a split."""

    @property
    def images(self) -> "npt.NDArray[np.uint8]":
        """The images."""

    @property
    def labels(self) -> "npt.NDArray[np.int64]":
        """The labels."""


def sheet_of(splits: "Mapping[str, LabelledImages]", class_names: Sequence[str] = ()) -> str:
    """Return an HTML table with a row for each class.

    A row has the label, the name if class names are given, the number of images in each split, and
    some images of the first split.
    """
    counts = {name: _counts(split, len(class_names)) for name, split in splits.items()}
    classes = max(map(len, counts.values()))
    first = next(iter(splits.values()))
    rows = [
        (
            label,
            *((class_names[label],) if class_names else ()),
            *(f"{each[label]:,}" if label < len(each) else "0" for each in counts.values()),
            html.Image(_strip(first, label), f"images of class {label}"),
        )
        for label in range(min(classes, _ROWS))
    ]
    names = ("class",) if class_names else ()
    table, more = html.table(("label", *names, *splits, "images"), rows), classes - _ROWS
    if more <= 0:
        return table
    return table + html.paragraph(f"... and {more:,} more class{'' if more == 1 else 'es'}")


def thumbnails(images: "npt.NDArray[np.uint8]") -> bytes:
    """Return a PNG with these images (N, H, W, C) side by side, scaled to the same size."""
    mode = "L" if images.shape[-1] < 3 else "RGB"
    row = Image.new(mode, (max(len(images), 1) * (_SIDE + 2), _SIDE), "white")
    for at, pixels in enumerate(images):
        image = ImageOps.contain(image_of(pixels), (_SIDE, _SIDE))
        row.paste(image, (at * (_SIDE + 2), 0))
    png = io.BytesIO()
    row.save(png, "PNG")
    return png.getvalue()


def image_of(pixels: "npt.NDArray[np.uint8]") -> Image.Image:
    """Return pixels (H, W, C) as an RGB image, or as a grey one if there are fewer than 3 channels.

    Only the first three channels, or the first one, are shown.
    """
    shown = pixels[..., :3] if pixels.shape[-1] > 2 else pixels[..., 0]
    return Image.fromarray(np.ascontiguousarray(shown))


def _counts(split: LabelledImages, classes: int) -> "npt.NDArray[np.int64]":
    return np.bincount(split.labels, minlength=classes)


def _strip(split: LabelledImages, label: int) -> bytes:
    members = np.flatnonzero(split.labels == label)[:_COLUMNS]
    return thumbnails(split.images[members])
