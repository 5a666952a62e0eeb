"""Files that callbacks write."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zookit.core import FolderError, reason_of
from zookit.core.data import check_output

_HINT = "Move it away, or choose another path"


@contextmanager
def writing(name: str, path: str | Path) -> Iterator[None]:
    """Raise an OSError of the callback `name` as a FolderError that names the path."""
    try:
        yield
    except OSError as error:
        raise FolderError(
            f"{name}: cannot write {path}: {error.strerror or reason_of(error)}. Choose another "
            "path."
        ) from error


def refusal(name: str, path: str | Path) -> FolderError | None:
    """Return the error of a new run that would replace a file that zookit did not write, or None.

    A resumed run wrote the file itself. Only after `on_train_begin` is it known whether the run is
    resumed, so that the error is raised when the first epoch begins.
    """
    try:
        if os.path.lexists(path):
            check_output(Path(path), _HINT, force=None)
    except FolderError as error:
        return FolderError(f"{name}: {error}")
    return None
