"""Lists, verifies and removes what the cache contains."""

import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from zookit.core.data.cache import PULLED, TAG, cache_folder, is_marked, locked
from zookit.core.data.downloads import downloads_folder
from zookit.core.errors import DataError, FolderError
from zookit.data.prepared import FORMAT, prepared_folder
from zookit.data.prepared_folder import read_meta, verify_folder
from zookit.data.source import earlier_cache

_DAY = 24 * 60 * 60
"""In seconds."""
_HASH = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class CacheEntry:
    """A prepared data set, the downloaded files of one, or a run that is elsewhere.

    `name` is the name of the data set or the run, `title` the text shown for it, `size` in bytes,
    `lock` the name of the lock that its writer holds. `is_current` is false for what this version
    of zookit does not use.
    """

    name: str
    title: str
    kind: Literal["prepared", "downloads", "runs"]
    size: int
    folder: Path
    lock: str
    is_current: bool = True


def cache_entries() -> tuple[CacheEntry, ...]:
    """Return the entries of the cache, prepared data sets first, runs last, sorted by name."""
    return (*_prepared(), *_downloads(), *_pulled())


def check_removable() -> None:
    """Raise FolderError if the cache folder is not marked as zookit's.

    Then it may contain files of somebody else.
    """
    cache = cache_folder()
    if cache.is_dir() and not is_marked(cache):
        raise FolderError(
            f"nothing is removed from {cache}, because it has no {TAG} written by zookit: it may "
            "contain files of yours. Remove the folders that you do not need by hand."
        )


def remove(entry: CacheEntry) -> None:
    """Remove an entry, the cached hashes, and files that killed processes left.

    Raises FolderError if the cache is not marked as zookit's, or the folder cannot be removed.
    """
    check_removable()
    try:
        with locked(entry.lock), suppress(FileNotFoundError):  # another process has removed it
            shutil.rmtree(entry.folder)
    except OSError as error:
        raise FolderError(f"{entry.folder} cannot be removed: {error.strerror or error}.") from None
    _remove_hashes()
    _remove_leftovers()


def verify(entry: CacheEntry) -> str:
    """Read a prepared data set as a whole; return what is wrong with it, empty if nothing is.

    Downloads and what this version does not use are not read.
    """
    if entry.kind != "prepared" or not entry.is_current:
        return ""
    try:
        verify_folder(entry.folder)
    except DataError as error:
        return str(error)
    return ""


def left_by_earlier_versions() -> tuple[Path, ...]:
    """Return the data sets that earlier versions prepared beside today's cache folder.

    They used ZOOKIT_CACHE_DIR itself, without marking it, so that it may contain files of others.
    """
    earlier = earlier_cache()
    found = sorted((earlier / "prepared").glob("*-*/")) if earlier else []
    return tuple(folder for folder in found if _description(folder) is not None)


def _prepared() -> Iterator[CacheEntry]:
    for folder in _folders(prepared_folder(), "*-*"):
        if not folder.name.startswith("."):
            yield _entry(folder, folder)
    for folder in _folders(prepared_folder(), ".zookit-*.aside"):  # while it is written
        for inner in _folders(folder, "*-*"):
            yield _entry(folder, inner)


def _entry(folder: Path, inner: Path) -> CacheEntry:
    name = inner.name.rpartition("-")[0]
    meta = _description(inner)
    is_current = folder == inner and (meta is None or meta["format"] == FORMAT)
    if meta is None:
        state = "damaged" if folder == inner else "incomplete"
    else:
        state = meta["origin"] if is_current else "not used by this version"
    return CacheEntry(
        name, f"{name} ({state})", "prepared", size_of(folder), folder, inner.name, is_current
    )


def _description(folder: Path) -> dict[str, Any] | None:
    """Return the description of a prepared data set, None if there is no valid one."""
    try:
        meta = read_meta(folder)
        return {key: meta[key] for key in ("format", "origin", "hash")}
    except (OSError, ValueError, KeyError):
        return None


def _downloads() -> Iterator[CacheEntry]:
    for folder in _folders(downloads_folder(), "*"):
        # The home of a data set is its name with hyphens.
        name, lock = folder.name.replace("-", "_"), f"download-{folder.name}"
        yield CacheEntry(name, folder.name, "downloads", size_of(folder), folder, lock)


def _pulled() -> Iterator[CacheEntry]:
    found = []
    for folder in _folders(cache_folder() / PULLED, "*"):
        name = next((each.name for each in _folders(folder, "*")), folder.name)
        lock = f"{PULLED}-{folder.name}"
        found.append(CacheEntry(name, name, "runs", size_of(folder), folder, lock))
    yield from sorted(found, key=lambda each: each.name)


def _folders(parent: Path, pattern: str) -> list[Path]:
    """Return the folders of these names, sorted; not links, which may lead anywhere."""
    if parent.is_symlink():
        return []
    return sorted(each for each in parent.glob(f"{pattern}/") if not each.is_symlink())


def _remove_hashes() -> None:
    folder = cache_folder() / "hashes"
    for note in () if folder.is_symlink() else folder.glob("*"):
        if _HASH.fullmatch(note.name):
            with suppress(OSError):
                note.unlink()


def _remove_leftovers() -> None:
    unpacking = _folders(cache_folder() / "unpacking", "*")
    for folder in (*_folders(prepared_folder(), ".zookit-*"), *unpacking):
        # A newer one may be in use by another process, which removes it.
        with suppress(FileNotFoundError):
            if time.time() - folder.lstat().st_mtime > _DAY:
                shutil.rmtree(folder, ignore_errors=True)  # removes nothing through a link


def size_of(folder: Path) -> int:
    """Return the size of the files below a folder in bytes."""
    size = 0
    for at, _, files in os.walk(folder):
        for name in files:
            with suppress(OSError):  # another process has removed it
                size += os.lstat(os.path.join(at, name)).st_size  # noqa: PTH118 - may be many
    return size
