"""What the shell is offered for a word: names from metadata alone, then a plugin's parameters."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from zookit.core import ZookitError

if TYPE_CHECKING:
    from zookit.core.declaration import Parameter
    from zookit.registry import Entry

Completer = Callable[[str], list[str]]


def kinds() -> list[str]:
    """Completes the kinds of plugins."""
    from zookit.registry import default

    return [group.kind.plural for group in default.groups()]


def words_of(*kinds: str) -> Completer:
    """Completes words of these kinds: `den` to `dense`, `dense:u` to `dense:units=`."""

    def complete(incomplete: str) -> list[str]:
        from zookit.registry import default

        groups = [group for group in default.groups() if group.kind.plural in kinds]
        name, colon, items = incomplete.partition(":")
        if colon:
            entries = [group[name] for group in groups if name in group]
            return [f"{name}:{each}" for entry in entries for each in _items(entry, items)]
        return [
            entry.full_name if group.is_ambiguous(entry.name) else entry.name
            for group in groups
            for entry in group.entries()
        ]

    return complete


def _items(entry: "Entry[Any]", items: str) -> Iterator[str]:
    """How the last of the items may go on."""
    try:
        parameters = {parameter.name: parameter for parameter in entry.parameters}
    except ZookitError:
        return  # a broken plugin is told of when it is used
    before, comma, last = items.rpartition(",")
    key, equals, _ = last.partition("=")
    given = {item.partition("=")[0] for item in before.split(",")}
    if equals and key in parameters:
        yield from (f"{before}{comma}{key}={value}" for value in _values(parameters[key]))
    else:
        yield from (f"{before}{comma}{name}=" for name in parameters if name not in given)


def _values(parameter: "Parameter") -> list[str]:
    """The values that there are, where they can be counted."""
    if parameter.type == "true/false":
        return ["true", "false"]
    return parameter.type.split("|") if "|" in parameter.type else []
