"""A component's parameters: declared once as dataclass fields, checked and shown from there."""

import dataclasses
import types
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from zookit.core.errors import BadParameter, did_you_mean
from zookit.core.words import Words

if TYPE_CHECKING:
    from pydantic import TypeAdapter
    from pydantic_core import ErrorDetails

T = TypeVar("T")

_KINDS = {bool: "true/false", int: "whole number", float: "number", str: "text", Path: "path"}
_BOUNDS = {
    "greater_than": "greater than",
    "greater_than_equal": "at least",
    "less_than": "less than",
    "less_than_equal": "at most",
}


@dataclasses.dataclass(frozen=True)
class Parameter:
    """One parameter of a component, as it is shown to a person.

    `type` is a word such as "whole number"; `default` is the words a person would type, or None
    where the parameter must be given.
    """

    name: str
    type: str
    default: str | None
    meaning: str


def parameters(component: type) -> tuple[Parameter, ...]:
    """The parameters of a component's class, in the order of its fields."""
    hints = _hints(component)
    return tuple(
        Parameter(
            field.name,
            _type_text(hints[field.name]),
            None if _required(field) else _text(_default(field)),
            _meaning(hints[field.name]),
        )
        for field in dataclasses.fields(component)
    )


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
    hints = _hints(component)
    prepared = {
        key: _prepare(hints[key], value) if key in hints else value for key, value in values.items()
    }
    return _validated(component, prepared, values, name, origin)


def checked(component: T) -> T:
    """The same component with its values checked and coerced, as `create` would have made it.

    A dataclass built by hand takes anything. Raises BadParameter.
    """
    values = {
        field.name: getattr(component, field.name)
        for field in dataclasses.fields(component)  # type: ignore[arg-type]
    }
    return create(type(component), values)


def plain_values(component: object) -> dict[str, Any]:
    """A component's parameters as TOML and JSON have them: text, numbers, lists; None left out."""
    dumped = _adapter(type(component)).dump_python(component, mode="json")
    return {name: value for name, value in dumped.items() if value is not None}


def words_of(name: str, values: Mapping[str, Any]) -> Words:
    """The words that choose the component `name` with these plain values.

    Words cannot write an empty value, so one is left out.
    """
    texts = ((key, _text(value)) for key, value in values.items())
    return Words(name, tuple((key, text) for key, text in texts if text))


def refuse_bad_declaration(component: type) -> str | None:
    """Why this class cannot be a component, or None: for whoever loads it."""
    if "__dataclass_fields__" not in vars(component):
        return (
            "it is not decorated with @dataclass(frozen=True), so it has no parameters of its own"
        )
    try:
        hints = _hints(component)
        _adapter(component)
    except Exception as error:  # noqa: BLE001 - whatever a stranger's annotations do
        return f"its parameters' types cannot be understood: {_one_line(error)}"
    for field in dataclasses.fields(component):
        if type(None) in get_args(_bare(hints[field.name])) and _default(field) is not None:
            return (
                f"parameter {field.name!r} may be None and so must default to None, "
                "since neither words nor TOML can write None"
            )
    return None


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


def _validated(
    component: type[T], prepared: dict[str, Any], said: dict[str, Any], name: str, origin: str
) -> T:
    from pydantic import ValidationError  # kept out of listing and completion of names

    try:
        created: T = _adapter(component).validate_python(prepared)
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        raise BadParameter(_message(component, detail, said, name, origin)) from None
    return created


def _message(
    component: type, detail: "ErrorDetails", said: Mapping[str, Any], name: str, origin: str
) -> str:
    key = str(detail["loc"][0]) if detail["loc"] else ""
    known = [field.name for field in dataclasses.fields(component)]
    if key not in known and key:
        has = f"It has: {', '.join(known)}." if known else "It has none."
        return f"{name}: no parameter {key!r}.{did_you_mean(key, known)} {has}"
    if detail["type"] == "missing":
        return f"{name}: parameter {key!r} is missing. Write {name}:{key}=VALUE."
    if not key:
        return f"{name}: {detail['msg'].removeprefix('Value error, ')}{origin}."
    value = _text(said[key]) if key in said else _text(detail["input"])
    return f"{name}: parameter {key!r}: {value!r} {_complaint(detail)}{origin}."


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
    if kind == "literal_error":
        return f"is not one of {context['expected']}"
    if kind in _BOUNDS:
        return f"is not {_BOUNDS[kind]} {_text(next(iter(context.values())))}"
    return f"does not fit: {detail['msg'].removeprefix('Value error, ')}"


def _prepare(hint: Any, value: Any) -> Any:
    """Split text where a tuple is declared; expand and anchor paths."""
    bare = _bare(hint)
    if get_origin(bare) is tuple:
        parts = value.split("+") if isinstance(value, str) else value
        if isinstance(parts, list | tuple):
            return tuple(_prepare(get_args(bare)[0], part) for part in parts)
        return (parts,)
    if Path in (bare, *get_args(bare)) and isinstance(value, str | Path):
        # Not resolve(): a link a person made on purpose keeps its name.
        return Path(value).expanduser().absolute()
    return value


def _bare(hint: Any) -> Any:
    while get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    return hint


def _type_text(hint: Any) -> str:
    bare = _bare(hint)
    arguments = get_args(bare)
    if get_origin(bare) is tuple:
        return f"{_type_text(arguments[0])}, several joined by +"
    if get_origin(bare) is Literal:
        return "|".join(str(argument) for argument in arguments)
    if get_origin(bare) in (Union, types.UnionType):
        return "|".join(_type_text(each) for each in arguments if each is not type(None))
    return _KINDS.get(bare, getattr(bare, "__name__", str(bare)))


def _meaning(hint: Any) -> str:
    from annotated_doc import Doc

    notes = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
    return next((note.documentation for note in notes if isinstance(note, Doc)), "")


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value).replace("e+", "e")  # + joins the values of a tuple
    if isinstance(value, list | tuple):
        return "+".join(_text(each) for each in value)
    return str(value)


def _required(field: "dataclasses.Field[Any]") -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _default(field: "dataclasses.Field[Any]") -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return None if field.default is dataclasses.MISSING else field.default


def _hints(component: type) -> dict[str, Any]:
    from typing import get_type_hints

    return get_type_hints(component, include_extras=True)


def _adapter(component: type) -> "TypeAdapter[Any]":
    from pydantic import TypeAdapter  # kept out of listing and completion of names

    return TypeAdapter(component)


def _one_line(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())
