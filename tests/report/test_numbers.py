"""Numbers as text."""

import math

import pytest

from zookit.report.numbers import Number, duration, number


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
