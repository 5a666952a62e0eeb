"""Everything that is installed, by kind."""

from functools import cached_property
from typing import Any

from zookit.core import Architecture, Callback, Dataset, Listener, UnknownName
from zookit.core.errors import did_you_mean
from zookit.registry.blocking import block, is_meant
from zookit.registry.components import Components
from zookit.registry.entry import Kind
from zookit.registry.group import Group
from zookit.registry.metadata import Declared, Problem, scan

DATASETS = Kind("data set", "datasets", "zookit.datasets", Dataset)
ARCHITECTURES = Kind(
    "architecture",
    "architectures",
    "zookit.architectures",
    Architecture,
)
CALLBACKS = Kind("callback", "callbacks", "zookit.callbacks", Callback)
LISTENERS = Kind("listener", "listeners", "zookit.listeners", Listener)
COMMANDS: Kind[Any] = Kind("command", "commands", "zookit.commands", None)
KINDS: tuple[Kind[Any], ...] = (DATASETS, ARCHITECTURES, CALLBACKS, LISTENERS, COMMANDS)


class Registry:
    """Looks plugins up among the installed distributions; reads their metadata once.

    `path` is where distributions are looked for, `sys.path` if not given.
    """

    def __init__(self, path: list[str] | None = None) -> None:
        self._path = path

    @cached_property
    def _scanned(self) -> tuple[list[Declared], list[Problem]]:
        return scan(frozenset(kind.group for kind in KINDS), self._path)

    @property
    def problems(self) -> list[Problem]:
        """What of the distributions' metadata cannot be used."""
        return list(dict.fromkeys(each for group in self.groups() for each in group.problems))

    @cached_property
    def datasets(self) -> Components[Dataset]:
        """The data sets."""
        return Components(DATASETS, *self._scanned)

    @cached_property
    def architectures(self) -> Components[Architecture]:
        """The architectures."""
        return Components(ARCHITECTURES, *self._scanned)

    @cached_property
    def callbacks(self) -> Components[Callback]:
        """The callbacks."""
        return Components(CALLBACKS, *self._scanned)

    @cached_property
    def listeners(self) -> Components[Listener]:
        """The listeners."""
        return Components(LISTENERS, *self._scanned)

    @cached_property
    def commands(self) -> Group[Any]:
        """The commands."""
        return Group(COMMANDS, *self._scanned)

    def components(self) -> tuple[Components[Any], ...]:
        """All kinds of components, data sets first."""
        return self.datasets, self.architectures, self.callbacks, self.listeners

    def groups(self) -> tuple[Group[Any], ...]:
        """All kinds, commands last."""
        return *self.components(), self.commands

    def group(self, plural: str) -> Group[Any]:
        """The group of a kind, by its name: datasets, architectures, ..."""
        return next(group for group in self.groups() if group.kind.plural == plural)

    def block(self, name: str) -> None:
        """Use no plugin of that name, `distribution/name` or distribution, as ZOOKIT_DISABLE does.

        Raises UnknownName where nothing installed is meant.
        """
        installed = [
            entry for group in self.groups() for entry in (*group.entries(), *group.blocked())
        ]
        if not any(is_meant(entry, name) for entry in installed):
            known = {known for e in installed for known in (e.name, e.full_name, e.distribution)}
            raise UnknownName(
                f"no plugin {name!r} to leave out.{did_you_mean(name, known)} 'zookit list' shows "
                "what is installed; give a name, DISTRIBUTION/NAME or a distribution."
            )
        block(name)
