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


_WAITING = 20
"""How many times longer than its limit of computing time a block may take, on a busy machine."""


@contextmanager
def bounded(seconds: float = 5.0, megabytes: int = 256) -> Iterator[None]:
    """Fail if the block computes longer than `seconds`, or takes `megabytes` of address space.

    A clock interrupts what hangs, such as opening a FIFO. The memory is a limit of the operating
    system (Linux only), so that it counts what C extensions allocate: NumPy, Pillow, zlib.
    """

    def stop(signum: int, frame: FrameType | None) -> None:
        raise TookTooLong(f"did not end within {seconds} s")

    timers = {signal.SIGPROF: signal.ITIMER_PROF, signal.SIGALRM: signal.ITIMER_REAL}
    former_handlers = {each: signal.signal(each, stop) for each in timers}
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, _WAITING * seconds)
    former_limit = resource.getrlimit(resource.RLIMIT_AS)
    if sys.platform == "linux":
        pages = Path("/proc/self/statm").read_text().split()[0]
        now = int(pages) * os.sysconf("SC_PAGE_SIZE")
        resource.setrlimit(resource.RLIMIT_AS, (now + megabytes * 2**20, former_limit[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, former_limit)
        for each, timer in timers.items():
            signal.setitimer(timer, 0)
            signal.signal(each, former_handlers[each])
