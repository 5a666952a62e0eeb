"""How good a value is among others."""

import pytest

from zookit.leaderboard.ranking import Ranking
from zookit.report.scale import Scale


def test_the_best_is_1_and_the_worst_0() -> None:
    scale = Scale.among([0.2, 0.4, 0.3], Ranking())
    assert [scale.strength(each) for each in (0.2, 0.3, 0.4)] == pytest.approx([0, 0.5, 1])
    loss = Scale.among([0.2, 0.4, 0.3], Ranking("loss", higher_is_better=False))
    assert [loss.strength(each) for each in (0.2, 0.3, 0.4)] == pytest.approx([1, 0.5, 0])


def test_a_training_that_diverged_does_not_make_all_others_look_alike() -> None:
    for sign in (1, -1):
        values = [sign * each for each in (0.90, 0.91, 0.92, 0.1)]
        scale = Scale.among(values, Ranking("x", higher_is_better=sign == 1))
        strengths = [scale.strength(each) for each in values]
        assert strengths[3] == 0
        assert strengths[2] == 1
        assert 0.2 < strengths[0] < strengths[1] < 0.9


def test_equal_values_are_all_the_best() -> None:
    assert Scale.among([0.5, 0.5], Ranking()).strength(0.5) == 1
