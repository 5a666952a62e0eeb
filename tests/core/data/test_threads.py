"""Work spread over all cores: in order, a part at a time, and ended by an interruption."""

import time

import pytest

from zookit.core.data.threads import in_threads


def test_results_are_in_order() -> None:
    for count in (5000, 0):
        with in_threads(str, range(count)) as results:
            assert list(results) == [str(each) for each in range(count)]


def test_millions_are_not_queued_at_once() -> None:
    begun: list[int] = []
    with in_threads(begun.append, range(10**7)) as results:
        next(results)
        assert 0 < len(begun) < 10_000
    assert len(begun) < 10_000


def test_errors_are_raised() -> None:
    with pytest.raises(ValueError, match="seven"), in_threads(int, ["1", "seven"]) as results:
        list(results)


def test_after_an_interruption_nothing_more_is_begun() -> None:
    begun: list[int] = []

    def slow(item: int) -> None:
        begun.append(item)
        time.sleep(0.05)

    def interrupted() -> None:
        with in_threads(slow, range(1000)) as results:
            next(results)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert len(begun) < 100
