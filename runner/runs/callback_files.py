"""The files of callbacks in a run's folder: `files/NAME/epoch-00003.png`.

A run may come from somebody else, so no link is followed.
"""

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from zookit.core import FolderError, reason_of
from zookit.core.run_files import FILES, epoch_of, is_real_folder, remove


def entries(folder: Path, most: int | None = None) -> list[Path]:
    """Return what is in a folder, by name, at most `most`; nothing if it is a link or no folder.

    Raises OSError.
    """
    if not is_real_folder(folder):
        return []
    with os.scandir(folder) as found:
        return sorted(Path(each.path) for each in islice(found, most))


def remove_later_files(run: Path, epochs: int) -> None:
    """Remove the files of all epochs after the first `epochs`, which will be trained again.

    Raises FolderError if one cannot be removed.
    """
    try:
        for path in _of_later(run, epochs):
            remove(path)
    except OSError as error:
        raise FolderError(
            f"{error.filename or run / FILES} cannot be removed: "
            f"{error.strerror or reason_of(error)}. It belongs to an epoch that is trained again, "
            "so remove it."
        ) from error


def _of_later(run: Path, epochs: int) -> Iterator[Path]:
    for folder in entries(run / FILES):
        for path in entries(folder):
            if (epoch_of(path.name) or 0) > epochs:
                yield path
