"""Find files in a folder and its subfolders."""

import errno
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from zookit.core.data.junk import is_junk, is_junk_or_hidden
from zookit.core.errors import DataError
from zookit.core.messages import counted, warn

_SHOWN_FILES = 5
"""The largest number of skipped files that are shown one by one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is found below a folder.

    Args:
        path: its path, which begins with that of the folder.
        kind: a regular file; a link to a folder that was found before; or neither a file nor a
            folder that can be read.
        detail: where the folder was found before, or why it cannot be read, to follow the path in
            a message.
        state: of a file what `state_of` returns.
    """

    path: Path
    kind: Literal["file", "again", "unreadable"]
    detail: str = ""
    state: tuple[int, ...] = ()


def entries_below(folder: Path) -> Iterator[Entry]:
    """Yield everything below a folder except junk (see `is_junk`), sorted by name.

    Follows links to folders, but reads each real folder once. Yields nothing if the folder does not
    exist. Raises DataError if the folder itself cannot be read; a subfolder that cannot is yielded.
    """
    return _below(folder, is_junk, RealFolders())


def image_entries_below(folder: Path, others: "RealFolders | None" = None) -> Iterator[Entry]:
    """Yield what `entries_below` does, except hidden files and folders, and links to `others`."""
    return _below(folder, is_junk_or_hidden, RealFolders() if others is None else others.copy())


class RealFolders:
    """Folders, by whatever path or link they are found."""

    def __init__(self, paths: Iterable[Path] = ()) -> None:
        self._paths: dict[tuple[int, int], str] = {}
        for path in paths:
            with suppress(OSError):
                self.add(str(path))

    def copy(self) -> "RealFolders":
        """Return a copy, to which other folders can be added."""
        copied = RealFolders()
        copied._paths = dict(self._paths)
        return copied

    def add(self, path: str) -> str:
        """Add a folder. Return another path by which it was added before, or an empty text."""
        status = os.stat(path)  # noqa: PTH116 - DirEntry.stat has no device and inode on Windows
        first = self._paths.setdefault((status.st_dev, status.st_ino), path)
        # Some file systems give the number of a folder to another one later.
        return first if first != path and Path(first).samefile(path) else ""


def state_of(status: os.stat_result) -> tuple[int, int, int]:
    """Return a file's size in bytes and its times of modification and change in ns.

    Whoever writes the file changes one of them: copying and unpacking keep the time of
    modification, but nothing can set that of change.
    """
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns


def warn_of_skipped(where: str, lines: Sequence[str]) -> None:
    """Warn of files that are skipped: a line for each of the first few, and one for the rest.

    Each line is a path and what is wrong with it.
    """
    for line in lines[:_SHOWN_FILES]:
        warn(f"{where}: {line}, so it is skipped.")
    if len(lines) > _SHOWN_FILES:
        warn(f"{where}: skipped {counted(len(lines) - _SHOWN_FILES, 'more file')}.")


def _below(folder: Path, ignored: Callable[[str], bool], found: RealFolders) -> Iterator[Entry]:
    try:
        found.add(str(folder))
        levels = [iter(_listing(str(folder)))]
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise DataError(f"cannot read {folder}: {error.strerror or error}.") from None
    while levels:  # not a recursion, since folders may be nested deeply
        entry = next(levels[-1], None)
        if entry is None:
            levels.pop()
        elif not ignored(entry.name):
            try:
                status = entry.stat()
                if not stat.S_ISDIR(status.st_mode):
                    yield _file(entry, status)
                elif before := found.add(entry.path):
                    yield Entry(Path(entry.path), "again", detail=before)
                else:
                    levels.append(iter(_listing(entry.path)))
            except OSError as error:
                yield Entry(Path(entry.path), "unreadable", detail=_reason(entry, error))


def _listing(folder: str) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return sorted(entries, key=lambda entry: entry.name)


def _file(entry: os.DirEntry[str], status: os.stat_result) -> Entry:
    if stat.S_ISREG(status.st_mode):
        return Entry(Path(entry.path), "file", state=state_of(status))
    return Entry(Path(entry.path), "unreadable", detail="is not a regular file")


def _reason(entry: os.DirEntry[str], error: OSError) -> str:
    if entry.is_symlink() and error.errno in (errno.ENOENT, errno.ELOOP):
        return "is a broken link"
    return f"cannot be read ({error.strerror or error})"
