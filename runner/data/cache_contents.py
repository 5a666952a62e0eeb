"""What the cache holds, to be listed and removed."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from zookit.core.data.cache import cache_folder
from zookit.core.errors import FolderError
from zookit.data.prepared import prepared_folder
from zookit.data.source import downloads_folder


@dataclass(frozen=True)
class Kept:
    """A prepared set or downloaded files.

    `name` is the data set's, `title` what is shown of it, `size` in bytes.
    """

    name: str
    title: str
    kind: str
    size: int
    folder: Path


def kept() -> tuple[Kept, ...]:
    """What the cache holds, prepared sets first, each by name."""
    return (*_prepared(), *_downloads())


def remove(what: Kept) -> None:
    """Remove it from the cache, and the notes about files that may have been its.

    Raises FolderError where that cannot be done.
    """
    try:
        shutil.rmtree(what.folder)
        for notes in ("hashes", "unpacking", "scratch"):
            shutil.rmtree(cache_folder() / notes, ignore_errors=True)
    except OSError as error:
        raise FolderError(f"{what.folder} cannot be removed: {error.strerror or error}.") from None


def _prepared() -> Iterator[Kept]:
    for folder in sorted(prepared_folder().glob("*-*/")):
        name = folder.name.strip(".").rpartition("-")[0]
        try:
            meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
            title = f"{name} ({meta['origin']})"
        except (OSError, ValueError, KeyError, TypeError):
            title = f"{name} (damaged)"
        yield Kept(name, title, "prepared", _size(folder), folder)


def _downloads() -> Iterator[Kept]:
    if downloads_folder().is_dir():
        for folder in sorted(downloads_folder().glob("*/")):
            # A set's home is its name with hyphens.
            name = folder.name.replace("-", "_")
            yield Kept(name, folder.name, "downloads", _size(folder), folder)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
