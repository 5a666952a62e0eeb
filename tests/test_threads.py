"""Work spread over all cores: in order, a part at a time."""

import pytest

from zookit.core.data.threads import in_threads


def test_results_are_in_order() -> None:
    assert list(in_threads(str, range(5000))) == [str(each) for each in range(5000)]
    assert list(in_threads(str, [])) == []


def test_millions_are_not_queued_at_once() -> None:
    begun: list[int] = []
    results = in_threads(begun.append, range(10**7))
    next(results)
    assert 0 < len(begun) < 10_000
    del results
    assert len(begun) < 10_000


def test_errors_are_raised() -> None:
    with pytest.raises(ValueError, match="seven"):
        list(in_threads(int, ["1", "seven", "3"]))
