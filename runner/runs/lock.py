"""A lock, so that only one process at a time writes a run's folder.

The file system may have no locks, or hide those of other machines that share it. So the lock's file
also names the process that writes, for as long as it does.
"""

import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from zookit.core import FolderError, warn
from zookit.core.file_lock import lock_file, try_lock
from zookit.core.messages import option
from zookit.core.reading import open_regular, parse_json, read_bounded

LOCK = ".lock"
"""The name of the lock's file, in the folder that it locks."""
_SECONDS = 1
_LARGEST = 1000
"""The largest content of a lock's file, in bytes."""
_SILENT = 3600
"""Seconds without a change in its folder after which a run on another machine counts as killed."""


@dataclass(frozen=True)
class Writer:
    """The process that writes a run's folder.

    `host` is the machine's name, `started` the start of the process in the system's own unit; empty
    if the system does not tell.
    """

    host: str
    process: int
    started: str

    @classmethod
    def current(cls) -> Self:
        """Return this process."""
        return cls(socket.gethostname(), os.getpid(), _started(os.getpid()))

    @classmethod
    def read(cls, content: bytes) -> Self | None:
        """Return the process that a lock's file names; None if it names none."""
        try:
            found = parse_json(content.decode())
            host, process, started = (found[name] for name in cls.__dataclass_fields__)
        except (ValueError, TypeError, KeyError):
            return None
        known = isinstance(host, str) and type(process) is int and isinstance(started, str)
        return cls(host, process, started) if known else None

    def is_here(self) -> bool:
        """Whether it is, or was, a process of this machine."""
        return self.host == socket.gethostname()

    def is_alive(self) -> bool:
        """Whether it is still running; only a process of this machine is known."""
        try:
            os.kill(self.process, 0)
        except PermissionError:
            pass  # of another user
        except (OSError, OverflowError):
            return False
        # Another process may have its number now.
        return self.process > 0 and _started(self.process) == self.started


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Lock a run's folder for writing; the system releases the lock however the process ends.

    Raises FolderError if another process writes the folder, or it cannot be written. Warns if the
    file system has no locks.
    """
    try:
        # `writing` holds it for a moment.
        lock = lock_file(folder / LOCK, _SECONDS)
    except BlockingIOError:
        raise FolderError(
            f"{folder} is being written by another process. Wait until it has ended."
        ) from None
    except OSError as error:
        raise FolderError(
            f"{folder / LOCK} cannot be written: {error.strerror or error}. Make the folder "
            f"writable, or choose another one with {option('--runs-dir', 'runs_dir')}."
        ) from None
    try:
        before = os.read(lock.handle, _LARGEST)
        if lock.unsupported:
            _check_alone(folder, before, lock.unsupported)
        _rewrite(lock.handle, json.dumps(asdict(Writer.current())).encode())
        try:
            yield
        finally:
            # A run that was not resumed stays as it was.
            _rewrite(lock.handle, b"" if _has_ended(folder) else before)
    finally:
        lock.release()


def writing(folder: Path) -> bool | None:
    """Whether a process is writing the folder; None if that cannot be known here.

    Needs no permission to write.
    """
    try:
        with open_regular(folder / LOCK) as file:
            writer = Writer.read(file.read(_LARGEST) or b"")
            # Shared: two processes that check at once do not take each other for a writer.
            unsupported = try_lock(file.fileno(), shared=True)
    except BlockingIOError:
        return True
    except OSError:  # it does not exist, or may not be read
        return False
    if writer is None:
        return False
    if writer.is_here():
        return bool(unsupported) and writer.is_alive()
    return None if time.time() - _changed(folder) < _SILENT else False


def _check_alone(folder: Path, content: bytes, reason: str) -> None:
    """Warn that the file system has no locks. Raises FolderError if the last writer still runs."""
    writer = Writer.read(content)
    if writer is not None and writer.is_here() and writer.is_alive():
        raise FolderError(
            f"{folder} is being written by process {writer.process}. Wait until it has ended."
        )
    warn(
        f"the file system of {folder} has no locks ({reason}), so two processes could write this "
        "run at once and damage it. Do not resume it before this one has ended."
    )


def _has_ended(folder: Path) -> bool:
    try:
        return (folder / "metrics.json").exists()
    except OSError:  # it may not be read any more
        return False


def _rewrite(handle: int, content: bytes) -> None:
    with suppress(OSError):  # a full disk: then only other machines cannot see who writes
        os.ftruncate(handle, 0)
        os.lseek(handle, 0, os.SEEK_SET)
        os.write(handle, content)


def _changed(folder: Path) -> float:
    """Return when a file of the folder was changed last, in seconds since 1970."""
    times = [0.0]
    with suppress(OSError), os.scandir(folder) as entries:
        files = [each for each in entries if each.name != LOCK]
        times += [each.stat(follow_symlinks=False).st_mtime for each in files]
    return max(times)


def _started(process: int) -> str:
    """Return when a process started, in ticks since the system started; empty if unknown."""
    try:
        text = read_bounded(Path(f"/proc/{process}/stat"), 10_000).decode(errors="replace")
        return text.rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""  # not Linux
