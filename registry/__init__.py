"""Finds components through entry points and looks them up by name.

`datasets`, `architectures` and `callbacks` are mappings from name to entry over what is installed;
nothing is imported until an entry is loaded. `Registry()` looks anew.
"""

from zookit.registry.entry import Entry, Kind
from zookit.registry.group import Group
from zookit.registry.metadata import Problem
from zookit.registry.registry import Registry

default = Registry()
datasets = default.datasets
architectures = default.architectures
callbacks = default.callbacks

__all__ = [
    "Entry",
    "Group",
    "Kind",
    "Problem",
    "Registry",
    "architectures",
    "callbacks",
    "datasets",
    "default",
]
