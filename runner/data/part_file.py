"""A file that is being received, `NAME.part`: what an earlier attempt left is continued."""

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

PART = ".part"
"""The end of its name."""


def size_of_part(part: Path) -> int:
    """Return how many bytes an earlier attempt left.

    What no attempt has left is removed: a link, a FIFO, or a file that has another name too.
    """
    with suppress(FileNotFoundError):
        status = part.lstat()
        if stat.S_ISREG(status.st_mode) and status.st_nlink == 1:
            return status.st_size
        part.unlink()
    return 0


def open_part(part: Path, have: int) -> BinaryIO:
    """Open a part to write behind its first `have` bytes, which is nothing or all it has."""
    return open(part, "ab" if have else "wb", opener=_without_links)


def _without_links(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o666)
