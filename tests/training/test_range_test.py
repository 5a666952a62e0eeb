"""What a learning-rate range test found."""

import numpy as np
import pytest

from zookit.training.range_test import RangeTest, has_diverged, smooth


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
    assert smooth(losses) == pytest.approx([2, second, third])


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
        (np.full(100, 2.3), "fall"),
        (np.linspace(2.3, 9, 100), "fall"),
        (np.linspace(2.3, 1, 100), "highest"),
    ],
)
def test_a_curve_without_a_valley_suggests_nothing(
    losses: "np.ndarray[tuple[int], np.dtype[np.float64]]", word: str
) -> None:
    found = made(losses)
    assert found.suggestion is None
    assert word in found.problem
    assert found.problem in repr(found)
    assert found.plain()["suggestion"] is None


def test_plain_values() -> None:
    found = valley(0.5)
    plain = found.plain()
    assert plain["rates"] == found.rates.tolist()
    assert plain["losses"] == found.losses.tolist()
    assert plain["smoothed"] == found.smoothed.tolist()
    assert (plain["lowest"], plain["suggestion"]) == (found.lowest, found.suggestion)


def test_a_loss_diverges_if_it_is_not_finite_or_the_average_is_four_times_the_lowest() -> None:
    assert has_diverged([1.0, float("nan")])
    assert has_diverged([1.0, float("inf")])
    assert not has_diverged([1.0, 1.0, 5.0])  # one bad batch
    assert has_diverged([1.0] + [9.0] * 10)
