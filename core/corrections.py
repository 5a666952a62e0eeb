"""Finds valid parameters close to those that are not valid, for messages."""

import operator
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import fields
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, get_args, get_origin

from zookit.core.declaration import (
    adapter_of,
    bare_type,
    default_of,
    hints_of,
    is_tuple,
    text_of,
)
from zookit.core.errors import Correction, nearest_name
from zookit.core.prepared_value import prepared_value
from zookit.core.words import Words

_LONGEST = 200
_TYPOGRAPHY = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u00ab\u00bb")
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2212", "-")
    | dict.fromkeys("\u2014\u2015", "--")
)
"""Quotation marks, hyphens and dashes of word processors and web pages."""
_NUMBER = re.compile(r"([-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][-+]?\d+)?)\s*%?")
_MEASURE = re.compile(r"(\d+)\s*(?:px|pixels?|epochs?|[xX*\u00d7]\s*\1)")
"""A number with its unit, or both sides of a square."""
_THOUSANDS = re.compile(r"\d{1,3}(?:[,._' ]\d{3})+")
_SEPARATOR = re.compile(r"\s*[,;+]\s*|\s+|(?<=\d)\s*[xX*\u00d7|/-]\s*(?=\d)")
_BEYOND = {"ge": operator.lt, "le": operator.gt, "gt": operator.le, "lt": operator.ge}


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
    number, measure = _NUMBER.fullmatch(bare.replace("+", ",")), _MEASURE.fullmatch(bare)
    if number:
        yield from _numbers(number[1].replace(",", "."), percent=bare.endswith("%"))
    if measure:
        yield measure[1]


def _numbers(text: str, *, percent: bool) -> Iterator[str]:
    """Yield a number as a whole number, as a number, and as the fraction that it is in percent."""
    with suppress(InvalidOperation):
        value = Decimal(text)
        if abs(value.adjusted()) > 15:
            return
        if not percent:
            if value == value.to_integral_value():
                yield f"{value.to_integral_value():f}"
            yield f"{value:f}"
        if percent or 5 <= value <= 100:
            yield f"{(value / 100).normalize():f}"


def correction(
    component: type, given: Words | Mapping[str, Any], values: Mapping[str, Any]
) -> Correction | None:
    """Return valid words or a valid option close to these values, which are not valid themselves.

    For a mapping, only the first value that is not valid is replaced.
    """
    corrected = _corrected(component, values, bounded=isinstance(given, Words))
    if corrected is None:
        return None
    if isinstance(given, Words):
        bare = given.items[0][0] is None
        items = [
            (None if bare and not at else key, corrected[key]) for at, key in enumerate(values)
        ]
        return Correction(str(given), str(Words(given.name, tuple(items))))
    changed = (key for key, value in corrected.items() if given.get(key) != value)
    key = next(changed, None)
    if key is None:
        return None
    return Correction(_text(given.get(key, "")), text_of(corrected[key]), key)


def _corrected(
    component: type, values: Mapping[str, Any], *, bounded: bool
) -> dict[str, Any] | None:
    """Return the values with those that are not valid written in another way, if one is valid.

    With `bounded`, a number out of bounds becomes the bound or the default.
    """
    hints, corrected = hints_of(component), dict(values)
    for _ in values:
        key = _refused(component, corrected)
        if key is None:
            break
        text = _text(corrected.get(key)) if key in hints else ""
        others = [*other_values(text, _choices(hints.get(key)))]
        others += _bounds(component, key, text) if bounded else ()
        tried = ({**corrected, key: other} for other in others if other)
        found = next((each for each in tried if _refused(component, each) != key), None)
        if found is None:
            return None
        corrected = found
    return corrected if _refused(component, corrected) is None else None


def _bounds(component: type, key: str, text: str) -> Iterator[str]:
    """Yield the bound that a number is beyond, and the default."""
    with suppress(ValueError):
        value, hints = float(text), [hints_of(component)[key]]
        for hint in hints:
            hints += get_args(hint)
            for note in getattr(hint, "__metadata__", ()):
                for name, is_beyond in _BEYOND.items():
                    if hasattr(note, name) and is_beyond(value, getattr(note, name)):
                        yield text_of(getattr(note, name))
                        default = next(each for each in fields(component) if each.name == key)
                        yield text_of(default_of(default))


def _choices(hint: Any) -> list[str]:
    kind = bare_type(hint)
    each = bare_type(get_args(kind)[0]) if is_tuple(kind) else kind
    return [text_of(choice) for choice in get_args(each)] if get_origin(each) is Literal else []


def _refused(component: type, values: Mapping[str, Any]) -> str | None:
    """Return the first parameter whose value is not valid; empty if their combination is not."""
    from pydantic import ValidationError  # as slow as this whole module

    hints, prepared = hints_of(component), {}
    for key, value in values.items():
        try:
            prepared[key] = prepared_value(hints[key], value)
        except (KeyError, ValueError):
            return key
    try:
        adapter_of(component).validate_python(prepared)
    except ValidationError as error:
        location = error.errors(include_url=False)[0]["loc"]
        return str(location[0]) if location else ""
    except Exception:  # noqa: BLE001 - raised by a plugin's __post_init__
        return ""
    return None


def _text(value: Any) -> str:
    """Return a value as it is written in words, empty if it is not text or a number."""
    with suppress(ValueError):  # Python refuses to write that many digits
        return text_of(value) if isinstance(value, str | int | float) else ""
    return ""
