"""Errors of callbacks that write files."""

from collections.abc import Iterator
from contextlib import contextmanager

from zookit.core import FolderError, reason_of


@contextmanager
def writing(name: str, path: str) -> Iterator[None]:
    """Raise an OSError of the callback `name` as a FolderError that names the path."""
    try:
        yield
    except OSError as error:
        raise FolderError(
            f"{name}: cannot write {path}: {error.strerror or reason_of(error)}. Choose another "
            "path."
        ) from error
