"""A lock, so that only one process at a time writes a run's folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zookit.core import FolderError

_NAME = ".lock"
_SECONDS = 1


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Lock a run's folder for writing; the system releases the lock however the process ends.

    Raises FolderError if another process holds the lock, or the folder cannot be written.
    """
    from filelock import FileLock, Timeout

    try:
        # `is_locked` holds it for a moment.
        lock = FileLock(folder / _NAME, timeout=_SECONDS)
        lock.acquire()
    except Timeout:
        raise FolderError(
            f"{folder} is being written by another process. Wait until it has ended."
        ) from None
    except (OSError, NotImplementedError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FolderError(
            f"{folder} cannot be written: {reason}. Make it writable, or choose another "
            "folder with --runs-dir."
        ) from None
    try:
        yield
    finally:
        lock.release()


def is_locked(folder: Path) -> bool:
    """Whether a process is writing the folder. Needs no permission to write."""
    try:
        import fcntl
    except ImportError:  # Windows
        return _is_held(folder / _NAME)
    try:
        with (folder / _NAME).open("rb") as file:
            # Shared: two processes that check at once do not take each other for a writer.
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        pass  # it does not exist, or may not be read
    return False


def _is_held(path: Path) -> bool:
    from filelock import FileLock, Timeout

    if not path.exists():
        return False
    try:
        with FileLock(path, blocking=False):
            return False
    except Timeout:
        return True
    except OSError:
        return False
