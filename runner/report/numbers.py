"""Numbers as the page shows them."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Number:
    """A number as text, and its exact value."""

    text: str
    value: float


def number(value: float) -> Number | None:
    """Return the number with four decimal places, or None if it is NaN."""
    return None if math.isnan(value) else Number(f"{value:.4f}", float(value))


def duration(seconds: float) -> str:
    """Return text such as `0.35 s`, `12.6 s`, `3 min 20 s` or `2 h 5 min`."""
    if seconds < 60:
        return f"{seconds:.3g} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60:,} h {minutes % 60} min"
