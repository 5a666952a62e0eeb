"""What a component's class declares: its fields' types, bounds, defaults and meanings."""

import dataclasses
import inspect
import os
import types
from functools import cache
from pathlib import Path
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from zookit.core.errors import typed_reason_of

if TYPE_CHECKING:
    from pydantic import TypeAdapter

KINDS = {bool: "true/false", int: "whole number", float: "number", str: "text", Path: "path"}


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
    hints = hints_of(component)
    return tuple(
        Parameter(
            field.name,
            _type_text(hints[field.name]),
            None if is_required(field) else text_of(default_of(field)),
            _meaning(hints[field.name]),
        )
        for field in dataclasses.fields(component)
    )


def declaration_complaint(component: type) -> str | None:
    """Why this class cannot be a component, or None: for whoever loads it."""
    if "__dataclass_fields__" not in vars(component):
        return (
            "it is not decorated with @dataclass(frozen=True), so it has no parameters of its own"
        )
    try:
        hints = hints_of(component)
        adapter_of(component)
    except Exception as error:  # noqa: BLE001 - whatever a stranger's annotations do
        return f"its parameters' types cannot be understood: {typed_reason_of(error)}"
    for field in dataclasses.fields(component):
        complaint = _complaint_about(field, hints[field.name])
        if complaint:
            return f"parameter {field.name!r} {complaint}"
    return None


def _complaint_about(field: "dataclasses.Field[Any]", hint: Any) -> str | None:
    if not field.init:
        return "is declared with init=False, so it cannot be given; make it a property"
    if _optional(hint) and (is_required(field) or default_of(field) is not None):
        return "may be None and so must default to None, since neither words nor TOML can write it"
    kind = bare_type(hint)
    # Of what a tuple holds the bounds go, but not `| None`: TOML's lists have none.
    each = _unannotated(get_args(kind)[0]) if is_tuple(kind) else kind
    if each in KINDS or get_origin(each) is Literal:
        return None
    return (
        f"is of type {inspect.formatannotation(kind)}; it must be bool, int, float, str, "
        "pathlib.Path, a Literal, or a tuple[T, ...] of one of these"
    )


def bare_type(hint: Any) -> Any:
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


def is_tuple(kind: Any) -> bool:
    """Whether a bare type is `tuple[T, ...]`."""
    return get_origin(kind) is tuple and get_args(kind)[1:] == (...,)


def _type_text(hint: Any) -> str:
    kind = bare_type(hint)
    arguments = get_args(kind)
    if is_tuple(kind):
        return f"{_type_text(arguments[0])}, several joined by +"
    if get_origin(kind) is Literal:
        return "|".join(text_of(argument) for argument in arguments)
    return KINDS.get(kind, str(kind))


def _meaning(hint: Any) -> str:
    from annotated_doc import Doc

    notes = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
    return next((note.documentation for note in notes if isinstance(note, Doc)), "")


def text_of(value: Any) -> str:
    """A value as a person types it in words; empty for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value).replace("e+", "e")  # + joins the values of a tuple
    if isinstance(value, list | tuple):
        return "+".join(text_of(each) for each in value)
    return str(value)


def is_required(field: "dataclasses.Field[Any]") -> bool:
    """Whether the parameter must be given."""
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def default_of(field: "dataclasses.Field[Any]") -> Any:
    """The default; None where there is none."""
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return None if field.default is dataclasses.MISSING else field.default


@cache
def hints_of(component: type) -> dict[str, Any]:
    """The declared type of each field, with what `Annotated` carries."""
    return get_type_hints(component, include_extras=True)


@cache
def adapter_of(component: type) -> "TypeAdapter[Any]":
    """What checks values against the declaration."""
    # pydantic would look for plugins of its own among all distributions, and fail where the
    # metadata of any of them is broken.
    before = os.environ.get("PYDANTIC_DISABLE_PLUGINS")
    os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"
    try:
        from pydantic import TypeAdapter  # kept out of listing and completion of names

        return TypeAdapter(component)
    finally:
        if before is None:
            del os.environ["PYDANTIC_DISABLE_PLUGINS"]
        else:
            os.environ["PYDANTIC_DISABLE_PLUGINS"] = before
