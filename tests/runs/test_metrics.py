"""Which accuracies are the same; leaderboard/test_ranking.py has the directions of metrics."""

import math

import pytest

from zookit.runs.metrics import accuracies_differ


@pytest.mark.parametrize(
    ("other", "images", "differs"),
    [
        (0.8515, 10_000, False),
        (0.8475, 10_000, True),
        (0.95, 20, False),  # two images
        (1.0, 20, True),  # three
        (math.nan, 20, False),
    ],
)
def test_accuracies_may_differ_by_rounding(other: float, images: int, *, differs: bool) -> None:
    assert accuracies_differ(0.85, other, images) is differs
    assert accuracies_differ(other, 0.85, images) is differs
