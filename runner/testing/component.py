"""What is asked of every component."""

import inspect
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

from zookit.core import ComponentSpec, Experiment, Words
from zookit.core.declaration import bare_type, hints_of
from zookit.core.parameters import create, plain_values, words_of
from zookit.testing.check import require
from zookit.testing.subprocess_checks import ask
from zookit.testing.target import Subject

_LONGEST = 100


def loads(subject: Subject) -> None:
    """Its entry point leads to what its group promises: a frozen dataclass of its kind.

    Of a command, to a function or a typer.Typer.
    """
    subject.entry.load()


def is_fit_to_show(subject: Subject) -> None:
    """Its docstring's first line, of at most 100 characters, says what it is; 'show' prints it.

    Each parameter has a meaning: `Annotated[int, Doc("...")]`.
    """
    kind = subject.kind
    own = vars(kind).get("__doc__") or ""
    # A dataclass without a docstring is given its signature for one.
    require(own and not own.startswith(f"{kind.__name__}("), "it has no docstring of its own")
    first = inspect.cleandoc(own).partition("\n")[0]
    require(
        0 < len(first) <= _LONGEST and first.isprintable(),
        f"its docstring's first line, {first!r}, has {len(first)} characters",
    )
    for parameter in subject.entry.parameters:
        meaning = parameter.meaning
        require(meaning and meaning.isprintable(), f"parameter {parameter.name!r} has no meaning")


def is_known_without_tensorflow(subject: Subject) -> None:
    """Its module, and what is asked of it before a training, imports no TensorFlow and no Keras.

    Import them in the methods that need them.
    """
    heavy = ask(subject, "heavy")
    require(not heavy, f"importing {subject.entry.value} imports {' and '.join(heavy)}")


def parameters_make_the_round_trip(subject: Subject) -> None:
    """Its parameters come back the same from words and from TOML."""
    for component in _variations(subject):
        kind, values = type(component), plain_values(component)
        chosen = ComponentSpec(subject.entry.full_name, values)
        text = Experiment(chosen, chosen).to_toml()
        read = Experiment.from_toml(text).dataset.parameters
        require(
            create(kind, read) == component,
            f"{component} is {create(kind, read)} once written to TOML and read",
        )
        words = words_of(subject.entry.name, values)
        # Words cannot write an empty value; the default stands for it.
        if any(value in ("", [], ()) for value in values.values()):
            continue
        again = create(kind, Words.parse(str(words)))
        require(again == component, f"{component} is {again} once written as {str(words)!r}")


def _variations(subject: Subject) -> Iterator[Any]:
    """The component, and it with each parameter whose values can be counted at each of them."""
    yield subject.component
    given = plain_values(subject.component)
    kind: type = subject.kind
    for name, hint in hints_of(kind).items():
        for value in _countable(bare_type(hint)):
            try:
                yield create(subject.kind, {**given, name: value})
            except Exception:  # noqa: BLE001, S112 - not every combination need be allowed
                continue


def _countable(kind: Any) -> tuple[Any, ...]:
    if kind is bool:
        return (True, False)
    return get_args(kind) if get_origin(kind) is Literal else ()


CHECKS = (
    loads,
    is_fit_to_show,
    is_known_without_tensorflow,
    parameters_make_the_round_trip,
)
