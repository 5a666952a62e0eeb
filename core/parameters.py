"""A component's parameters: from words or plain values, checked, and back."""

import dataclasses
from collections.abc import Mapping
from contextlib import suppress
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
from zookit.core.errors import BadParameter, did_you_mean, quoted
from zookit.core.words import Words

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

T = TypeVar("T")

_BOUNDS = {
    "greater_than": "greater than",
    "greater_than_equal": "at least",
    "less_than": "less than",
    "less_than_equal": "at most",
}


def create(component: type[T], given: Words | Mapping[str, Any], name: str | None = None) -> T:
    """A component from words or from plain values, checked against its declared types.

    Args:
        component: a frozen dataclass.
        given: words, whose text is coerced to the declared types, or values by name (as TOML and
            Python have them), coerced likewise.
        name: what messages call the component; the words' own name if not given.

    Raises:
        BadParameter: a parameter is unknown, missing, given twice, mistyped or out of bounds.
    """
    if isinstance(given, Words):
        origin = f" (got from {str(given)!r})"
        name, values = name or given.name, _by_name(component, given)
    else:
        origin, values = "", dict(given)
    name = name or component.__name__
    fields = {field.name: field for field in dataclasses.fields(component)}  # type: ignore[arg-type]
    for key in values:
        if key not in fields:
            has = f"It has: {', '.join(fields)}." if fields else "It has none."
            nearest = did_you_mean(str(key), fields)
            raise BadParameter(f"{name}: no parameter {quoted(key)}.{nearest} {has}")
    # Defaults too: a path among them is made absolute, as it will be when it is read back.
    defaults = {key: default_of(field) for key, field in fields.items() if not is_required(field)}
    created: T = _validated(component, {**defaults, **values}, name, origin)
    return created


def checked(component: T) -> T:
    """The same component with its values checked and coerced, as `create` would have made it.

    A dataclass built by hand takes anything. Raises BadParameter.
    """
    fields = dataclasses.fields(component)  # type: ignore[arg-type]
    return create(type(component), {field.name: getattr(component, field.name) for field in fields})


def plain_values(component: object) -> dict[str, Any]:
    """A component's parameters as TOML and JSON have them: text, numbers, lists; None left out."""
    kind: type = type(component)
    dumped = adapter_of(kind).dump_python(component, mode="json")
    return {name: value for name, value in dumped.items() if value is not None}


def defaulted_parameters(component: object) -> frozenset[str]:
    """Return the names of the parameters whose value equals the declared default."""
    fields = {field.name: field for field in dataclasses.fields(component)}  # type: ignore[arg-type]
    required = {name: getattr(component, name) for name in fields if is_required(fields[name])}
    defaults = plain_values(create(type(component), required))
    values = plain_values(component)
    return frozenset(
        name for name in fields if name not in required and values.get(name) == defaults.get(name)
    )


def words_of(name: str, values: Mapping[str, Any]) -> Words:
    """The words that choose the component `name` with these plain values.

    Words cannot write an empty value, so one is left out; nor a + in one of several texts or paths.
    """
    texts = ((key, text_of(value)) for key, value in values.items())
    return Words(name, tuple((key, text) for key, text in texts if text))


def _by_name(component: type, words: Words) -> dict[str, str]:
    names = [field.name for field in dataclasses.fields(component)]
    values: dict[str, str] = {}
    for key, value in words.items:
        if key is None and not names:
            raise BadParameter(f"{words.name} takes no parameters, but got {value!r}.")
        name = names[0] if key is None else key
        if name in values:
            raise BadParameter(
                f"{words.name}: parameter {name!r} is given twice (got from {str(words)!r}). "
                "Give it once; several values for one parameter are joined by +."
            )
        values[name] = value
    return values


def _validated(component: type, values: Mapping[str, Any], name: str, origin: str) -> Any:
    from pydantic import ValidationError  # kept out of listing and completion of names

    hints = hints_of(component)
    prepared: dict[str, Any] = {}
    for key, value in values.items():
        try:
            prepared[key] = _prepare(hints[key], value)
        except ValueError as error:
            complaint = f"{quoted(value)} {error}{origin}"
            raise BadParameter(f"{name}: parameter {key!r}: {complaint}.") from None
    try:
        return adapter_of(component).validate_python(prepared)
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        raise BadParameter(_message(detail, values, name, origin)) from None


def _message(detail: "ErrorDetails", values: Mapping[str, Any], name: str, origin: str) -> str:
    if not detail["loc"]:  # a complaint of the component's own __post_init__
        return f"{name}: {_reason(detail)}{origin}."
    key = detail["loc"][0]
    if detail["type"] == "missing":
        return f"{name}: parameter {key!r} is missing. Write {name}:{key}=VALUE."
    shown = _shown(values[str(key)], detail["type"])
    return f"{name}: parameter {key!r}: {shown} {_complaint(detail)}{origin}."


def _shown(value: Any, kind: str) -> str:
    if kind in _BOUNDS:
        # Its type is right, so that it is shown as it is typed, wherever it came from.
        with suppress(ValueError):  # more digits than Python writes
            return quoted(text_of(value))
    return quoted(value)


def _complaint(detail: "ErrorDetails") -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind.startswith("int_"):
        return "is not a whole number"
    if kind.startswith("bool_"):
        return "is not true or false"
    if kind == "finite_number":
        return "is not a finite number"
    if kind.startswith("float_"):
        return "is not a number"
    if kind.startswith("string_type"):
        return "is not text"
    if kind == "path_type":
        return "is not a path"
    if kind == "literal_error":
        return f"is not one of {context['expected']}"
    if kind in _BOUNDS:
        return f"is not {_BOUNDS[kind]} {text_of(next(iter(context.values())))}"
    return f"does not fit: {_reason(detail)}"


def _reason(detail: "ErrorDetails") -> str:
    said = detail.get("ctx", {}).get("error", detail["msg"])  # the exception itself, unadorned
    return " ".join(str(said).split()).removesuffix(".") or "its parameters do not fit"


def _prepare(hint: Any, value: Any) -> Any:
    """What pydantic is to check; raises ValueError for what it would let pass.

    Text is split where a tuple is declared, and stands for a Literal's number or truth value; paths
    are expanded and anchored.
    """
    kind = bare_type(hint)
    if is_tuple(kind) and value is not None:
        parts = value.split("+") if isinstance(value, str) else value
        parts = parts if isinstance(parts, list | tuple) else (parts,)
        return tuple(_prepare(get_args(kind)[0], part) for part in parts)
    if kind in (int, float) and isinstance(value, bool):
        raise ValueError(f"is not a {KINDS[kind]}")
    if isinstance(value, str | Path):
        _refuse_unwritable(str(value))
    if get_origin(kind) is Literal and isinstance(value, str):
        return next((each for each in get_args(kind) if text_of(each) == value), value)
    if kind is Path and isinstance(value, str | Path):
        return _anchored(Path(value))
    return value


def _refuse_unwritable(text: str) -> None:
    if "\0" in text:
        raise ValueError("holds a null character, which no value can")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("is not UTF-8, as a run's files are") from None


def _anchored(path: Path) -> Path:
    try:
        # Not resolve(): a link a person made on purpose keeps its name.
        return path.expanduser().absolute()
    except RuntimeError:
        raise ValueError(f"begins with {path.parts[0]}, whose home folder is not known") from None
