"""Completion of the options of `zookit sweep`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from zookit.cli.completion import values_of, words_of
from zookit.cli.component_options import component_kinds
from zookit.cli.training_options import OPTIONS

if TYPE_CHECKING:
    from zookit.registry import Entry


def callback_sets(incomplete: str) -> list[str]:
    """Complete the last word of a set of callbacks, such as `'stop_at_loss:0.4 ear`."""
    before, blank, last = incomplete.rpartition(" ")
    given = {each.partition(":")[0] for each in before.split()}
    offered = words_of("callbacks")(last)
    return [f"{before}{blank}{each}" for each in offered if each not in given]


def varied(incomplete: str) -> list[str]:
    """Complete what varies, such as `learning_rate=` and `dense.units=`, and its values."""
    name, equals, values = incomplete.partition("=")
    if not equals:
        return list(_names(name))
    before, comma, last = values.rpartition(",")
    offered = _values(name, last)
    given = before.split(",")
    return [f"{name}={before}{comma}{each}" for each in offered if each not in given]


def _names(incomplete: str) -> Iterator[str]:
    component, dot, _ = incomplete.rpartition(".")
    if dot:
        for entry in _entries(component):
            words = words_of(entry.kind.plural)(f"{component}:")
            yield from (f"{component}.{each.partition(':')[2]}" for each in words)
        return
    yield from (f"{name}=" for name in OPTIONS if name != "seed")
    yield from (f"{kind.keyword}=" for kind in component_kinds())
    if incomplete:
        from zookit.registry import default

        groups = [g for g in default.components() if g.kind.recorded]
        yield from (f"{name}." for group in groups for name in group)


def _values(name: str, incomplete: str) -> list[str]:
    kinds = {kind.keyword: kind.plural for kind in component_kinds()}
    component, dot, parameter = name.rpartition(".")
    if name in OPTIONS:
        return values_of(OPTIONS[name])(incomplete)
    if name in kinds:
        return words_of(kinds[name])(incomplete)
    for entry in _entries(component) if dot else ():
        words = words_of(entry.kind.plural)(f"{component}:{parameter}={incomplete}")
        return [each.partition("=")[2] for each in words]
    return []


def _entries(name: str) -> "list[Entry[object]]":
    from zookit.registry import default

    groups = [group for group in default.components() if group.kind.recorded]
    return [group[name] for group in groups if name in group]
