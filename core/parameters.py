"""A component's parameters: declared once as dataclass fields, checked and shown from there."""

import dataclasses
import inspect
import types
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from zookit.core.errors import BadParameter, did_you_mean, quoted
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
    fields = {field.name: field for field in dataclasses.fields(component)}  # type: ignore[arg-type]
    for key in values:
        if key not in fields:
            has = f"It has: {', '.join(fields)}." if fields else "It has none."
            nearest = did_you_mean(str(key), fields)
            raise BadParameter(f"{name}: no parameter {quoted(key)}.{nearest} {has}")
    # Defaults too: a path among them is made absolute, as it will be when it is read back.
    defaults = {key: _default(field) for key, field in fields.items() if not _required(field)}
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
    dumped = _adapter(kind).dump_python(component, mode="json")
    return {name: value for name, value in dumped.items() if value is not None}


def words_of(name: str, values: Mapping[str, Any]) -> Words:
    """The words that choose the component `name` with these plain values.

    Words cannot write an empty value, so one is left out; nor a + in one of several texts or paths.
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
        complaint = _complaint_about(field, hints[field.name])
        if complaint:
            return f"parameter {field.name!r} {complaint}"
    return None


def _complaint_about(field: "dataclasses.Field[Any]", hint: Any) -> str | None:
    if not field.init:
        return "is declared with init=False, so it cannot be given; make it a property"
    if _optional(hint) and (_required(field) or _default(field) is not None):
        return "may be None and so must default to None, since neither words nor TOML can write it"
    bare = _bare(hint)
    # Of what a tuple holds the bounds go, but not `| None`: TOML's lists have none.
    each = _unannotated(get_args(bare)[0]) if _is_tuple(bare) else bare
    if each in _KINDS or get_origin(each) is Literal:
        return None
    return (
        f"is of type {inspect.formatannotation(bare)}; it must be bool, int, float, str, "
        "pathlib.Path, a Literal, or a tuple[T, ...] of one of these"
    )


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

    hints = _hints(component)
    prepared: dict[str, Any] = {}
    for key, value in values.items():
        try:
            prepared[key] = _prepare(hints[key], value)
        except ValueError as error:
            complaint = f"{quoted(value)} {error}{origin}"
            raise BadParameter(f"{name}: parameter {key!r}: {complaint}.") from None
    try:
        return _adapter(component).validate_python(prepared)
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
            return quoted(_text(value))
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
        return f"is not {_BOUNDS[kind]} {_text(next(iter(context.values())))}"
    return f"does not fit: {_reason(detail)}"


def _reason(detail: "ErrorDetails") -> str:
    said = detail.get("ctx", {}).get("error", detail["msg"])  # the exception itself, unadorned
    return " ".join(str(said).split()).removesuffix(".") or "its parameters do not fit"


def _prepare(hint: Any, value: Any) -> Any:
    """What pydantic is to check; raises ValueError for what it would let pass.

    Text is split where a tuple is declared, and stands for a Literal's number or truth value; paths
    are expanded and anchored.
    """
    bare = _bare(hint)
    if _is_tuple(bare) and value is not None:
        parts = value.split("+") if isinstance(value, str) else value
        parts = parts if isinstance(parts, list | tuple) else (parts,)
        return tuple(_prepare(get_args(bare)[0], part) for part in parts)
    if bare in (int, float) and isinstance(value, bool):
        raise ValueError(f"is not a {_KINDS[bare]}")
    if isinstance(value, str | Path):
        _refuse_unwritable(str(value))
    if get_origin(bare) is Literal and isinstance(value, str):
        return next((each for each in get_args(bare) if _text(each) == value), value)
    if bare is Path and isinstance(value, str | Path):
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


def _bare(hint: Any) -> Any:
    """The type itself, without bounds, meaning and `| None`."""
    hint = _unannotated(hint)
    others = [each for each in get_args(hint) if each is not type(None)]
    if get_origin(hint) in (Union, types.UnionType) and len(others) == 1:
        return _unannotated(others[0])
    return hint


def _unannotated(hint: Any) -> Any:
    return get_args(hint)[0] if get_origin(hint) is Annotated else hint


def _optional(hint: Any) -> bool:
    return type(None) in get_args(_unannotated(hint))


def _is_tuple(bare: Any) -> bool:
    return get_origin(bare) is tuple and get_args(bare)[1:] == (...,)


def _type_text(hint: Any) -> str:
    bare = _bare(hint)
    arguments = get_args(bare)
    if _is_tuple(bare):
        return f"{_type_text(arguments[0])}, several joined by +"
    if get_origin(bare) is Literal:
        return "|".join(_text(argument) for argument in arguments)
    return _KINDS.get(bare, str(bare))


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
    return get_type_hints(component, include_extras=True)


@cache
def _adapter(component: type) -> "TypeAdapter[Any]":
    from pydantic import TypeAdapter  # kept out of listing and completion of names

    return TypeAdapter(component)


def _one_line(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())
