"""Read the parameters that a component's class declares."""

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

from zookit.core.errors import quoted, typed_reason_of
from zookit.core.old_names import reused_name_complaint

if TYPE_CHECKING:
    from pydantic import TypeAdapter

KINDS = {bool: "true/false", int: "whole number", float: "number", str: "text", Path: "path"}


@dataclasses.dataclass(frozen=True)
class InputFile:
    """Marks a parameter as the path of a file or folder that a component reads.

        table: Annotated[Path, InputFile(), Doc("CSV file of the weights of the classes.")]

    The content of the file is part of an experiment's identity, and each run keeps a copy that it
    is resumed and rebuilt with. A Path parameter of an architecture is an input without the mark.
    """


@dataclasses.dataclass(frozen=True)
class Parameter:
    """A parameter of a component, as `zookit show` prints it.

    Args:
        name: the name of the dataclass field.
        type: the type for people, such as "whole number".
        default: the default as text, or None if the parameter is required.
        meaning: the text of `zookit.core.Doc`.
    """

    name: str
    type: str
    default: str | None
    meaning: str


def parameters(component: type) -> tuple[Parameter, ...]:
    """Return the parameters of a component's class, in the order of its fields."""
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
    """Return why a class cannot be a component, or None if it can."""
    if "__dataclass_fields__" not in vars(component):
        return (
            "it is not decorated with @dataclass(frozen=True), so its parameters are not declared"
        )
    try:
        hints = hints_of(component)
        adapter_of(component)
    except Exception as error:  # noqa: BLE001 - annotations may raise anything
        return f"the types of its parameters cannot be read: {typed_reason_of(error)}"
    reused = reused_name_complaint(component)
    if reused:
        return reused
    for field in dataclasses.fields(component):
        complaint = _complaint_about(field, hints[field.name])
        if complaint:
            return f"parameter {field.name!r} {complaint}"
    return None


def _complaint_about(field: "dataclasses.Field[Any]", hint: Any) -> str | None:
    if not field.init:
        return "is declared with init=False; make it a property"
    if _optional(hint) and (is_required(field) or default_of(field) is not None):
        return "may be None, so its default must be None: words and TOML cannot express None"
    kind, each = bare_type(hint), item_type(hint)
    if is_input_file(hint) and each is not Path:
        return "is marked as InputFile, so its type must be pathlib.Path"
    if each in KINDS or get_origin(each) is Literal:
        return _complaint_about_default(field, kind, each)
    return (
        f"has the type {inspect.formatannotation(kind)}; it must be bool, int, float, str, "
        "pathlib.Path, a Literal, or a tuple[T, ...] of one of these"
    )


def _complaint_about_default(field: "dataclasses.Field[Any]", kind: Any, each: Any) -> str | None:
    """Return what is wrong with a default: Python and pydantic accept one of another type."""
    default = default_of(field)
    if default is None:  # the parameter is required or optional
        return None
    several = isinstance(default, tuple | list)
    values = default if is_tuple(kind) and several else (default,)
    allowed = {float: (float, int), Path: (str, os.PathLike)}.get(each, each)
    for value in values:
        is_literal = get_origin(each) is Literal
        fits = value in get_args(each) if is_literal else isinstance(value, allowed)
        if not fits or (isinstance(value, bool) and each in (int, float)):
            return (
                f"has the default {quoted(default)}, which is not of its type, {_type_text(kind)}"
            )
    if is_tuple(kind) and not several:
        return f"has the default {quoted(default)}; write ({quoted(default)},)"
    return None


def bare_type(hint: Any) -> Any:
    """Return the type without bounds, meaning and `| None`."""
    hint = _unannotated(hint)
    others = [each for each in get_args(hint) if each is not type(None)]
    if get_origin(hint) in (Union, types.UnionType) and len(others) == 1:
        return _unannotated(others[0])
    return hint


def item_type(hint: Any) -> Any:
    """Return the bare type, or of a tuple that of its items."""
    kind = bare_type(hint)
    # Items may have bounds, but not `| None`, because TOML's lists cannot have it.
    return _unannotated(get_args(kind)[0]) if is_tuple(kind) else kind


def _unannotated(hint: Any) -> Any:
    return get_args(hint)[0] if get_origin(hint) is Annotated else hint


def _optional(hint: Any) -> bool:
    return type(None) in get_args(_unannotated(hint))


def is_tuple(kind: Any) -> bool:
    """Return whether a bare type is `tuple[T, ...]`."""
    return get_origin(kind) is tuple and get_args(kind)[1:] == (...,)


def is_input_file(hint: Any) -> bool:
    """Return whether a declared type has the mark `InputFile`."""
    notes = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
    return any(isinstance(note, InputFile) or note is InputFile for note in notes)


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
    """Return a value as it is written in words; None is empty."""
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
    """Return whether a parameter has no default."""
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def default_of(field: "dataclasses.Field[Any]") -> Any:
    """Return the default of a parameter, or None if it has none."""
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return None if field.default is dataclasses.MISSING else field.default


@cache
def hints_of(component: type) -> dict[str, Any]:
    """Return the declared type of each field, including `Annotated`."""
    return get_type_hints(component, include_extras=True)


@cache
def adapter_of(component: type) -> "TypeAdapter[Any]":
    """Return pydantic's adapter, which checks values against the declaration."""
    # pydantic would search all distributions for its own plugins, and fail if the metadata of one
    # is broken.
    before = os.environ.get("PYDANTIC_DISABLE_PLUGINS")
    os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"
    try:
        from pydantic import TypeAdapter  # slow; listing and completion do not need it

        return TypeAdapter(component)
    finally:
        if before is None:
            del os.environ["PYDANTIC_DISABLE_PLUGINS"]
        else:
            os.environ["PYDANTIC_DISABLE_PLUGINS"] = before
