"""Reads image files as input of a model, a block at a time."""

import math
import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from zookit.core import BadExperiment, DataError, warn
from zookit.core.data.files import image_files_below
from zookit.core.data.images import decode, without_warnings
from zookit.core.data.threads import in_threads, processors
from zookit.runs.run import RunRecord
from zookit.terminal import printable

if TYPE_CHECKING:
    import numpy.typing as npt

    Pixels = npt.NDArray[np.uint8]

_FILES_PER_TASK = 32
"""The most files that a thread reads in one task; reading a small one takes less than a task."""


def find_image_files(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield the files among the paths, and all files below the folders, in a stable order.

    Hidden files in folders are left out. Raises DataError if a folder cannot be read.
    """
    for path in paths:
        # Unlike Path.is_dir this never raises; an error is reported when the file is read.
        if not os.path.isdir(path):  # noqa: PTH112
            yield path
            continue
        yield from image_files_below(path)


def read_images(
    files: Iterable[Path],
    shape: tuple[int, int, int],
    block_size: int,
    *,
    invert: bool = False,
) -> "Iterator[tuple[list[Path], Pixels]]":
    """Yield the files and their images, uint8 (N, H, W, C), in blocks.

    A file that cannot be read is skipped with a warning.

    Args:
        files: the files.
        shape: height, width and channels of the images; see `zookit.core.data.read_image`.
        block_size: the maximum number of images in a block.
        invert: swap dark and light.
    """
    remaining = iter(files)
    while block := list(islice(remaining, block_size)):
        images = np.empty((len(block), *shape), np.uint8)
        errors = _read(block, images)
        for file, error in zip(block, errors, strict=True):
            if error:
                warn(f"{printable(file)} {error}, so it is skipped.")
        read = [at for at, error in enumerate(errors) if not error]
        if read:
            images = images if len(read) == len(block) else images[read]
            yield [block[at] for at in read], 255 - images if invert else images


def check_channels(run: RunRecord) -> None:
    """Raise BadExperiment if the run's images have channels that no image file has."""
    shape = run.environment.data.image_shape
    if shape[2] not in (1, 3):
        raise BadExperiment(
            f"{run.name} was trained on images of {' x '.join(map(str, shape))}, but image files "
            "have 1 or 3 channels. Predict arrays in Python instead: zookit.open_run(...).predict"
        )


def load_image_files(paths: Iterable[Path], shape: tuple[int, int, int]) -> "Pixels":
    """Return the images of all files among and below the paths, uint8 (N, H, W, C).

    Raises DataError if there is no file, or one that cannot be read.
    """
    files = list(find_image_files(paths))
    if not files:
        raise DataError("no image files found. Pass image files, or folders that contain them.")
    images = np.empty((len(files), *shape), np.uint8)
    for file, error in zip(files, _read(files, images), strict=True):
        if error:
            raise DataError(f"{printable(file)} {error}.")
    return images


def _read(block: Sequence[Path], images: "Pixels") -> list[str]:
    """Read the files into `images`, and return the error of each, empty if there is none."""

    def read(part: range) -> list[str]:
        return [_read_one(block[at], images[at]) for at in part]

    size = min(_FILES_PER_TASK, math.ceil(len(block) / processors()))
    parts = [range(at, min(at + size, len(block))) for at in range(0, len(block), size)]
    with without_warnings(), in_threads(read, parts) as done:
        return [error for part in done for error in part]


def _read_one(file: Path, image: "Pixels") -> str:
    # Checked first, because opening a pipe would wait for a writer.
    if not os.path.isfile(file):  # noqa: PTH113 - unlike Path.is_file it never raises
        return "is not a file" if os.path.exists(file) else "does not exist"  # noqa: PTH110
    try:
        image[...] = decode(file, image.shape)
    except DataError as error:
        return str(error)
    return ""
