"""Whether the whole process belongs to zookit: a command, or a child process that it started.

A Python program that imports zookit has a process of its own.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_own = False


def declare_own_process() -> None:
    """Declare that this process is zookit's."""
    global _own  # noqa: PLW0603 - of the process
    _own = True


def is_own_process() -> bool:
    """Return whether this process is zookit's."""
    return _own


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """Create many objects in zookit's own process without looking for garbage among them.

    Neither does Python look through them when it exits. In another process nothing is different.
    """
    if not _own or not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
