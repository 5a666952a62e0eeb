"""The files below a folder."""

import os
from collections.abc import Iterator
from pathlib import Path

from zookit.core.errors import DataError

_NOBODYS = (".", "__MACOSX", "Thumbs.db", "desktop.ini")


def files_below(folder: Path) -> Iterator[Path]:
    """All files below a folder in the order of their names, through linked folders too.

    None where there is no such folder. Raises DataError where one cannot be read.
    """
    try:
        if folder.is_dir():
            yield from _below(folder, frozenset())
    except OSError as error:
        where = error.filename or folder
        raise DataError(f"{where} cannot be read: {error.strerror or error}.") from None


def pictures_below(folder: Path) -> Iterator[Path]:
    """Those of `files_below` that may be a person's pictures: nothing hidden or a system's own."""
    for file in files_below(folder):
        if not any(part.startswith(_NOBODYS) for part in file.relative_to(folder).parts):
            yield file


def _below(folder: Path, above: frozenset[str]) -> Iterator[Path]:
    real = os.path.realpath(folder)
    if real in above:
        return  # a link back to where we came from
    for each in sorted(folder.iterdir(), key=lambda path: path.name):
        if each.is_dir():
            yield from _below(each, above | {real})
        elif each.is_file():
            yield each
