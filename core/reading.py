"""Read files that anybody may have written: regular files alone, and no more than a limit."""

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file, or a link to one, for reading bytes.

    Never waits, and touches no device: opening a FIFO waits for a writer, and opening a device may
    change it. Raises OSError, whose `strerror` says that it is not a regular file or why it cannot
    be opened.
    """
    _check_regular(path.stat(), path)
    # It may have been replaced since.
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        _check_regular(os.fstat(handle), path)
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def read_bounded(path: Path, limit: int) -> bytes:
    """Return the content of a regular file of at most `limit` bytes.

    For everything small that zookit reads: metadata, experiments, notes. Raises OSError, whose
    `strerror` says that the file is larger, not a regular file, or why it cannot be read.
    """
    with open_regular(path) as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise OSError(errno.EFBIG, f"it has more than {limit:,} bytes", str(path))
    return content


def read_text_bounded(path: Path, limit: int) -> str:
    """Return the UTF-8 text of a regular file of at most `limit` bytes, without a byte order mark.

    Raises OSError as `read_bounded` does, and UnicodeDecodeError.
    """
    return read_bounded(path, limit).decode("utf-8-sig")


def _check_regular(status: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "it is not a regular file", str(path))
