"""Find files in a folder and its subfolders."""

import os
from collections.abc import Iterator
from pathlib import Path

from zookit.core.errors import DataError

_SYSTEM_FILES = (".", "__MACOSX", "Thumbs.db", "desktop.ini")
"""Prefixes of the names of hidden files and of those that operating systems add."""


def files_below(folder: Path) -> Iterator[Path]:
    """Yield all files below a folder, sorted by name. Follows links to folders.

    Yields nothing if the folder does not exist. Raises DataError if a folder cannot be read.
    """
    try:
        if folder.is_dir():
            yield from _below(folder, frozenset())
    except OSError as error:
        path = error.filename or folder
        raise DataError(f"cannot read {path}: {error.strerror or error}.") from None


def image_files_below(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder, except hidden files and those of operating systems."""
    for file in files_below(folder):
        if not any(part.startswith(_SYSTEM_FILES) for part in file.relative_to(folder).parts):
            yield file


def _below(folder: Path, above: frozenset[str]) -> Iterator[Path]:
    real = os.path.realpath(folder)
    if real in above:
        return  # a link to a parent folder
    for each in sorted(folder.iterdir(), key=lambda path: path.name):
        if each.is_dir():
            yield from _below(each, above | {real})
        elif each.is_file():
            yield each
