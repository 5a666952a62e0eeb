"""Limits of time and memory for code that reads what others wrote."""

import os
import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType


class TookTooLong(BaseException):
    """No Exception, so that code that goes on after an OSError does not go on after this."""


@contextmanager
def bounded(seconds: float = 5.0, megabytes: int = 256) -> Iterator[None]:
    """Fail if the block takes longer than `seconds`, or more than `megabytes` of address space.

    The clock interrupts what hangs, such as opening a FIFO. The memory is a limit of the operating
    system (Linux only), so that it counts what C extensions allocate: NumPy, Pillow, zlib.
    """

    def stop(signum: int, frame: FrameType | None) -> None:
        raise TookTooLong(f"did not end within {seconds} s")

    former_handler = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    former_limit = resource.getrlimit(resource.RLIMIT_AS)
    if sys.platform == "linux":
        pages = Path("/proc/self/statm").read_text().split()[0]
        now = int(pages) * os.sysconf("SC_PAGE_SIZE")
        resource.setrlimit(resource.RLIMIT_AS, (now + megabytes * 2**20, former_limit[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, former_limit)
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former_handler)
