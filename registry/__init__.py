"""The registry: finds the components of all installed packages and looks them up by name.

    >>> from zookit import registry
    >>> list(registry.architectures)
    ['cnn', 'dense', 'keras_application']
    >>> registry.architectures.build("dense:units=64").component
    Dense(units=(64,), activation='relu', dropout=0.0)

`datasets`, `architectures`, `callbacks`, `listeners` and `commands` map names to entries. A plugin
is imported only when its entry is loaded. `Registry()` searches the installed packages again.
"""

import sys
from types import ModuleType

from zookit.registry.built import Built
from zookit.registry.components import Components, packages_missing
from zookit.registry.entry import Entry, Kind
from zookit.registry.group import Group
from zookit.registry.metadata import Problem
from zookit.registry.registry import Registry

default = Registry()
datasets = default.datasets
architectures = default.architectures
callbacks = default.callbacks
listeners = default.listeners
commands = default.commands

__all__ = [
    "Built",
    "Components",
    "Entry",
    "Group",
    "Kind",
    "Problem",
    "Registry",
    "architectures",
    "callbacks",
    "commands",
    "datasets",
    "default",
    "listeners",
    "packages_missing",
]


class _Module(ModuleType):
    """Shows the names when `zookit.registry` is the last line of a notebook cell."""

    def __repr__(self) -> str:
        return repr(default)

    def _repr_html_(self) -> str:
        return default._repr_html_()


sys.modules[__name__].__class__ = _Module
