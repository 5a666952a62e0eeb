"""Only one process at a time writes a run's folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zookit.core import FolderError

_NAME = ".lock"
_SECONDS = 1


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a run's folder for writing; the system lets go of it however the process ends.

    Raises FolderError where another process holds it, or it cannot be written.
    """
    from filelock import FileLock, Timeout

    try:
        # Who only asks whether it is held holds it for a moment.
        lock = FileLock(folder / _NAME, timeout=_SECONDS)
        lock.acquire()
    except Timeout:
        raise FolderError(
            f"{folder} is being written by another process. Wait until that has ended."
        ) from None
    except (OSError, NotImplementedError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FolderError(
            f"{folder} cannot be written: {reason}. Make it writable, or name another folder with "
            "--runs-dir."
        ) from None
    try:
        yield
    finally:
        lock.release()


def is_locked(folder: Path) -> bool:
    """Whether a process is writing the folder. Writes nothing."""
    from filelock import FileLock, Timeout

    if not (folder / _NAME).exists():
        return False
    try:
        with FileLock(folder / _NAME, blocking=False):
            return False
    except Timeout:
        return True
    except (OSError, NotImplementedError):
        return False  # a folder that may not be written is written by nobody we could know of
