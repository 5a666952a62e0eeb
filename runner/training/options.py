"""The options of a training: which of them choose components, and which are settings."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from zookit.arguments import components_of, run_name_of
from zookit.core import BadParameter, Component, Settings, did_you_mean
from zookit.core.errors import quoted
from zookit.registry import Registry
from zookit.registry.kind import Row

Chosen = dict[Row, list[Any]]
"""Words, specs or instances of components, by kind."""
FREEZE = "freeze"
"""The option for the parts of the model that are not trained."""
INIT = "init"
"""The option for the run or model whose weights the training starts from."""
FURTHER = (FREEZE, INIT)
"""The options that are neither settings nor components."""


@dataclass(frozen=True)
class Options:
    """The options of a training.

    Components, settings, a learning rate, what is frozen, and the run or model to start from.
    """

    chosen: Chosen = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    rate: Any = None
    frozen: tuple[str, ...] = ()
    init: str | None = None


def split_options(
    options: Mapping[str, Any], caller: str = "run", *, without: Collection[str] = ()
) -> Options:
    """Return the options of `zookit.run` by what they mean; `caller` names it in messages.

    `without` are those that the caller does not take.

    Raises BadParameter if there is no such option, or a value is neither words nor an instance.
    """
    kinds = {kind.keyword: kind for kind in Registry.kinds() if kind.recorded and kind.keyword}
    known = (*(field.name for field in fields(Settings)), *kinds, *FURTHER)
    names = [each for each in known if each not in without]
    chosen: Chosen = {}
    settings: dict[str, Any] = {}
    rate = None
    frozen: tuple[str, ...] = ()
    init: str | None = None
    for name, value in options.items():
        if name not in names:
            raise BadParameter(
                f"{caller}: no parameter {quoted(name)}.{did_you_mean(name, names)} Parameters: "
                f"{', '.join(names)}."
            )
        kind = kinds.get(name)
        if name == FREEZE:
            frozen = () if value is None else (value,)
        elif name == INIT:
            init = None if value is None else run_name_of(value)
        elif kind is None:
            settings[name] = value
        elif kind is Registry.schedules and is_number(value):
            rate = value
        elif value is not None:
            chosen[kind] = split_words(value, name) if kind.several else [value]
    return Options(chosen, settings, rate, frozen, init)


def is_number(value: object) -> bool:
    """Return whether a learning rate is a number: words begin with a letter, or name a file."""
    text = str(value)
    return not (isinstance(value, Component) or text[:1].isalpha() or ".py" in text)


def split_words(value: Any, name: str) -> list[Any]:
    """Return one or several components as a list; + joins names without parameters."""
    given = components_of(value, name)
    return [
        part
        for each in given
        for part in (each.split("+") if isinstance(each, str) and ":" not in each else [each])
    ]
