"""Finds valid parameters close to those that are not valid, for messages."""

import dataclasses
import operator
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Literal, get_args, get_origin

from zookit.core.alternatives import other_values
from zookit.core.declaration import (
    adapter_of,
    bare_type,
    default_of,
    hints_of,
    is_tuple,
    text_of,
)
from zookit.core.errors import Correction
from zookit.core.prepared_value import prepared_value
from zookit.core.words import Words


def correction(
    component: type, given: Words | Mapping[str, Any], values: Mapping[str, Any]
) -> Correction | None:
    """Return valid words or a valid option close to these values, which are not valid themselves.

    For a mapping, only the first value that is not valid is replaced.
    """
    corrected = _corrected(component, values, bounded=isinstance(given, Words))
    if corrected is None:
        return None if isinstance(given, Words) else _example(component, values)
    if isinstance(given, Words):
        bare = given.items[0][0] is None
        items = [
            (None if bare and not at else key, corrected[key]) for at, key in enumerate(values)
        ]
        return Correction(str(given), str(Words(given.name, tuple(items))))
    for key, value in corrected.items():
        if given.get(key) != value:
            return Correction(text_of(given.get(key, "")), value, key)
    return None


def _example(component: type, values: Mapping[str, Any]) -> Correction | None:
    """Return the default in place of a text that is not valid, if that suffices."""
    key = _refused(component, values)
    field = next((each for each in dataclasses.fields(component) if each.name == key), None)
    if key is None or field is None or not isinstance(values.get(key), str):
        return None
    default = default_of(field)
    if default is None or _refused(component, {**values, key: default}) is not None:
        return None
    return Correction(values[key], text_of(default), key) if text_of(default) else None


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
        value = corrected.get(key)
        if key not in hints or not isinstance(value, str | int | float):
            return None
        others = other_values(_text(value), _choices(hints[key]))
        for other in (*others, *(_bounds(component, key, _text(value)) if bounded else ())):
            if _refused(component, {**corrected, key: other}) != key:
                corrected[key] = other
                break
        else:
            return None
    return corrected if _refused(component, corrected) is None else None


def _bounds(component: type, key: str, text: str) -> Iterator[str]:
    """Yield the bound that a number is beyond, and the default."""
    beyond = {"ge": operator.lt, "gt": operator.le, "le": operator.gt, "lt": operator.ge}
    with suppress(ValueError):
        value, hints, broken = float(text), [hints_of(component)[key]], dict[str, Any]()
        while hints:
            hint = hints.pop()
            for each in getattr(hint, "__metadata__", ()):
                bounds = {name: getattr(each, name) for name in beyond if hasattr(each, name)}
                broken |= {name: to for name, to in bounds.items() if beyond[name](value, to)}
            hints += get_args(hint)
        yield from (text_of(broken[name]) for name in ("ge", "le") if name in broken)
        for field in dataclasses.fields(component):
            if broken and field.name == key and default_of(field) is not None:
                yield text_of(default_of(field))


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
    with suppress(ValueError):  # Python refuses to write that many digits
        return text_of(value)
    return ""
