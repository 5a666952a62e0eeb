"""The cache folder, which is marked as zookit's own, and its locks."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import platformdirs

from zookit.core.errors import DataError
from zookit.core.file_lock import lock_file
from zookit.core.messages import say, warn
from zookit.core.reading import read_bounded

TAG = "CACHEDIR.TAG"
"""The file that marks a cache (https://bford.info/cachedir/); backup programs know it too."""
_TAG_CONTENT = (
    b"Signature: 8a477f597d28d172789f06886806bc55\n"
    b"# This folder is the cache of zookit, which may remove everything in it: zookit data clear\n"
)
PULLED = "pulled"
"""The folder in the cache with runs that are elsewhere, each in a folder for its address."""
_OF_EARLIER_VERSIONS = {"downloads", "hashes", "locks", "prepared", "scratch", "unpacking"}
"""What zookit had in its cache when it did not mark it yet."""


def cache_folder() -> Path:
    """Return the folder for downloads and prepared data.

    This is the subfolder zookit-cache of ZOOKIT_CACHE_DIR if set, otherwise the operating system's
    cache folder for the user. Raises DataError if ZOOKIT_CACHE_DIR names a user that does not
    exist.
    """
    named = os.environ.get("ZOOKIT_CACHE_DIR")
    if not named:
        return platformdirs.user_cache_path("zookit", appauthor=False)
    try:
        return Path(named).expanduser().absolute() / "zookit-cache"
    except RuntimeError:
        raise DataError(
            f"ZOOKIT_CACHE_DIR is {named!r}, but there is no such user. Set it to a folder that "
            "you can write to, or unset it."
        ) from None


def cache_subfolder(name: str) -> Path:
    """Return a folder in the cache, after creating it and marking a new cache. Raises OSError."""
    cache = cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    if not os.path.lexists(cache / TAG):
        _mark(cache)
    folder = cache / name
    folder.mkdir(exist_ok=True)
    return folder


def is_marked(cache: Path) -> bool:
    """Return whether zookit has marked this folder as its cache."""
    try:
        return not (cache / TAG).is_symlink() and read_bounded(cache / TAG, 1000) == _TAG_CONTENT
    except OSError:
        return False


def _mark(cache: Path) -> None:
    """Mark the folder, unless there may be files of somebody else in it."""
    # Nobody chose the name of the usual folder, so one of an earlier version is zookit's.
    known = set() if os.environ.get("ZOOKIT_CACHE_DIR") else _OF_EARLIER_VERSIONS
    if known.issuperset(each.name for each in cache.iterdir()):
        # Another process may be faster. Mode x follows no link.
        with suppress(FileExistsError), (cache / TAG).open("xb") as file:
            file.write(_TAG_CONTENT)


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Hold the lock `name` of the cache folder. A second process reports that it waits.

    Warns if the file system has no locks. Raises OSError if the lock's file cannot be written.
    """
    path = cache_subfolder("locks") / f"{name}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)  # the home of a data set may be nested
    try:
        lock = lock_file(path, seconds=0)
    except BlockingIOError:
        say(f"Waiting for another process to finish preparing {name}.")
        lock = lock_file(path, seconds=None)
    if lock.unsupported:
        warn(
            f"the file system of {path.parent} has no locks ({lock.unsupported}). Do not prepare "
            "the same data in two processes at once."
        )
    try:
        yield
    finally:
        lock.release()
