"""Old names of parameters and of logged values, which still work after a renaming."""

import dataclasses
import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from zookit.core.errors import BadParameter

T = TypeVar("T")


def renames_of(component: type) -> dict[str, str]:
    """Return the parameter that each old name of a class means today.

    A parameter that was renamed twice has two old names. A parameter of the class is no old name.
    """
    declared: Mapping[str, str] = getattr(component, "renamed", {})
    fields = _fields(component)
    return {old: _last(old, declared) for old in declared if old not in fields}


def former_names_of(component: type) -> tuple[str, ...]:
    """Return the names that a class itself says it had; a subclass does not inherit them."""
    return tuple(vars(component).get("formerly", ()))


def reused_name_complaint(component: type) -> str | None:
    """Return why what a class says it renamed is ambiguous, or None if it is not."""
    declared = getattr(component, "renamed", {})
    fields = _fields(component)
    if not isinstance(declared, Mapping) or not all(
        isinstance(name, str) for pair in declared.items() for name in pair
    ):
        return "'renamed' must be a mapping from old to new names of parameters"
    taken = next((old for old in declared if old in fields), None)
    if taken is not None:
        return (
            f"'renamed' says that {taken!r} is now {declared[taken]!r}, but there is a parameter "
            f"{taken!r}: old words and runs would silently mean another one. Give it a new name"
        )
    return None


def lost_name_complaint(component: type) -> str | None:
    """Return which old name of a parameter leads to none, or None if all lead to one."""
    fields = _fields(component)
    for old, new in renames_of(component).items():
        if new not in fields:
            return f"'renamed' says that {old!r} is now {new!r}, which is no parameter"
    return None


def current_name(component: type, key: str) -> str:
    """Return a parameter's name today; `key` may go on with a dot, as names of input files do."""
    name, dot, rest = key.partition(".")
    return f"{renames_of(component).get(name, name)}{dot}{rest}"


def current_names(component: type, values: Mapping[str, T], name: str) -> dict[str, T]:
    """Return values by the names that the parameters have today.

    Raises BadParameter, with the component's `name`, if a value is given by two of its names.
    """
    renames = renames_of(component)
    current: dict[str, T] = {}
    for key, value in values.items():
        new = renames.get(key, key)
        if new in current:
            other = next(each for each in values if renames.get(each, each) == new)
            raise BadParameter(
                f"{name}: {other!r} and {key!r} are both given, but they are the same parameter, "
                f"which is now called {new!r}. Pass {new} alone."
            )
        current[new] = value
    return current


def old_names_in(component: type, keys: Iterable[Any], name: str) -> tuple[str, ...]:
    """Return a statement about each of the keys that is an old name of a parameter."""
    renames = renames_of(component)
    return tuple(
        f"{key!r} of {name} is now called {renames[key]!r}" for key in keys if key in renames
    )


def logged_names(columns: Mapping[str, str]) -> dict[str, str]:
    """Return the new names of metrics by the old ones, also those for the validation split."""
    return {**columns, **{f"val_{old}": f"val_{new}" for old, new in columns.items()}}


def under_new_columns(values: Mapping[str, Any], columns: Mapping[str, str]) -> dict[str, Any]:
    """Return a callback's plain values with the new names of metrics that have another name now.

    A text is the name of a value that is logged, or has it in braces: `best-{val_f1:.2f}.keras`.
    """
    names = logged_names(columns)
    return {key: _with_names(value, names) for key, value in values.items()}


def _with_names(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_with_names(each, names) for each in value]
    if not isinstance(value, str):
        return value
    in_braces = re.sub(r"(?<=\{)\w+", lambda found: names.get(found[0], found[0]), value)
    return names.get(value, in_braces)


def _last(old: str, declared: Mapping[str, str]) -> str:
    """Return the newest name, which may be an old one again: `a` to `b`, and `b` to `c`."""
    seen = {old}
    new = declared[old]
    while new in declared and new not in seen:
        seen.add(new)
        new = declared[new]
    return new


def _fields(component: type) -> set[str]:
    return {field.name for field in dataclasses.fields(component)}
