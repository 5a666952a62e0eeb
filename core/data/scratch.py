"""Temporary arrays on disk for images that may be larger than memory."""

import errno
import math
import os
import shutil
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

import numpy as np

from zookit.core.data.cache import cache_folder, cache_subfolder
from zookit.core.errors import DataError

if TYPE_CHECKING:
    import numpy.typing as npt


def empty_images(shape: tuple[int, ...]) -> "npt.NDArray[np.uint8]":
    """Return a writable uint8 array of `shape` (N, H, W, C) with undefined content.

    The array is mapped from an unnamed file in the cache folder; the file disappears with the
    array, even if the process is killed. If the cache folder has too little space or cannot be
    written to, the array is in memory.

    Raises DataError if memory is too small as well.
    """
    try:
        return _on_disk(shape)
    except (OSError, OverflowError, ValueError):  # ValueError: no images, so nothing to map
        pass
    try:
        return np.empty(shape, np.uint8)
    except (MemoryError, ValueError):
        count, *image = shape
        raise DataError(
            f"{count:,} images of {' x '.join(map(str, image))} need {math.prod(shape):,} bytes, "
            f"more than is free in {cache_folder()} or in memory. Free some space, set "
            "ZOOKIT_CACHE_DIR to a folder on a larger disk, or choose smaller images."
        ) from None


def _on_disk(shape: tuple[int, ...]) -> "npt.NDArray[np.uint8]":
    size = math.prod(shape)
    folder = cache_subfolder("scratch")
    if size > shutil.disk_usage(folder).free:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with TemporaryFile(dir=folder) as file:
        # Writing to a mapped sparse file kills the process once the disk is full.
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, size)
        else:
            file.truncate(size)
        return np.memmap(file, np.uint8, "r+", shape=shape)
