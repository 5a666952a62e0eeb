"""The learning rates that a range test tries."""

import pytest

from zookit.core import BadParameter
from zookit.training.rate_range import RateRange


@pytest.mark.parametrize("limits", [(0, 1), (-1, 1), (1, 1), (1, 0.1), (0.1, float("inf"))])
def test_rates_out_of_range(limits: tuple[float, float]) -> None:
    with pytest.raises(BadParameter, match=f"{limits[1]:g}"):
        RateRange(*limits)


def test_too_few_steps_say_nothing() -> None:
    with pytest.raises(BadParameter, match=r"20.*got 3"):
        RateRange(steps=3)
