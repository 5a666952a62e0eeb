"""What a learning-rate range test found."""

import numpy as np
import pytest

from zookit.training.range_test import RangeTest


def made(losses: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> RangeTest:
    return RangeTest(np.geomspace(1e-6, 1, len(losses)), losses)


def valley(at: float) -> RangeTest:
    """Losses of 2 that fall to 1 around a fraction of the decades, and then rise."""
    place = np.linspace(0, 1, 200)
    return made(2 - np.exp(-(((place - at) / 0.1) ** 2)) + 4 * np.clip(place - at - 0.1, 0, None))


def test_the_moving_average_by_hand() -> None:
    losses = np.array([2.0, 1.0, 4.0])
    # The weights of a step are 0.05, 0.05 * 0.95, ..., divided by their sum.
    second = (0.95 * 2 + 1) / 1.95
    third = (0.95**2 * 2 + 0.95 * 1 + 4) / (0.95**2 + 0.95 + 1)
    assert made(losses).smoothed == pytest.approx([2, second, third])


def test_the_suggestion_is_a_tenth_of_the_rate_with_the_lowest_smoothed_loss() -> None:
    found = valley(0.5)
    assert not found.problem
    assert found.lowest == found.rates[np.argmin(found.smoothed)]
    # The valley is at 1e-3; the average lags behind it, by less than half a decade.
    assert 1e-3 < found.lowest < 10**-2.5
    assert found.suggestion == pytest.approx(found.lowest / 10, rel=0.05)
    assert f"suggestion {found.suggestion:g}" in repr(found)


@pytest.mark.parametrize(
    ("losses", "word"),
    [
        (np.linspace(2.3, 9, 100), "fall"),
        (2.3 + np.random.default_rng(0).normal(0, 0.3, 100), "fall"),
        (np.linspace(2.3, 1, 100), "highest"),
    ],
)
def test_a_curve_without_a_valley_suggests_nothing(
    losses: "np.ndarray[tuple[int], np.dtype[np.float64]]", word: str
) -> None:
    found = made(losses)
    assert found.suggestion is None
    assert word in found.problem
    assert "no suggestion" in repr(found)
    plain = found.plain()
    assert (plain["suggestion"], plain["problem"]) == (None, found.problem)


def test_a_loss_that_falls_until_it_diverges_is_a_valley() -> None:
    falling = made(np.linspace(2.3, 1, 100))
    found = RangeTest(falling.rates, falling.losses, diverged=True)
    assert found.suggestion == pytest.approx(found.rates[-1] / 10, rel=0.05)
    assert found.plain()["problem"] is None


def test_a_loss_that_is_no_better_than_guessing_suggests_nothing() -> None:
    found = valley(0.5)
    above = RangeTest(found.rates, found.losses + 2, guessing=2.3)
    assert above.suggestion is None
    assert "guessing" in above.problem
    assert "2.30" in above.problem
    below = RangeTest(found.rates, found.losses, guessing=2.3)
    assert below.suggestion == found.suggestion


def test_plain_values() -> None:
    found = valley(0.5)
    plain = found.plain()
    assert plain["rates"] == found.rates.tolist()
    assert plain["losses"] == found.losses.tolist()
    assert plain["smoothed"] == found.smoothed.tolist()
    assert (plain["lowest"], plain["suggestion"]) == (found.lowest, found.suggestion)
