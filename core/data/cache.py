"""Where zookit keeps downloads and prepared data, and how a file gets there whole."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs

from zookit.core.messages import say


def cache_folder() -> Path:
    """ZOOKIT_CACHE_DIR, or the user's cache folder of the operating system."""
    named = os.environ.get("ZOOKIT_CACHE_DIR")
    if named:
        return Path(named).expanduser().absolute()
    return platformdirs.user_cache_path("zookit", appauthor=False)


@contextmanager
def written_aside(path: Path) -> Iterator[Path]:
    """A path beside `path` to write to; moved into place at the end, removed on any error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}.aside")
    try:
        yield aside
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Hold the cache's lock of that name; a second process waits, and says so."""
    from filelock import FileLock, Timeout

    folder = cache_folder() / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / f"{name}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        say(f"waiting for another process that is preparing {name}")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()
