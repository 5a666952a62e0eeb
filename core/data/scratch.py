"""Arrays on disk for images that memory may not hold, gone with the process."""

import errno
import math
import os
import shutil
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

import numpy as np

from zookit.core.data.cache import cache_folder
from zookit.core.errors import DataError

if TYPE_CHECKING:
    import numpy.typing as npt


def empty_images(shape: tuple[int, ...]) -> "npt.NDArray[np.uint8]":
    """A uint8 array of `shape` (N, H, W, C) to be written to; what it holds before is undefined.

    It is mapped from a file in the cache folder that has no name and so vanishes with the array,
    however the process ends. Where the cache has no room or cannot be written, it is in memory.

    Raises DataError where memory cannot hold it either.
    """
    try:
        return _on_disk(shape)
    except (OSError, OverflowError, ValueError):  # ValueError: no images, and nothing to map
        pass
    try:
        return np.empty(shape, np.uint8)
    except (MemoryError, ValueError):
        count, *image = shape
        raise DataError(
            f"{count:,} images of {' x '.join(map(str, image))} need {math.prod(shape):,} bytes, "
            f"which neither {cache_folder()} nor memory has; free some room, set ZOOKIT_CACHE_DIR "
            "to a folder on a larger disk, or choose a smaller size."
        ) from None


def _on_disk(shape: tuple[int, ...]) -> "npt.NDArray[np.uint8]":
    size = math.prod(shape)
    folder = cache_folder() / "scratch"
    folder.mkdir(parents=True, exist_ok=True)
    if size > shutil.disk_usage(folder).free:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with TemporaryFile(dir=folder) as file:
        # Writing to a mapping whose file is sparse kills the process once the disk is full.
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, size)
        else:
            file.truncate(size)
        return np.memmap(file, np.uint8, "r+", shape=shape)
