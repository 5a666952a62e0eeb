"""Other ways to write names and values, from which a message can form the right words."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation

from zookit.core.errors import nearest_name

_LONGEST = 200
_TYPOGRAPHY = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u00ab\u00bb")
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2212", "-")
    | dict.fromkeys("\u2014\u2015", "--")
)
"""Quotation marks, hyphens and dashes of word processors and web pages."""
_NUMBER = r"[-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][-+]?\d+)?"
_FRACTION = re.compile(rf"({_NUMBER})\s*%?")
_MEASURE = re.compile(r"(\d+)\s*(?:px|pixels?|epochs?|[xX*\u00d7]\s*\1)")
"""A number with its unit, or both sides of a square."""
_THOUSANDS = re.compile(r"\d{1,3}(?:[,._' ]\d{3})+")
_SEPARATOR = re.compile(r"\s*[,;+]\s*|\s+|(?<=\d)\s*[xX*\u00d7|/-]\s*(?=\d)")


def plain_text(text: str) -> str:
    """Return text as a keyboard writes it: no typographic quotes, dashes, blanks or digits."""
    return unicodedata.normalize("NFKC", text).translate(_TYPOGRAPHY)


def other_values(text: str, choices: Iterable[str] = ()) -> Iterator[str]:
    """Yield other ways to write a value, the likeliest first. Most are valid only for some types.

    Args:
        text: the value, such as `95%`, `0,9`, `512x256` or `[32, 64]`.
        choices: the values to choose from, if there are such.
    """
    if len(text) > _LONGEST:
        return
    bare = plain_text(text).strip().strip("()[]{}\"'").strip().rstrip(",;").rstrip()
    parts = [part for part in _SEPARATOR.split(bare) if part]
    near = [nearest_name(part, choices) for part in parts]
    yield bare
    if None not in near:
        yield "+".join(map(str, near))
    if len(parts) > 1 and not any(re.match(r"0\d", part) for part in parts):
        yield "+".join(parts)
    if _THOUSANDS.fullmatch(bare):
        yield re.sub(r"\D", "", bare)
    number = _FRACTION.fullmatch(bare.replace("+", ","))
    if number:
        yield from _numbers(number[1].replace(",", "."), percent=bare.endswith("%"))
    measure = _MEASURE.fullmatch(bare)
    if measure:
        yield measure[1]


def _numbers(text: str, *, percent: bool) -> Iterator[str]:
    """Yield a number as a whole number, as a number, and as the fraction that it is in percent."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return
    if abs(value.adjusted()) > 15:
        return
    if not percent:
        if value == value.to_integral_value():
            yield f"{value.to_integral_value():f}"
        yield f"{value:f}"
    if percent or 5 <= value <= 100:
        yield f"{(value / 100).normalize():f}"
