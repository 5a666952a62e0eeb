"""Numbers as the page shows them."""

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Number:
    """A number as text, and its exact value."""

    text: str
    value: float


def number(value: float) -> Number | None:
    """Return the number with four decimal places, or None if it is NaN."""
    return None if math.isnan(value) else Number(f"{value:.4f}", float(value))


def short(value: float) -> str:
    """Return a number with three digits, or as a whole number from 1,000 on."""
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e9 else f"{value:.3g}"


def duration(seconds: float) -> str:
    """Return text such as `0.35 s`, `12.6 s`, `3 min 20 s` or `2 h 5 min`."""
    if seconds < 60:
        return f"{seconds:.3g} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60:,} h {minutes % 60} min"


def number_of(text: str) -> float | None:
    """Return the finite number that a text is, or None."""
    try:
        found = float(text)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def in_order(texts: Iterable[str]) -> tuple[str, ...]:
    """Return texts in ascending order if all of them are numbers, otherwise as they are."""
    found = tuple(texts)
    numbers = [(number, text) for text in found if (number := number_of(text)) is not None]
    return tuple(text for _, text in sorted(numbers)) if len(numbers) == len(found) else found


def are_logarithmic(numbers: Sequence[float]) -> bool:
    """Return whether the logarithms of numbers are spread more evenly than the numbers."""
    low, median, high = min(numbers), statistics.median(numbers), max(numbers)
    if low <= 0 or low == high:
        return False
    share = (median - low) / (high - low)
    by_logarithm = math.log(median / low) / math.log(high / low)
    return abs(by_logarithm - 0.5) < abs(share - 0.5)
