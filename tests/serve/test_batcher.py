"""What waits is computed together."""

import asyncio
import threading
import time

import numpy as np
import numpy.typing as npt
import pytest

from zookit.serve.batcher import Batcher, Full

Rows = npt.NDArray[np.int64]


class Recording:
    """Doubles rows, notes how many it gets, and waits for `free` before each call."""

    def __init__(self, *, free: bool = True) -> None:
        self.sizes: list[int] = []
        self.free = threading.Event()
        if free:
            self.free.set()

    def __call__(self, rows: Rows) -> Rows:
        self.free.wait(10)
        self.sizes.append(len(rows))
        if (rows < 0).any():
            raise ValueError("negative")
        return rows * 2


async def under_way(batcher: Batcher, *requests: Rows) -> "list[asyncio.Task[Rows]]":
    """Send requests, and return when they wait."""
    tasks = [asyncio.create_task(batcher(each)) for each in requests]
    await asyncio.sleep(0.02)
    return tasks


def test_requests_that_wait_are_computed_together() -> None:
    recording = Recording(free=False)
    batcher = Batcher("test", recording, 10)

    async def run() -> list[list[int]]:
        first = await under_way(batcher, np.array([1]))
        others = await under_way(batcher, *(np.array([at, at]) for at in range(6)))
        recording.free.set()
        return [each.tolist() for each in await asyncio.gather(*first, *others)]

    assert asyncio.run(run()) == [[2], *([2 * at, 2 * at] for at in range(6))]
    assert recording.sizes == [1, 10, 2]
    batcher.stop()


def test_one_large_request_is_computed_in_parts() -> None:
    recording = Recording()
    batcher = Batcher("test", recording, 4)
    assert asyncio.run(batcher(np.arange(90))).tolist() == list(range(0, 180, 2))
    assert max(recording.sizes) == 4
    batcher.stop()


def test_request_is_refused_if_too_much_waits() -> None:
    recording = Recording(free=False)
    batcher = Batcher("test", recording, 2)

    async def run() -> None:
        first = await under_way(batcher, np.zeros(2, int))
        waiting = await under_way(batcher, *(np.zeros(2, int) for _ in range(8)))
        with pytest.raises(Full):
            await batcher(np.zeros(1, int))
        recording.free.set()
        await asyncio.gather(*first, *waiting)
        await batcher(np.zeros(1, int))

    asyncio.run(run())
    batcher.stop()


def test_error_reaches_the_requests_of_the_batch_alone() -> None:
    recording = Recording()
    batcher = Batcher("test", recording, 2)

    async def run() -> None:
        with pytest.raises(ValueError, match="negative"):
            await batcher(np.array([-1]))
        assert (await batcher(np.array([1]))).tolist() == [2]

    asyncio.run(run())
    batcher.stop()


def test_request_that_is_given_up_is_not_computed() -> None:
    recording = Recording(free=False)
    batcher = Batcher("test", recording, 2)

    async def run() -> None:
        first = await under_way(batcher, np.array([1]))
        (second,) = await under_way(batcher, np.array([2, 2]))
        second.cancel()
        await asyncio.sleep(0.02)
        recording.free.set()
        await asyncio.gather(*first)
        await batcher(np.array([3, 3, 3]))

    asyncio.run(run())
    assert recording.sizes == [1, 2, 1]
    batcher.stop()


def test_large_request_that_is_given_up_is_not_finished() -> None:
    recording = Recording()
    batcher = Batcher("test", recording, 1)

    async def run() -> None:
        recording.free.clear()
        (large,) = await under_way(batcher, np.arange(100))
        large.cancel()
        await asyncio.sleep(0.02)
        recording.free.set()
        await batcher(np.array([1]))

    asyncio.run(run())
    assert len(recording.sizes) <= 3
    batcher.stop()


def test_stopping_finishes_what_waits() -> None:
    recording = Recording(free=False)
    batcher = Batcher("test", recording, 1)

    async def run() -> None:
        tasks = await under_way(batcher, *(np.array([at]) for at in range(3)))
        stopping = threading.Thread(target=batcher.stop)
        stopping.start()
        recording.free.set()
        assert [each.tolist() for each in await asyncio.gather(*tasks)] == [[0], [2], [4]]
        await asyncio.to_thread(stopping.join, 5)
        assert not stopping.is_alive()
        with pytest.raises(Full):
            await batcher(np.array([1]))

    began = time.monotonic()
    asyncio.run(run())
    assert time.monotonic() - began < 5
