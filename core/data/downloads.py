"""The folders in the cache for what a library downloads for a data set."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zookit.core.data.cache import cache_folder, cache_subfolder, locked
from zookit.core.errors import DataUnavailable


def downloads_folder(name: str | None = None) -> Path:
    """Return the folder `name` for downloads, which `zookit data clear` removes. It may not exist.

    Without a name, return the folder of all downloads. Raises DataError if the cache folder cannot
    be used.
    """
    folder = cache_folder() / "downloads"
    return folder if name is None else folder / name


@contextmanager
def downloading(name: str) -> Iterator[Path]:
    """Create the folder `name` for downloads, and keep other processes out of it.

    Raises DataUnavailable if it, or anything that the block writes, cannot be written.
    """
    folder = downloads_folder(name)
    try:
        cache_subfolder("downloads")
        with locked(f"download-{name}"):
            folder.mkdir(exist_ok=True)
            yield folder
    except OSError as error:
        raise DataUnavailable(
            f"{folder} cannot be written ({error.strerror or error}). Free some space, or set "
            "ZOOKIT_CACHE_DIR to a folder that you can write to."
        ) from None
