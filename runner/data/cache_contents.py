"""Lists and removes what the cache contains."""

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from zookit.core.data.cache import cache_folder
from zookit.core.errors import FolderError
from zookit.data.prepared import prepared_folder
from zookit.data.source import downloads_folder

_DAY = 24 * 60 * 60
"""In seconds."""


@dataclass(frozen=True)
class CacheEntry:
    """A prepared data set, or the downloaded files of one.

    `name` is the name of the data set, `title` the text shown for it, `size` in bytes.
    """

    name: str
    title: str
    kind: Literal["prepared", "downloads"]
    size: int
    folder: Path


def cache_entries() -> tuple[CacheEntry, ...]:
    """Return the entries of the cache, prepared data sets first, each sorted by name."""
    return (*_prepared(), *_downloads())


def remove(entry: CacheEntry) -> None:
    """Remove an entry, the cached hashes, and files unpacked by processes that were killed.

    Raises FolderError if the folder cannot be removed.
    """
    try:
        shutil.rmtree(entry.folder)
    except OSError as error:
        raise FolderError(f"{entry.folder} cannot be removed: {error.strerror or error}.") from None
    shutil.rmtree(cache_folder() / "hashes", ignore_errors=True)
    for folder in (cache_folder() / "unpacking").glob("*/"):
        # A newer one may be in use by another process, which removes it.
        with suppress(FileNotFoundError):
            if time.time() - folder.stat().st_mtime > _DAY:
                shutil.rmtree(folder, ignore_errors=True)


def _prepared() -> Iterator[CacheEntry]:
    for folder in sorted(prepared_folder().glob("*-*/")):
        name = folder.name.strip(".").rpartition("-")[0]
        try:
            meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
            title = f"{name} ({meta['origin']})"
        except (OSError, ValueError, KeyError, TypeError):
            title = f"{name} (damaged)"
        yield CacheEntry(name, title, "prepared", _size(folder), folder)


def _downloads() -> Iterator[CacheEntry]:
    if downloads_folder().is_dir():
        for folder in sorted(downloads_folder().glob("*/")):
            # The home of a data set is its name with hyphens.
            name = folder.name.replace("-", "_")
            yield CacheEntry(name, folder.name, "downloads", _size(folder), folder)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
