"""A lock on a file, which the system releases however the process ends."""

import errno
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from zookit.core.reading import check_regular

_POLL = 0.05
_OFFSET = 2**30
"""Windows locks bytes, and nobody else can read them: one that no file has."""
_UNSUPPORTED = {
    errno.ENOLCK,
    errno.ENOSYS,
    errno.EINVAL,
    errno.ENOTSUP,
    errno.EOPNOTSUPP,
    errno.ENOTTY,
}


@dataclass(frozen=True)
class FileLock:
    """A lock that this process holds.

    `handle` is the open file. `unsupported` is the reason of the file system if it has no locks:
    then other processes are not kept out.
    """

    handle: int
    unsupported: str = ""

    def release(self) -> None:
        """Release the lock."""
        os.close(self.handle)


def lock_file(path: Path, seconds: float | None) -> FileLock:
    """Lock a file, which is created if it does not exist; a link is not followed.

    Waits `seconds`, or without limit if None. Raises BlockingIOError if another process holds the
    lock then, and OSError if the file cannot be opened or is not a regular file.
    """
    flags = os.O_RDWR | os.O_CREAT
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):
        flags |= getattr(os, name, 0)
    handle = os.open(path, flags, 0o666)
    try:
        check_regular(os.fstat(handle), path)
        return FileLock(handle, _locked(handle, seconds))
    except BaseException:
        os.close(handle)
        raise


def try_lock(handle: int, *, shared: bool = False) -> str:
    """Lock an open file, and return why the file system cannot; empty if it can.

    A shared lock keeps out those that are not shared. Raises BlockingIOError if another process
    holds the lock, and OSError if that is not known.
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(handle, _OFFSET, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError as error:
        # Windows says EACCES or EDEADLOCK.
        if error.errno in (errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK):
            raise BlockingIOError(error.errno, error.strerror) from None
        if error.errno not in _UNSUPPORTED:
            raise
        return error.strerror or str(error)
    return ""


def _locked(handle: int, seconds: float | None) -> str:
    deadline = None if seconds is None else time.monotonic() + seconds
    while True:
        try:
            return try_lock(handle)
        except BlockingIOError:
            if deadline is not None and time.monotonic() >= deadline:
                raise
        time.sleep(_POLL)
