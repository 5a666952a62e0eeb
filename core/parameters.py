"""Create components from words or plain values, and convert them back."""

import dataclasses
from collections.abc import Mapping
from contextlib import suppress
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args, get_origin

from zookit.core.declaration import (
    KINDS,
    adapter_of,
    bare_type,
    default_of,
    hints_of,
    is_required,
    is_tuple,
    text_of,
)
from zookit.core.errors import BadParameter, Correction, nearest_name, quoted
from zookit.core.words import Words

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

T = TypeVar("T")

_LONGEST = 100
"""The longest value to show, in characters."""
_BOUNDS = {
    "greater_than": "greater than",
    "greater_than_equal": "at least",
    "less_than": "less than",
    "less_than_equal": "at most",
}


def create(component: type[T], given: Words | Mapping[str, Any], name: str | None = None) -> T:
    """Return a component whose parameters are checked against their declared types.

    Args:
        component: the component's class.
        given: words, or values by parameter name. Text is converted to the declared types.
        name: the component's name in messages; by default the name in the words.

    Raises:
        BadParameter: a parameter is unknown, missing, given twice, of the wrong type or out of
            bounds.
    """
    if isinstance(given, Words):
        origin = f" in {str(given)!r}"
        name, values = name or given.name, _by_name(component, given)
    else:
        origin, values = "", dict(given)
    name = name or component.__name__
    fields = {field.name: field for field in dataclasses.fields(component)}  # type: ignore[arg-type]
    for key in values:
        if key not in fields:
            has = f"Parameters: {', '.join(fields)}." if fields else "It has no parameters."
            nearest = next(iter(fields)) if len(fields) == 1 else nearest_name(str(key), fields)
            hint = f" Did you mean {nearest!r}?" if nearest else ""
            error = BadParameter(f"{name}: no parameter {quoted(key)}.{hint} {has}")
            if nearest and nearest not in values:
                renamed = {nearest if each == key else each: values[each] for each in values}
                error.correction = _correction(component, given, renamed)
            raise error
    # Defaults are checked too, and a relative path among them becomes absolute.
    defaults = {key: default_of(field) for key, field in fields.items() if not is_required(field)}
    try:
        created: T = _validated(component, {**defaults, **values}, name, origin)
    except BadParameter as error:
        error.correction = _correction(component, given, values)
        raise
    return created


def checked(component: T) -> T:
    """Return a copy of a component with its parameters checked and converted.

    Python does not check the arguments of a dataclass. Raises BadParameter.
    """
    fields = dataclasses.fields(component)  # type: ignore[arg-type]
    return create(type(component), {field.name: getattr(component, field.name) for field in fields})


def plain_values(component: object) -> dict[str, Any]:
    """Return a component's parameters as text, numbers, booleans and lists; None is left out."""
    kind: type = type(component)
    dumped = adapter_of(kind).dump_python(component, mode="json")
    return {name: value for name, value in dumped.items() if value is not None}


def defaulted_parameters(component: object) -> frozenset[str]:
    """Return the names of the parameters whose value equals the declared default."""
    kind: type = type(component)
    fields = dataclasses.fields(kind)
    optional = {field.name: default_of(field) for field in fields if not is_required(field)}
    hints = hints_of(kind)
    # A copy, because the class may refuse to create a component that has all defaults.
    by_default = copy(component)
    for name, default in optional.items():
        object.__setattr__(by_default, name, _prepare(hints[name], default))
    values, defaults = plain_values(component), plain_values(by_default)
    return frozenset(name for name in optional if values.get(name) == defaults.get(name))


def words_of(name: str, values: Mapping[str, Any]) -> Words:
    """Return the words that select the component `name` with these plain values.

    Words cannot express an empty value, which is left out, or a + in one of several values.
    """
    texts = ((key, text_of(value)) for key, value in values.items())
    return Words(name, tuple((key, text) for key, text in texts if text))


def _by_name(component: type, words: Words) -> dict[str, str]:
    names = [field.name for field in dataclasses.fields(component)]
    values: dict[str, str] = {}
    for key, value in words.items:
        if key is None and not names:
            raise BadParameter(f"{words.name} has no parameters, got {value!r}.")
        name = names[0] if key is None else key
        if name in values:
            raise BadParameter(
                f"{words.name}: {name} is given twice in {str(words)!r}. Pass it once, and join "
                "several values with +."
            )
        values[name] = value
    return values


def _correction(
    component: type, given: Words | Mapping[str, Any], values: Mapping[str, Any]
) -> Correction | None:
    """Return valid words or a valid option close to these values, which are not valid themselves.

    For a mapping, only the first value that is not valid is replaced.
    """
    corrected = _corrected(component, values)
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


def _corrected(component: type, values: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the values with those that are not valid written in another way, if one is valid."""
    from zookit.core.alternatives import other_values  # only needed for errors

    hints, corrected = hints_of(component), dict(values)
    for _ in values:
        key = _refused(component, corrected)
        if key is None:
            break
        value = corrected.get(key)
        if key not in hints or not isinstance(value, str | int | float):
            return None
        for other in other_values(_shown(value, "less_than"), _choices(hints[key])):
            if _refused(component, {**corrected, key: other}) != key:
                corrected[key] = other
                break
        else:
            return None
    return corrected if _refused(component, corrected) is None else None


def _choices(hint: Any) -> list[str]:
    kind = bare_type(hint)
    each = bare_type(get_args(kind)[0]) if is_tuple(kind) else kind
    return [text_of(choice) for choice in get_args(each)] if get_origin(each) is Literal else []


def _refused(component: type, values: Mapping[str, Any]) -> str | None:
    """Return the first parameter whose value is not valid; empty if their combination is not."""
    from pydantic import ValidationError  # slow; listing and completion do not need it

    hints, prepared = hints_of(component), {}
    for key, value in values.items():
        try:
            prepared[key] = _prepare(hints[key], value)
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


def _validated(component: type, values: Mapping[str, Any], name: str, origin: str) -> Any:
    from pydantic import ValidationError  # slow; listing and completion do not need it

    hints = hints_of(component)
    prepared: dict[str, Any] = {}
    for key, value in values.items():
        try:
            prepared[key] = _prepare(hints[key], value)
        except ValueError as error:
            raise BadParameter(f"{name}: {key} {error}, got {quoted(value)}{origin}.") from None
    try:
        return adapter_of(component).validate_python(prepared)
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        raise BadParameter(_message(detail, values, name, origin)) from None


def _message(detail: "ErrorDetails", values: Mapping[str, Any], name: str, origin: str) -> str:
    if not detail["loc"]:  # raised by the component's __post_init__
        return f"{name}: {_reason(detail)}{origin}."
    key = detail["loc"][0]
    if detail["type"] == "missing":
        return f"{name}: {key} is required. Write {name}:{key}=VALUE."
    shown = _shown(values[str(key)], detail["type"])
    return f"{name}: {key} {_expected(detail)}, got {shown}{origin}."


def _shown(value: Any, kind: str) -> str:
    if kind in _BOUNDS:
        # The type is correct, so quotes would only distract.
        with suppress(ValueError):  # Python refuses to write that many digits
            return text_of(value)[:_LONGEST]
    return quoted(value)


def _expected(detail: "ErrorDetails") -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind.startswith("int_"):
        return "must be a whole number"
    if kind.startswith("bool_"):
        return "must be true or false"
    if kind == "finite_number":
        return "must be a finite number"
    if kind.startswith("float_"):
        return "must be a number"
    if kind.startswith("string_type"):
        return "must be text"
    if kind == "path_type":
        return "must be a path"
    if kind == "literal_error":
        return f"must be {context['expected']}"
    if kind in _BOUNDS:
        bound = next(iter(context.values()))
        # pydantic gives a float's bound as a float: 1.0 is shown as 1.
        whole = isinstance(bound, float) and bound.is_integer()
        return f"must be {_BOUNDS[kind]} {text_of(int(bound) if whole else bound)}"
    return f"is not valid: {_reason(detail)}"


def _reason(detail: "ErrorDetails") -> str:
    reason = detail.get("ctx", {}).get("error", detail["msg"])  # without pydantic's prefix
    return " ".join(str(reason).split()).removesuffix(".") or "its parameters are not valid"


def _prepare(hint: Any, value: Any) -> Any:
    """Return the value for pydantic to check. Raises ValueError for what pydantic would accept.

    Text is split if a tuple is declared, and converted if a Literal has numbers or booleans. Paths
    are expanded and made absolute.
    """
    kind = bare_type(hint)
    if is_tuple(kind) and value is not None:
        parts = value.split("+") if isinstance(value, str) else value
        parts = parts if isinstance(parts, list | tuple) else (parts,)
        return tuple(_prepare(get_args(kind)[0], part) for part in parts)
    if kind in (int, float) and isinstance(value, bool):
        raise ValueError(f"must be a {KINDS[kind]}")
    if isinstance(value, str | Path):
        _check_text(str(value))
    if get_origin(kind) is Literal and isinstance(value, str):
        return next((each for each in get_args(kind) if text_of(each) == value), value)
    if kind is Path and isinstance(value, str | Path):
        return _absolute(Path(value))
    return value


def _check_text(text: str) -> None:
    if "\0" in text:
        raise ValueError("must not contain a null character")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("must be valid UTF-8") from None


def _absolute(path: Path) -> Path:
    try:
        # Unlike resolve(), this keeps the names of links.
        return path.expanduser().absolute()
    except RuntimeError:
        raise ValueError(f"must not start with {path.parts[0]}, an unknown home folder") from None
