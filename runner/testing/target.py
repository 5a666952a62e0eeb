"""The target of the checks: an installed plugin and its parameters."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from zookit.core import BrokenPlugin, Component, Dataset, DataUnavailable, UnknownName, Words
from zookit.core.errors import did_you_mean
from zookit.data.fetching import fetched
from zookit.registry import Built, Entry, Registry, default
from zookit.registry.names import canonical_name


class NotApplicable(Exception):
    """A check does not apply to this plugin; the message says why."""


@dataclass(eq=False)
class Batch:
    """The targets of one call of `targets`, and what child processes answered about them.

    `answers` holds, for each question, the answer about each target; a process is started for the
    whole batch, since starting one takes longer than most answers.
    """

    registry: Registry = default
    targets: list["Target"] = field(default_factory=list)
    answers: dict[str, dict["Target", dict[str, Any]]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Target:
    """An installed plugin to check: its registry entry and the words that select it."""

    entry: Entry[Any]
    words: Words
    batch: Batch = field(default_factory=Batch, repr=False)

    def __str__(self) -> str:
        return f"{self.entry.kind.singular} {self.words}"

    @property
    def needs_parameters(self) -> bool:
        """Whether a required parameter is missing from the words."""
        required = [each for each in self.entry.parameters if each.default is None]
        return bool(required) and not self.words.items

    def build(self) -> Built[Any]:
        """Build a new component, of a data set with its files on this machine.

        Raises NotApplicable if a required parameter is missing or the files are not available, and
        the registry's errors.
        """
        if self.needs_parameters:
            raise NotApplicable(
                f"it has required parameters: check {self.words.name}:NAME=VALUE instead"
            )
        group = self.batch.registry.group(self.entry.kind.plural)
        words = Words(self.entry.full_name, self.words.items)
        built = group.build(words)
        if not isinstance(built.component, Dataset):
            return built
        try:
            return fetched(built)
        except DataUnavailable as error:
            raise NotApplicable(f"its data is not available: {error}") from error

    @cached_property
    def component(self) -> Any:
        """One component for all checks. Raises as `build` does."""
        return self.build().component

    @property
    def kind(self) -> type[Component]:
        """The component's class."""
        loaded: type[Component] = self.entry.load()
        return loaded


def targets(*names: str, registry: Registry = default) -> tuple[Target, ...]:
    """Return the plugins that the names mean.

    A distribution's name means all plugins it offers, and so does the path of a Python file; words
    (`dense:units=8`) mean the plugin of that name, or all of them if several kinds have the name.

    Raises UnknownName, AmbiguousName, BadWords or BadParameter; BrokenPlugin if a distribution's
    entry points cannot be read.
    """
    batch = Batch(registry)
    for name in names:
        batch.targets += _find(name, batch)
    return tuple(batch.targets)


def _find(name: str, batch: Batch) -> list[Target]:
    registry = batch.registry
    if name.endswith(".py"):
        registry.add_file(name)
        name = Path(name).name
    name = registry.words(name) if ":" in name else name
    distribution = canonical_name(name)
    for problem in registry.problems:
        if problem.name == distribution:
            raise BrokenPlugin(f"{problem.distribution}: {problem.reason}. {problem.advice}")
    entries = [entry for group in registry.groups() for entry in group.entries()]
    offered = [entry for entry in entries if entry.distribution == distribution]
    if offered:
        return [Target(entry, Words(entry.name), batch) for entry in offered]
    plugin = name.partition(":")[0]
    groups = [group for group in registry.groups() if plugin in group or group.is_ambiguous(plugin)]
    if not groups:
        known = {each for entry in entries for each in (entry.name, entry.declared.distribution)}
        raise UnknownName(
            f"no plugin or distribution named {plugin!r}.{did_you_mean(plugin, known)}",
            "Your own package must be installed: run pip install -e '.[test]' in its folder, or, "
            "for a model, pip install dist/NAME.whl. To see what is installed or blocked: zookit "
            "list",
        )
    words = Words.parse(name)
    found = [Target(group[plugin], words, batch) for group in groups]
    for target in found:
        if words.items:
            target.build()  # wrong parameters are the user's error, not the plugin's
    return found
