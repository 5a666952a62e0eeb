"""Create components from words or plain values, and convert them back."""

import dataclasses
from collections.abc import Mapping
from contextlib import suppress
from copy import copy
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from zookit.core.declaration import (
    adapter_of,
    bare_type,
    default_of,
    hints_of,
    is_required,
    text_of,
)
from zookit.core.errors import BadParameter, Correction, nearest_name, quoted
from zookit.core.old_names import current_name, current_names, renames_of
from zookit.core.prepared_value import prepared_value
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
    "multiple_of": "a multiple of",
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
        name = name or component.__name__
        origin, values = "", current_names(component, given, name)
        given = values
    fields = {field.name: field for field in dataclasses.fields(component)}  # type: ignore[arg-type]
    for key in values:
        if key not in fields:
            has = f"Parameters: {', '.join(fields)}." if fields else "It has no parameters."
            nearest = _nearest(component, str(key), list(fields))
            error = BadParameter(f"{name}: no parameter {quoted(key)}.", has)
            error.hint = f"Did you mean {nearest!r}?" if nearest else ""
            error.unknown = str(key)
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
        object.__setattr__(by_default, name, prepared_value(hints[name], default))
    values, defaults = plain_values(component), plain_values(by_default)
    return frozenset(name for name in optional if values.get(name) == defaults.get(name))


def words_of(name: str, values: Mapping[str, Any]) -> Words:
    """Return the words that select the component `name` with these plain values.

    Words cannot express an empty value, which is left out, or a + in one of several values.
    """
    texts = ((key, text_of(value)) for key, value in values.items())
    return Words(name, tuple((key, text) for key, text in texts if text))


def _nearest(component: type, key: str, names: list[str]) -> str | None:
    """Return the parameter that a name probably means, which may be like an old name of it."""
    if len(names) == 1:
        return names[0]
    found = nearest_name(key, [*names, *renames_of(component)])
    return None if found is None else current_name(component, found)


def _correction(
    component: type, given: Words | Mapping[str, Any], values: Mapping[str, Any]
) -> Correction | None:
    from zookit.core.corrections import correction  # only needed for errors

    return correction(component, given, values)


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
    return current_names(component, values, words.name)


def _validated(component: type, values: Mapping[str, Any], name: str, origin: str) -> Any:
    from pydantic import ValidationError  # slow; listing and completion do not need it

    hints = hints_of(component)
    prepared: dict[str, Any] = {}
    for key, value in values.items():
        try:
            prepared[key] = prepared_value(hints[key], value)
        except ValueError as error:
            raise BadParameter(f"{name}: {key} {error}, got {quoted(value)}{origin}.") from None
    try:
        return adapter_of(component).validate_python(prepared)
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        refused = BadParameter(_message(detail, values, name, origin))
        refused.of_the_type = _is_of_the_type(detail, hints)
        raise refused from None


def _is_of_the_type(detail: "ErrorDetails", hints: Mapping[str, Any]) -> bool:
    """Return whether a refused value, or each of several, has the declared type."""
    if not detail["loc"] or detail["type"] in _BOUNDS:
        return True
    choices = get_args(bare_type(hints[str(detail["loc"][0])]))
    has_numbers = detail["type"] == "literal_error" and int in map(type, choices)
    return has_numbers and str(detail["input"]).isdecimal()


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
