"""Shell completion: names from package metadata, and the parameters of a plugin.

If nothing is offered, the scripts in `shells/` complete file names.
"""

import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zookit.core import ZookitError
from zookit.core.declaration import KINDS

if TYPE_CHECKING:
    from zookit.core.declaration import Parameter
    from zookit.registry import Components, Entry

Completer = Callable[[str], list[str]]

_LITERAL_COMMA = "\0"  # replaces ,, while items are split


def kinds() -> list[str]:
    """Complete the kinds of plugins."""
    from zookit.registry import default

    return [group.kind.plural for group in default.groups()]


def plugins(incomplete: str) -> list[str]:
    """Complete the names and distributions of plugins."""
    from zookit.registry import default

    entries = [entry for group in default.groups() for entry in group.entries()]
    if "/" in incomplete:
        return [entry.full_name for entry in entries]
    return list(dict.fromkeys(name for e in entries for name in (e.name, e.distribution)))


def values_of(parameter: "Parameter") -> Completer:
    """Return a completer of the values of a parameter."""

    def complete(incomplete: str) -> list[str]:
        return _values(parameter, incomplete)

    return complete


def words_of(*kinds: str) -> Completer:
    """Return a completer of words: `den` becomes `dense`, `dense:u` becomes `dense:units=`.

    The words are of plugins of the given kinds, or of all kinds if none is given.
    """

    def complete(incomplete: str) -> list[str]:
        from zookit.registry import default

        groups = [group for group in default.groups() if not kinds or group.kind.plural in kinds]
        if ".py:" in incomplete:
            return _in_file(incomplete, groups)
        name, colon, items = incomplete.partition(":")
        before, plus, name = ("", "", name) if colon else name.rpartition("+")
        if colon:
            found = [group[name] for group in groups if group.kind.base and name in group]
            offered = [f"{name}:{each}" for entry in found for each in _items(entry, items)]
        else:
            offered = [
                entry.full_name if "/" in name or group.is_ambiguous(entry.name) else entry.name
                for group in groups
                for entry in group.entries()
            ]
        given = before.split("+")
        return list(dict.fromkeys(f"{before}{plus}{e}" for e in offered if e not in given))

    return complete


def components(incomplete: str) -> list[str]:
    """Complete words of components of all kinds, and names of installed models."""
    from zookit.registry import default

    groups = (*default.components(), default.models)
    return words_of(*(group.kind.plural for group in groups))(incomplete)


def _in_file(incomplete: str, groups: "Sequence[Components[Any]]") -> list[str]:
    """Return the classes of a file, or the parameters of one of them."""
    from zookit.registry import Entry, Registry
    from zookit.registry.plugin_files import PluginFile

    path, _, rest = incomplete.partition(".py:")
    cls, colon, items = rest.partition(":")
    kinds = {group.kind.group: group for group in groups}
    try:
        plugins = PluginFile.read(f"{path}.py").plugins(Registry.kinds())
        classes = {name: each for name, each in plugins.items() if each.group in kinds}
        if not colon:
            return [f"{path}.py:{name}" for name in classes]
        if cls not in classes:
            return []
        Registry().words(f"{path}.py:{cls}")  # so that it can be imported
        entry: Entry[Any] = Entry(kinds[classes[cls].group].kind, classes[cls])
    except ZookitError:
        return []
    return [f"{path}.py:{cls}:{each}" for each in _items(entry, items)]


def _items(entry: "Entry[Any]", items: str) -> list[str]:
    """Return the items, with each possible completion of the last one."""
    try:
        with redirect_stdout(sys.stderr):  # what the plugin's module prints is no completion
            parameters = {parameter.name: parameter for parameter in entry.parameters}
    except ZookitError:
        return []  # the error is reported when the plugin is used
    before, comma, last = items.replace(",,", _LITERAL_COMMA).rpartition(",")
    given = {item.partition("=")[0] for item in before.split(",")}
    first = next(iter(parameters), None)
    if comma and "=" not in before.split(",")[0] and first is not None:
        given.add(first)  # as a value without its name
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
    """Return the possible values if they can be listed, otherwise the default as an example."""
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
