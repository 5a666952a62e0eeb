"""The contract of every component."""

import inspect
from collections.abc import Iterator
from dataclasses import fields
from inspect import get_annotations
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from zookit.core import ComponentSpec, Experiment, Words
from zookit.core.declaration import bare_type, hints_of
from zookit.core.errors import quoted
from zookit.core.old_names import former_names_of, lost_name_complaint
from zookit.core.parameters import create, plain_values, words_of
from zookit.registry import Entry
from zookit.testing.check import ContractBroken, require
from zookit.testing.subprocess_checks import ask
from zookit.testing.target import Target

_LONGEST = 100
_PLAIN = (bool, int, float, str, tuple, Path)
"""What the values of parameters are."""


def loads(target: Target) -> None:
    """Its entry point names a frozen dataclass that inherits from the base class of its kind.

    The entry point of a command names a function or a typer.Typer.
    """
    target.entry.load()


def is_fit_to_show(target: Target) -> None:
    """Its docstring's first line says what it is in at most 100 characters; 'show' prints it.

    Each parameter has a description: `Annotated[int, Doc("...")]`.
    """
    kind = target.kind
    own = vars(kind).get("__doc__") or ""
    # Python gives a dataclass without a docstring its signature as one.
    require(own and not own.startswith(f"{kind.__name__}("), "it has no docstring of its own")
    first = inspect.cleandoc(own).partition("\n")[0]
    require(
        0 < len(first) <= _LONGEST and first.isprintable(),
        f"its docstring's first line, {first!r}, has {len(first)} characters",
    )
    for parameter in target.entry.parameters:
        meaning = parameter.meaning
        described = meaning and meaning.isprintable()
        require(described, f"parameter {parameter.name!r} has no description")


def every_attribute_has_a_type(target: Target) -> None:
    """An attribute of its class is a parameter, with a type such as `units: int = 5`.

    One that is no parameter is a ClassVar, or has a name in capitals.
    """
    kind: type = target.kind
    for name, value in _untyped(kind):
        raise ContractBroken(
            f"{name} = {quoted(value)} has no type, so it is no parameter and nobody can set it"
        )


def is_known_without_tensorflow(target: Target) -> None:
    """Importing it, and the methods called before training, import neither TensorFlow nor Keras.

    Import them in the methods that need them.
    """
    heavy = ask(target, "heavy_imports")
    require(not heavy, f"importing {target.entry.value} imports {' and '.join(heavy)}")


def parameters_make_the_round_trip(target: Target) -> None:
    """Its parameters are unchanged after writing and reading them, as words and as TOML."""
    for component in _variations(target):
        kind, values = type(component), plain_values(component)
        spec = ComponentSpec(target.entry.full_name, values)
        read = Experiment.from_toml(Experiment(spec, spec).to_toml()).dataset.parameters
        require(
            create(kind, read) == component,
            f"{component} is {create(kind, read)} after writing it to TOML and reading it",
        )
        words = words_of(target.entry.name, values)
        # Words cannot express an empty value; they leave the parameter at its default.
        if any(value in ("", [], ()) for value in values.values()):
            continue
        again = create(kind, Words.parse(str(words)))
        require(again == component, f"{component} is {again} after writing it as {str(words)!r}")


def old_names_still_work(target: Target) -> None:
    """Each old name in `renamed` leads to a parameter, each in `formerly` to the component.

    A name in `formerly` needs its entry point as before, for the same class, and is written as text
    in the class: it is read without importing the plugin.
    """
    entry = target.entry
    complaint = lost_name_complaint(target.kind)
    require(complaint is None, complaint or "")
    group = target.batch.registry.group(entry.kind.plural)
    for name in former_names_of(target.kind):
        found = group.get(f"{entry.declared.distribution}/{name}")
        require(
            found == entry,
            f"'formerly' has {name!r}, but {_meaning_of(found)}. Keep the entry point: "
            f"{name} = {entry.value!r}",
        )


def _untyped(kind: type) -> Iterator[tuple[str, Any]]:
    """Yield the attributes without a type of a class and its bases, and their plain values.

    An attribute that a base class declares keeps its meaning, unless it is a parameter there.
    """
    parameters = {each.name for each in fields(kind)}
    for at, owner in enumerate(kind.__mro__):
        bases, typed = kind.__mro__[at + 1 :], get_annotations(owner)
        inherited = {name for base in bases for name in (*vars(base), *get_annotations(base))}
        for name, value in vars(owner).items():
            known = name in typed or (name in inherited and name not in parameters)
            is_private = name.startswith("_") or name.isupper()
            if isinstance(value, _PLAIN) and not (known or is_private):
                yield name, value


def _meaning_of(found: Entry[Any] | None) -> str:
    return "no entry point has that name" if found is None else f"that means {found.value}"


def _variations(target: Target) -> Iterator[Any]:
    """The component, and copies with each value of each boolean or Literal parameter."""
    yield target.component
    given = plain_values(target.component)
    kind: type = target.kind
    for name, hint in hints_of(kind).items():
        for value in _possible_values(bare_type(hint)):
            try:
                yield create(target.kind, {**given, name: value})
            except Exception:  # noqa: BLE001, S112 - not every combination need be allowed
                continue


def _possible_values(kind: Any) -> tuple[Any, ...]:
    if kind is bool:
        return (True, False)
    return get_args(kind) if get_origin(kind) is Literal else ()


CHECKS = (
    loads,
    is_fit_to_show,
    every_attribute_has_a_type,
    is_known_without_tensorflow,
    parameters_make_the_round_trip,
    old_names_still_work,
)
