"""All installed plugins, by kind."""

from functools import cached_property
from typing import Any

from zookit.core import Architecture, Callback, Dataset, Listener, UnknownName, html
from zookit.core.errors import did_you_mean
from zookit.registry.blocking import block, matches
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
    """The plugins of all installed distributions. Reads their metadata once.

    Args:
        path: the folders to search for distributions; `sys.path` if None.
    """

    def __init__(self, path: list[str] | None = None) -> None:
        self._path = path

    @cached_property
    def _scanned(self) -> tuple[list[Declared], list[Problem]]:
        return scan(frozenset(kind.group for kind in KINDS), self._path)

    @property
    def problems(self) -> list[Problem]:
        """The distributions whose metadata cannot be used, and why."""
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
        """Return the kinds of components, data sets first."""
        return self.datasets, self.architectures, self.callbacks, self.listeners

    def groups(self) -> tuple[Group[Any], ...]:
        """Return all kinds, commands last."""
        return *self.components(), self.commands

    def group(self, plural: str) -> Group[Any]:
        """Return a kind by its plural, such as "datasets"."""
        return next(group for group in self.groups() if group.kind.plural == plural)

    def block(self, name: str) -> None:
        """Block plugins in this process and its child processes, as ZOOKIT_DISABLE does.

        Args:
            name: a name, `distribution/name` or a distribution.

        Raises:
            UnknownName: nothing of that name is installed.
        """
        installed = [
            entry for group in self.groups() for entry in (*group.entries(), *group.blocked())
        ]
        if not any(matches(entry, name) for entry in installed):
            names = {each for e in installed for each in (e.name, e.full_name, e.distribution)}
            raise UnknownName(
                f"no plugin named {name!r} to block.{did_you_mean(name, names)} Expected a name, "
                "DISTRIBUTION/NAME or a distribution. Run: zookit list"
            )
        block(name)

    def __repr__(self) -> str:
        width = max(len(group.kind.plural) for group in self.groups())
        return "\n".join(
            f"{group.kind.plural:{width}}  {', '.join(group.shown_names()) or '-'}"
            for group in self.groups()
        )

    def _repr_html_(self) -> str:
        rows = [(each.kind.plural, ", ".join(each.shown_names())) for each in self.groups()]
        return html.table(("kind", "names"), rows)
