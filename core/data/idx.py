"""Read IDX, the file format of MNIST (http://yann.lecun.com/exdb/mnist/, "FILE FORMATS")."""

import struct
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from zookit.core.data.content import content_blocks
from zookit.core.data.scratch import empty_images
from zookit.core.dataset import Split, Splits
from zookit.core.errors import DataError
from zookit.core.source import Source

if TYPE_CHECKING:
    import numpy.typing as npt

_UNSIGNED_BYTE = 0x08


def read_idx(path: Path) -> "npt.NDArray[np.uint8]":
    """Return the content of an IDX file of unsigned bytes, plain or gzipped.

    The array is uint8 and has as many dimensions as the file declares. Raises DataError if the file
    is truncated, too long or not an IDX file.
    """
    content = bytearray()
    for block in content_blocks(path, decompressed=True):
        content += block
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] != _UNSIGNED_BYTE:
        raise DataError(
            f"{path} is not an IDX file of bytes: it starts with {content[:4].hex() or 'nothing'}. "
            "Expected 000008 and the number of dimensions. Download the file again."
        )
    dimensions = content[3]
    header = 4 + 4 * dimensions
    shape = struct.unpack(f">{dimensions}I", content[4:header]) if len(content) >= header else ()
    expected = header + int(np.prod(shape, dtype=object)) if len(content) >= header else header
    if len(content) != expected:
        raise DataError(
            f"{path} has {len(content):,} bytes, but its header declares {expected:,}. "
            "Download the file again."
        )
    try:
        return np.frombuffer(content, np.uint8, offset=header).reshape(shape)
    except ValueError as error:  # too many dimensions, or an empty one beside too large ones
        raise DataError(f"{path} is not an IDX file: {error}. Download the file again.") from None


def _read_split(images: Path, labels: Path) -> Split:
    """Read grey images (N, H, W) and labels (N,) as a split of images (N, H, W, 1)."""
    pixels, classes = read_idx(images), read_idx(labels)
    if pixels.ndim != 3 or classes.ndim != 1 or len(pixels) != len(classes):
        raise DataError(
            f"{images} has the shape {pixels.shape} and {labels} {classes.shape}. Expected (N, H, "
            "W) and (N,). Download the files again."
        )
    on_disk = empty_images((*pixels.shape, 1))
    on_disk[..., 0] = pixels
    return Split(on_disk, classes.astype(np.int64))


def read_idx_splits(source: Source) -> Splits:
    """Return the splits in the four files of MNIST and similar data sets, plain or gzipped.

    Raises DataError if a file is missing or is not what it should be.
    """

    def split(part: str) -> Split:
        images, labels = (
            source.file(f"{part}-{kind}-ubyte.gz", f"{part}-{kind}-ubyte")
            for kind in ("images-idx3", "labels-idx1")
        )
        return _read_split(images, labels)

    return Splits(split("train"), split("t10k"))
