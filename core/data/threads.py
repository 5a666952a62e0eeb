"""Work spread over all cores."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

_BLOCK = 1024
"""Items queued at a time: there may be millions."""


def processors() -> int:
    """How many processors this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)  # Linux alone has it
    return len(affinity(0)) if affinity else os.cpu_count() or 1


@contextmanager
def in_threads(
    function: Callable[[_Item], _Result], items: Sequence[_Item]
) -> Iterator[Iterator[_Result]]:
    """`function` of every item, in their order; called in a thread for each processor.

    What has not begun when the context is left, as by Ctrl-C, is not begun any more.
    """
    pool = ThreadPoolExecutor(processors())

    def results() -> Iterator[_Result]:
        for start in range(0, len(items), _BLOCK):
            yield from pool.map(function, items[start : start + _BLOCK])

    try:
        yield results()
    finally:
        pool.shutdown(cancel_futures=True)
