"""All installed plugins, by kind."""

import os
from functools import cached_property
from pathlib import Path
from typing import Any, Self, TypeVar, overload

from zookit.core import (
    Architecture,
    Augmentation,
    Callback,
    Component,
    Dataset,
    Exporter,
    Launcher,
    Listener,
    Loss,
    Metric,
    Optimizer,
    Schedule,
    Search,
    UnknownName,
    Words,
    html,
)
from zookit.core.errors import did_you_mean
from zookit.core.experiment import DEFAULT_LOSS, DEFAULT_OPTIMIZER
from zookit.core.metric import ALWAYS_LOGGED
from zookit.registry.blocking import block, matches
from zookit.registry.components import Components
from zookit.registry.kind import Kind, Row
from zookit.registry.metadata import Declared, Problem, scan
from zookit.registry.names import PLUGIN_FILES

C = TypeVar("C", bound=Component)


class _Row(Kind[C]):
    """A row of the table of kinds; on an instance of `Registry` it is the plugins of the kind."""

    @overload
    def __get__(self, registry: None, owner: type) -> Self: ...
    @overload
    def __get__(self, registry: "Registry", owner: type) -> Components[C]: ...
    def __get__(self, registry: "Registry | None", owner: type) -> "Self | Components[C]":
        return self if registry is None else registry.of(self)


class Registry:
    """The plugins of all installed distributions. Reads their metadata once.

    Args:
        path: the folders to search for distributions; `sys.path` if None.
    """

    # The table of kinds. The attribute is the plural, `zookit.PLURAL` the entry-point group.
    datasets = _Row("data set", Dataset)
    architectures = _Row("architecture", Architecture)
    callbacks = _Row("callback", Callback, several=True)
    optimizers = _Row(
        "optimizer",
        Optimizer,
        option="--optimizer",
        help="How the weights follow the gradients.",
        default=DEFAULT_OPTIMIZER.short_name,
    )
    schedules = _Row(
        "schedule",
        Schedule,
        option="--learning-rate",
        help="The learning rate: a number, or a schedule. The optimizer's own if not given.",
    )
    losses = _Row(
        "loss",
        Loss,
        option="--loss",
        help="What training minimizes.",
        default=DEFAULT_LOSS.short_name,
    )
    metrics = _Row(
        "metric",
        Metric,
        option="--metric",
        keyword="metrics",
        several=True,
        always=ALWAYS_LOGGED,
        help="What to measure in addition to loss and accuracy. Can be repeated.",
    )
    augmentations = _Row(
        "augmentation",
        Augmentation,
        option="--augment",
        several=True,
        help="Random changes to the training images, in the order given. Can be repeated.",
    )
    exporters = _Row("exporter", Exporter, option="--to", recorded=False)
    listeners = _Row(
        "listener",
        Listener,
        option="--with",
        keyword="listeners",
        several=True,
        recorded=False,
    )
    launchers = _Row(
        "launcher",
        Launcher,
        option="--launcher",
        recorded=False,
        help="Where the runs of a sweep are trained.",
        default="local",
    )
    searches = _Row(
        "search",
        Search,
        option="--search",
        recorded=False,
        help="Which combinations of a sweep are tried, and in which order.",
        default="grid",
    )
    models: _Row[Any] = _Row("model", None, recorded=False, is_data=True)
    commands: _Row[Any] = _Row("command", None, recorded=False)

    def __init__(self, path: list[str] | None = None) -> None:
        self._path = path
        self._components: dict[Row, Components[Any]] = {}

    @classmethod
    def kinds(cls) -> tuple[Row, ...]:
        """Return all kinds, in the order of the table."""
        return tuple(each for each in vars(cls).values() if isinstance(each, Kind))

    @cached_property
    def _scanned(self) -> tuple[list[Declared], list[Problem]]:
        declared, problems = scan(frozenset(kind.group for kind in self.kinds()), self._path)
        if not os.environ.get(PLUGIN_FILES):
            return declared, problems
        from zookit.registry.plugin_files import declared_in_files  # only if files are named

        in_files, unusable = declared_in_files(self.kinds())
        return declared + in_files, problems + unusable

    @property
    def problems(self) -> list[Problem]:
        """The distributions whose metadata cannot be used, and why."""
        return list(dict.fromkeys(each for group in self.groups() for each in group.problems))

    def of(self, kind: Row) -> Components[Any]:
        """Return the plugins of a kind."""
        if kind not in self._components:
            self._components[kind] = Components(kind, *self._scanned, self.kinds())
        return self._components[kind]

    def groups(self) -> tuple[Components[Any], ...]:
        """Return the plugins of all kinds, data sets first."""
        return tuple(self.of(kind) for kind in self.kinds())

    def components(self) -> tuple[Components[Any], ...]:
        """Return the plugins of the kinds that are components, which commands are not."""
        return tuple(group for group in self.groups() if group.kind.base)

    def group(self, plural: str) -> Components[Any]:
        """Return a kind by its plural, such as "datasets". Raises KeyError."""
        return self.of({kind.plural: kind for kind in self.kinds()}[plural])

    def add_file(self, path: str | Path, *, usable: bool = True) -> None:
        """Offer the plugins of a Python file, as ZOOKIT_PLUGINS does, also to child processes.

        It replaces another file of that name. Raises BrokenPlugin if the file has no component or
        cannot be read; if it need not be `usable`, that is one of the `problems` instead.
        """
        # Only if a file is named.
        from zookit.registry.plugin_files import add_plugin_file, offer_file

        if usable:
            add_plugin_file(path, self.kinds())
        else:
            offer_file(Path(path).expanduser().absolute())
        self._components.clear()
        vars(self).pop("_scanned", None)

    def words(self, text: str) -> str:
        """Return words with the full name in place of `FILE.py:Class`, and offer that file.

        Other words are returned as they are. Raises UnknownName and BrokenPlugin.
        """
        if ".py" not in text:
            return text
        from zookit.registry.plugin_files import words_of_file  # only if a file is named

        found = words_of_file(text, self.kinds())
        if found is None:
            return text
        words, declared = found
        next(group for group in self.groups() if group.kind.group == declared.group).add(declared)
        return str(Words(declared.full_name, words.items))

    def block(self, name: str) -> None:
        """Block plugins in this process and its child processes, as ZOOKIT_DISABLE does.

        Args:
            name: a name, `distribution/name` or a distribution.

        Raises:
            UnknownName: nothing of that name is installed.
        """
        installed = [
            entry
            for group in self.groups()
            for entry in (*group.entries(), *group.former_entries(), *group.blocked())
        ]
        if not any(matches(entry, name) for entry in installed):
            names = {each for e in installed for each in (e.name, e.full_name, e.distribution)}
            raise UnknownName(
                f"no plugin named {name!r} to block.{did_you_mean(name, names)} Expected a name, "
                "DISTRIBUTION/NAME or a distribution.",
                "To see what is installed: zookit list",
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
