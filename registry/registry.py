"""Every component that is installed, by kind."""

from functools import cached_property

from zookit.core import Architecture, Callback, Dataset
from zookit.registry.entry import Kind
from zookit.registry.group import Group
from zookit.registry.metadata import Declared, Problem, scan

DATASETS = Kind("data set", "datasets", "zookit.datasets", Dataset)  # type: ignore[type-abstract]
ARCHITECTURES = Kind(
    "architecture",
    "architectures",
    "zookit.architectures",
    Architecture,  # type: ignore[type-abstract]
)
CALLBACKS = Kind("callback", "callbacks", "zookit.callbacks", Callback)  # type: ignore[type-abstract]
KINDS = (DATASETS, ARCHITECTURES, CALLBACKS)


class Registry:
    """Looks components up among the installed distributions; reads their metadata once.

    `path` is where distributions are looked for, `sys.path` if not given.
    """

    def __init__(self, path: list[str] | None = None) -> None:
        self._path = path

    @cached_property
    def _scanned(self) -> tuple[list[Declared], list[Problem]]:
        return scan(frozenset(kind.group for kind in KINDS), self._path)

    @cached_property
    def datasets(self) -> Group[Dataset]:
        """The data sets."""
        return Group(DATASETS, *self._scanned)

    @cached_property
    def architectures(self) -> Group[Architecture]:
        """The architectures."""
        return Group(ARCHITECTURES, *self._scanned)

    @cached_property
    def callbacks(self) -> Group[Callback]:
        """The callbacks."""
        return Group(CALLBACKS, *self._scanned)

    def groups(self) -> "tuple[Group[Dataset], Group[Architecture], Group[Callback]]":
        """All kinds, data sets first."""
        return self.datasets, self.architectures, self.callbacks
