"""Means over seeds."""

import statistics

from hypothesis import given
from hypothesis import strategies as st

from zookit.leaderboard.mean import Mean


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_mean_and_sample_standard_deviation(values: list[float]) -> None:
    mean = Mean.of(values)
    assert mean.seeds == len(values)
    assert mean.value == statistics.mean(values)
    if len(values) == 1:
        assert mean.spread is None
        assert str(mean) == f"{values[0]:.4f}"
    else:
        assert mean.spread == statistics.stdev(values)
        assert " ± " in str(mean)
