"""Run work on all processors."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from zookit.core.processor_count import processors

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

_BLOCK = 1024
"""Items to queue at a time, since there may be millions."""


@contextmanager
def in_threads(
    function: Callable[[_Item], _Result], items: Sequence[_Item]
) -> Iterator[Iterator[_Result]]:
    """Call `function` for every item in one thread per processor; yield the results in order.

    When the context is left early, for example by Ctrl-C, calls that have not started are dropped.
    """
    pool = ThreadPoolExecutor(processors())

    def results() -> Iterator[_Result]:
        for start in range(0, len(items), _BLOCK):
            yield from pool.map(function, items[start : start + _BLOCK])

    try:
        yield results()
    finally:
        pool.shutdown(cancel_futures=True)
