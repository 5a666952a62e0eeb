"""Work in threads: results in order, a bounded queue, and a prompt end when interrupted."""

import time

import pytest

from zookit.core.data.threads import in_threads


def test_results_are_in_order() -> None:
    for count in (5000, 0):
        with in_threads(str, range(count)) as results:
            assert list(results) == [str(each) for each in range(count)]


def test_millions_are_not_queued_at_once() -> None:
    started: list[int] = []
    with in_threads(started.append, range(10**7)) as results:
        next(results)
        assert 0 < len(started) < 10_000
    assert len(started) < 10_000


def test_errors_are_raised() -> None:
    with pytest.raises(ValueError, match="seven"), in_threads(int, ["1", "seven"]) as results:
        list(results)


def test_an_interruption_starts_no_further_calls() -> None:
    started: list[int] = []

    def slow(item: int) -> None:
        started.append(item)
        time.sleep(0.05)

    def interrupted() -> None:
        with in_threads(slow, range(1000)) as results:
            next(results)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert len(started) < 100
