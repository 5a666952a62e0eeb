"""The registry: finds the components of all installed packages and looks them up by name.

    >>> from zookit import registry
    >>> list(registry.searches)
    ['grid', 'optuna', 'random']
    >>> registry.architectures.build("dense:units=64").component
    Dense(units=(64,), activation='relu', dropout=0.0)

Each kind of plugin is a mapping from names to entries, with the kind's plural as its name: see
`registry.default`. A plugin is imported only when its entry is loaded. `Registry()` searches the
installed packages again.
"""

import sys
from types import ModuleType
from typing import Any

from zookit.registry.built import Built
from zookit.registry.components import Components, packages_missing
from zookit.registry.entry import Entry
from zookit.registry.group import Group
from zookit.registry.kind import Kind
from zookit.registry.metadata import Problem
from zookit.registry.registry import Registry

default = Registry()


def __getattr__(name: str) -> Components[Any]:
    """Return the plugins of a kind by its plural, such as `registry.datasets`."""
    try:
        return default.group(name)
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None


def __dir__() -> list[str]:
    return [*__all__, *(kind.plural for kind in Registry.kinds())]


__all__ = [
    "Built",
    "Components",
    "Entry",
    "Group",
    "Kind",
    "Problem",
    "Registry",
    "default",
    "packages_missing",
]


class _Module(ModuleType):
    """Shows the names when `zookit.registry` is the last line of a notebook cell."""

    def __repr__(self) -> str:
        return repr(default)

    def _repr_html_(self) -> str:
        return default._repr_html_()


sys.modules[__name__].__class__ = _Module
