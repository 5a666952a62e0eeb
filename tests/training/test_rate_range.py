"""The learning rates that a range test tries."""

from typing import Any

import pytest

from zookit.core import BadParameter
from zookit.core.parameters import create
from zookit.training.rate_range import RateRange


@pytest.mark.parametrize("limits", [(0, 1), (-1, 1), (1, 1), (1, 0.1), (0.1, float("inf"))])
def test_rates_out_of_range(limits: tuple[float, float]) -> None:
    with pytest.raises(BadParameter, match=f"{limits[1]:g}"):
        RateRange(*limits)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("steps", 3, "20"),
        ("steps", 10**10, "100000"),
        ("steps", 30.5, "whole number"),
        ("lowest", "x", "number"),
        ("lowest", None, "number"),
        ("highest", float("nan"), "greater"),
        ("highest", float("inf"), "finite"),
    ],
)
def test_wrong_values(name: str, value: Any, expected: str) -> None:
    with pytest.raises(BadParameter, match=f"{name} .*{expected}.*, got "):
        create(RateRange, {name: value}, "find_rate")


def test_text_is_converted() -> None:
    assert create(RateRange, {"steps": "30", "highest": "1"}, "find_rate") == RateRange(1e-6, 1, 30)
