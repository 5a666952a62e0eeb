"""The cache folder, and safe writing to it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs

from zookit.core.messages import say


def cache_folder() -> Path:
    """Return the folder for downloads and prepared data.

    This is ZOOKIT_CACHE_DIR if set, otherwise the operating system's cache folder for the user.
    """
    named = os.environ.get("ZOOKIT_CACHE_DIR")
    if named:
        return Path(named).expanduser().absolute()
    return platformdirs.user_cache_path("zookit", appauthor=False)


@contextmanager
def written_aside(path: Path) -> Iterator[Path]:
    """Yield a temporary path in the folder of `path`.

    The file is moved to `path` at the end, or removed if an error is raised.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}.aside")
    try:
        yield aside
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Hold the lock `name` of the cache folder. A second process reports that it waits."""
    from filelock import FileLock, Timeout

    folder = cache_folder() / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / f"{name}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        say(f"Waiting for another process to finish preparing {name}.")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()
