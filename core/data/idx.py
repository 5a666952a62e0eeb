"""Read IDX, the file format of MNIST (http://yann.lecun.com/exdb/mnist/, "FILE FORMATS")."""

import math
import struct
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from zookit.core.data.content import blocks_of, opened_content
from zookit.core.data.scratch import empty_images
from zookit.core.dataset import Split, Splits
from zookit.core.errors import DataError
from zookit.core.progress import Progress, silent
from zookit.core.source import Source

if TYPE_CHECKING:
    import numpy.typing as npt

_START = b"\0\0\x08"
"""Two zeros, and the type of unsigned bytes."""


def read_idx(path: Path, progress: Progress = silent) -> "npt.NDArray[np.uint8]":
    """Return the content of an IDX file of unsigned bytes, plain or gzipped.

    The array is uint8, has as many dimensions as the file declares, and is stored on disk (see
    `zookit.core.data.empty_images`). No more is read than the header declares. Raises DataError if
    the file is truncated, too long or not an IDX file.
    """
    with opened_content(path, decompressed=True) as (file, most):
        start = file.read(4)
        if len(start) < 4 or not start.startswith(_START):
            next(blocks_of(file), b"")  # raises for a gzip file that is damaged
            raise DataError(
                f"{path} is not an IDX file of bytes: it starts with {start.hex() or 'nothing'}. "
                "Expected 000008 and the number of dimensions. Download the file again."
            )
        dimensions = start[3]
        lengths = file.read(4 * dimensions)
        header = 4 + 4 * dimensions
        if len(lengths) < 4 * dimensions:
            raise _wrong_length(path, f"{4 + len(lengths):,} bytes", header)
        shape = struct.unpack(f">{dimensions}I", lengths)
        expected = header + math.prod(shape)
        if expected > most:
            raise _wrong_length(path, f"at most {most:,} bytes", expected)
        array = _empty(path, shape)
        flat, end = array.reshape(-1), 0
        with progress(f"reading {path.name}", array.size, "bytes") as advance:
            for block in blocks_of(file, array.size):
                begin, end = end, end + len(block)
                flat[begin:end] = np.frombuffer(block, np.uint8)
                advance(len(block))
        if end < array.size:
            raise _wrong_length(path, f"{header + end:,} bytes", expected)
        if file.read(1):
            raise _wrong_length(path, f"{expected + 1:,} bytes or more", expected)
    return array


def _empty(path: Path, shape: tuple[int, ...]) -> "npt.NDArray[np.uint8]":
    try:
        return empty_images(shape) if math.prod(shape) else np.empty(shape, np.uint8)
    except ValueError as error:  # too many dimensions, or an empty one beside too large ones
        raise DataError(f"{path} is not an IDX file: {error}. Download the file again.") from None


def _wrong_length(path: Path, found: str, expected: int) -> DataError:
    return DataError(
        f"{path} has {found}, but its header declares {expected:,}. Download the file again."
    )


def _read_split(images: Path, labels: Path, progress: Progress) -> Split:
    """Read grey images (N, H, W) and labels (N,) as a split of images (N, H, W, 1)."""
    pixels, classes = read_idx(images, progress), read_idx(labels)
    if pixels.ndim != 3 or classes.ndim != 1 or len(pixels) != len(classes):
        raise DataError(
            f"{images} has the shape {pixels.shape} and {labels} {classes.shape}. Expected (N, H, "
            "W) and (N,). Download the files again."
        )
    return Split(pixels.reshape(*pixels.shape, 1), classes.astype(np.int64))


def read_idx_splits(source: Source, train: str = "train", test: str = "t10k") -> Splits:
    """Return the splits in the four files of MNIST and similar data sets, plain or gzipped.

    Images are uint8 (N, H, W, 1), stored on disk (see `zookit.core.data.empty_images`).

    Args:
        source: the folder of the files; its `progress` reports the reading.
        train: what the names of the training images and labels begin with, before
            `-images-idx3-ubyte.gz` and `-labels-idx1-ubyte.gz`.
        test: what those of the test images and labels begin with.

    Raises:
        DataError: a file is missing or is not what it should be.
    """

    def split(part: str) -> Split:
        images, labels = (
            source.file(f"{part}-{kind}-ubyte.gz", f"{part}-{kind}-ubyte")
            for kind in ("images-idx3", "labels-idx1")
        )
        return _read_split(images, labels, source.progress)

    return Splits(split(train), split(test))
