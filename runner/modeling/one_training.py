"""One training at a time in a process, because trainings share the global random generators.

Python, NumPy and TensorFlow have one random generator for all threads. A second training that drew
from it at the same time would change the initial weights of the first.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, RLock, get_ident

import numpy as np

from zookit.core import ZookitError, say

one_build = RLock()
"""Held while a model is built. Any thread may build one, also during a training."""


class _Training:
    """The training that runs in this process, if any."""

    lock = Lock()
    thread: int | None = None


@contextmanager
def one_training() -> Iterator[None]:
    """Wait until no other thread of this process trains, and keep others waiting.

    Restores Python's and NumPy's random generators at the end, so that the caller's own random
    numbers do not depend on the training. Raises ZookitError within a training of the same thread.
    """
    if _Training.thread == get_ident():
        raise ZookitError(
            "a training cannot start within another one, such as in a callback or a listener. "
            "Start it after the other has ended, or in a process of its own."
        )
    if not _Training.lock.acquire(blocking=False):
        say("Another training runs in this process. This one starts when the other has ended.")
        _Training.lock.acquire()
    _Training.thread = get_ident()
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002 - the global one
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002
        _Training.thread = None
        _Training.lock.release()
