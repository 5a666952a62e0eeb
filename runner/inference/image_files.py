"""A person's own picture files as a model's input, a block at a time."""

import math
import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from zookit.core import DataError, warn
from zookit.core.data.files import image_files_below
from zookit.core.data.images import decode, without_warnings
from zookit.core.data.threads import in_threads, processors
from zookit.terminal import printable

if TYPE_CHECKING:
    import numpy.typing as npt

    Pixels = npt.NDArray[np.uint8]

_PART = 32
"""The most pictures that a thread reads in one go: small ones take less time than handing over."""


def picture_files(paths: Iterable[Path]) -> Iterator[Path]:
    """The paths that are no folders, and the files below those that are, in a stable order.

    Of a folder what is hidden is left out. Raises DataError where a folder cannot be read.
    """
    for path in paths:
        # Unlike Path's this never raises; reading tells what is wrong.
        if not os.path.isdir(path):  # noqa: PTH112
            yield path
            continue
        yield from image_files_below(path)


def read_pictures(
    files: Iterable[Path], shape: tuple[int, int, int], most: int, *, invert: bool = False
) -> "Iterator[tuple[list[Path], Pixels]]":
    """The files and their pictures, uint8 (N, H, W, C) of this shape, at most so many at a time.

    Pictures are brought to the shape as `zookit.core.data.read_image` does it; `invert` swaps dark
    and light. A file that cannot be read is named in a warning and left out.
    """
    left = iter(files)
    while block := list(islice(left, most)):
        images = np.empty((len(block), *shape), np.uint8)
        reasons = _read(block, images)
        for file, reason in zip(block, reasons, strict=True):
            if reason:
                warn(f"left out: {printable(file)} {reason}")
        read = [at for at, reason in enumerate(reasons) if not reason]
        if read:
            chosen = images if len(read) == len(block) else images[read]
            yield [block[at] for at in read], 255 - chosen if invert else chosen


def _read(block: Sequence[Path], images: "Pixels") -> list[str]:
    """Read the files into the images; why each could not be read, empty where it could."""

    def read(part: range) -> list[str]:
        return [_read_one(block[at], images[at]) for at in part]

    size = min(_PART, math.ceil(len(block) / processors()))
    parts = [range(at, min(at + size, len(block))) for at in range(0, len(block), size)]
    with without_warnings(), in_threads(read, parts) as done:
        return [reason for part in done for reason in part]


def _read_one(file: Path, image: "Pixels") -> str:
    # Asked first: to open a pipe would be to wait for it.
    if not os.path.isfile(file):  # noqa: PTH113 - unlike Path's it never raises
        return "is no file" if os.path.exists(file) else "does not exist"  # noqa: PTH110
    try:
        image[...] = decode(file, image.shape)
    except DataError as error:
        return str(error)
    return ""
