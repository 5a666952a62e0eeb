"""What the shell is offered for a word: names from metadata alone, then a plugin's parameters.

Where nothing is offered, the scripts in `shells/` fall back to the shell's own file names.
"""

import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zookit.core import ZookitError
from zookit.core.declaration import KINDS

if TYPE_CHECKING:
    from zookit.core.declaration import Parameter
    from zookit.registry import Entry

Completer = Callable[[str], list[str]]

_LITERAL_COMMA = "\0"  # stands for ,, while items are split


def kinds() -> list[str]:
    """Completes the kinds of plugins."""
    from zookit.registry import default

    return [group.kind.plural for group in default.groups()]


def optimizers() -> list[str]:
    """Completes the names of optimizers."""
    from zookit.modeling.optimizers import OPTIMIZERS

    return list(OPTIMIZERS)


def plugins(incomplete: str) -> list[str]:
    """Completes plugins' names and distributions, for leaving them out."""
    from zookit.registry import default

    entries = [entry for group in default.groups() for entry in group.entries()]
    if "/" in incomplete:
        return [entry.full_name for entry in entries]
    return list(dict.fromkeys(name for e in entries for name in (e.name, e.distribution)))


def values_of(parameter: "Parameter") -> Completer:
    """Completes the values of one parameter."""

    def complete(incomplete: str) -> list[str]:
        return _values(parameter, incomplete)

    return complete


def words_of(*kinds: str) -> Completer:
    """Completes words of these kinds: `den` to `dense`, `dense:u` to `dense:units=`."""

    def complete(incomplete: str) -> list[str]:
        from zookit.registry import default

        groups = [group for group in default.groups() if group.kind.plural in kinds]
        name, colon, items = incomplete.partition(":")
        if colon:
            found = [group[name] for group in groups if group.kind.base and name in group]
            offered = [f"{name}:{each}" for entry in found for each in _items(entry, items)]
        else:
            offered = [
                entry.full_name if "/" in name or group.is_ambiguous(entry.name) else entry.name
                for group in groups
                for entry in group.entries()
            ]
        return list(dict.fromkeys(offered))

    return complete


def _items(entry: "Entry[Any]", items: str) -> list[str]:
    """How the last of the items may go on."""
    try:
        with redirect_stdout(sys.stderr):  # what a module prints is nothing to choose
            parameters = {parameter.name: parameter for parameter in entry.parameters}
    except ZookitError:
        return []  # a broken plugin is told of when it is used
    before, comma, last = items.replace(",,", _LITERAL_COMMA).rpartition(",")
    given = {item.partition("=")[0] for item in before.split(",")}
    first = next(iter(parameters), None)
    if comma and "=" not in before.split(",")[0] and first is not None:
        given.add(first)  # by its bare value
    key, equals, value = last.partition("=")
    if equals:
        values = _values(parameters[key], value) if key in parameters else []
        offered = [f"{key}={each}" for each in values]
    else:
        offered = [f"{name}=" for name in parameters if name not in given]
        if last and not comma and first is not None:
            offered += _values(parameters[first], last)
    return [f"{before}{comma}{each}".replace(_LITERAL_COMMA, ",,") for each in offered]


def _values(parameter: "Parameter", incomplete: str) -> list[str]:
    """The values that there are, where they can be counted; else the default, as an example."""
    kind, several, _ = parameter.type.partition(", several")
    if kind == KINDS[Path]:
        return []
    if kind == KINDS[bool]:
        choices = ["true", "false"]
    elif "|" in kind:
        choices = kind.split("|")
    else:
        return [parameter.default] if parameter.default else []
    done, plus, _ = incomplete.rpartition("+") if several else ("", "", "")
    return [f"{done}{plus}{each}" for each in choices if each not in done.split("+")]
