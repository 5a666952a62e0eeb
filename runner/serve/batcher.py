"""Computes what many requests wait for, several images at a time, in a thread."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Arrays = Sequence[npt.NDArray[Any]]
Result = npt.NDArray[Any]

_BATCHES = 8
"""The most full batches that wait; a request that finds nothing waiting may be larger."""


class Full(Exception):
    """So many images wait already that this request is refused."""


@dataclass(frozen=True, eq=False)
class _Job:
    """What one request waits for: arrays with one row for each image, and where the result goes."""

    arrays: Arrays
    future: "asyncio.Future[Result]"
    loop: asyncio.AbstractEventLoop

    def __len__(self) -> int:
        return len(self.arrays[0])


class Batcher:
    """Calls a function with the rows of all requests that wait, at most `size` rows at a time.

    There is no delay: while the function computes, the next requests arrive and wait. So batches
    are larger the more requests there are, and a single request is answered at once.

    Args:
        name: the name of the thread.
        function: takes arrays, each (N, ...), and returns one (N, ...). It is called in one thread.
        size: the number of rows that it takes at a time.
    """

    def __init__(self, name: str, function: Callable[..., Result], size: int) -> None:
        self._function = function
        self._size = size
        self._jobs: deque[_Job] = deque()
        self._rows = 0
        self._stopping = False
        self._changed = threading.Condition()
        # A daemon: a second Ctrl-C does not wait until TensorFlow has computed.
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    async def __call__(self, *arrays: npt.NDArray[Any]) -> Result:
        """Return the function's result for these rows.

        Raises Full if too many rows wait, and what the function raises.
        """
        loop = asyncio.get_running_loop()
        job = _Job(arrays, loop.create_future(), loop)
        with self._changed:
            if self._stopping or (self._rows and self._rows + len(job) > _BATCHES * self._size):
                raise Full
            self._jobs.append(job)
            self._rows += len(job)
            self._changed.notify()
        return await job.future

    def stop(self) -> None:
        """Finish what waits, and end the thread."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self._thread.join()

    def _work(self) -> None:
        while jobs := self._next():
            wanted = [job for job in jobs if not job.future.done()]  # by now it may be too late
            if wanted:
                self._answer(wanted)

    def _next(self) -> list[_Job]:
        """Wait for jobs and take those of a batch; none if the thread is to end."""
        with self._changed:
            self._changed.wait_for(lambda: self._jobs or self._stopping)
            taken: list[_Job] = []
            rows = 0
            while self._jobs and (not taken or rows + len(self._jobs[0]) <= self._size):
                taken.append(self._jobs.popleft())
                rows += len(taken[-1])
            self._rows -= rows
            return taken

    def _answer(self, jobs: list[_Job]) -> None:
        arrays = [np.concatenate(each) for each in zip(*(j.arrays for j in jobs), strict=True)]
        parts = []
        try:
            for at in range(0, len(arrays[0]), self._size):
                if all(job.future.done() for job in jobs):
                    return  # nobody waits any more
                parts.append(self._function(*(each[at : at + self._size] for each in arrays)))
        except Exception as error:  # noqa: BLE001 - the requests raise it
            _deliver(jobs, [error] * len(jobs))
            return
        ends = np.cumsum([len(job) for job in jobs])[:-1]
        _deliver(jobs, np.split(np.concatenate(parts), ends))


def _deliver(jobs: Sequence[_Job], results: Sequence[Result | Exception]) -> None:
    """Hand the results over to the requests, with one call for all of an event loop."""
    loops = {job.loop for job in jobs}
    for loop in loops:
        own = [(job.future, r) for job, r in zip(jobs, results, strict=True) if job.loop is loop]
        try:
            loop.call_soon_threadsafe(_set, own)
        except RuntimeError:  # the loop was closed, so nobody waits
            continue


def _set(pairs: Sequence[tuple["asyncio.Future[Result]", Result | Exception]]) -> None:
    for future, result in pairs:
        if future.done():
            continue
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)
