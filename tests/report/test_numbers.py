"""Numbers as text."""

import math

import pytest

from zookit.report.numbers import (
    Number,
    are_logarithmic,
    duration,
    in_order,
    number,
    number_of,
    short,
)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.3456, "0.346 s"),
        (12.6, "12.6 s"),
        (60, "1 min 0 s"),
        (200, "3 min 20 s"),
        (7500, "2 h 5 min"),
        (4_000_000, "1,111 h 6 min"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_a_number_keeps_its_value() -> None:
    assert number(1 / 3) == Number("0.3333", 1 / 3)
    assert number(math.nan) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [(1024.2, "1,024"), (0.00012345, "0.000123"), (512, "512"), (-2048, "-2,048")],
)
def test_a_short_number(value: float, text: str) -> None:
    assert short(value) == text


def test_texts_that_are_all_numbers_ascend() -> None:
    assert in_order(["1e-2", "0.001", "10"]) == ("0.001", "1e-2", "10")
    assert in_order(["64", "32+64", "8"]) == ("64", "32+64", "8")
    assert number_of("nan") is None
    assert number_of("true") is None


def test_numbers_may_be_spread_by_their_logarithms() -> None:
    assert are_logarithmic([0.001, 0.01, 0.1, 1.0])
    assert not are_logarithmic([1.0, 2.0, 3.0, 4.0])
    assert not are_logarithmic([-1.0, 0.01, 1.0])
    assert not are_logarithmic([2.0, 2.0])
