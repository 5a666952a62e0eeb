"""Finds components through entry points and looks them up by name.

`datasets`, `architectures`, `callbacks`, `listeners` and `commands` are mappings from name to entry
over what is installed; nothing is imported until an entry is loaded. `Registry()` looks anew.
"""

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
