"""What is checked: an installed plugin, with its parameters."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from packaging.utils import canonicalize_name

from zookit.core import BrokenPlugin, Component, UnknownName, Words
from zookit.core.errors import did_you_mean
from zookit.registry import Components, Entry, default


class NotApplicable(Exception):
    """A check has nothing to look at here; the message says why."""


@dataclass(frozen=True, eq=False)
class Subject:
    """An entry, and the words that choose it."""

    entry: Entry[Any]
    words: Words

    def __str__(self) -> str:
        return f"{self.entry.kind.singular} {self.words}"

    @property
    def needs_parameters(self) -> bool:
        """Whether there is a parameter that must be given, and none is."""
        required = [each for each in self.entry.parameters if each.default is None]
        return bool(required) and not self.words.items

    def build(self) -> Any:
        """A fresh component.

        Raises NotApplicable where it needs parameters that are not given, and ZookitError as the
        registry does.
        """
        if self.needs_parameters:
            raise NotApplicable(
                f"it has parameters that must be given: check {self.words.name}:NAME=VALUE"
            )
        components = cast(Components[Any], default.group(self.entry.kind.plural))
        return components.build(Words(self.entry.full_name, self.words.items)).component

    @cached_property
    def component(self) -> Any:
        """The component, built once. Raises as `build` does."""
        return self.build()

    @property
    def kind(self) -> type[Component]:
        """The component's class."""
        loaded: type[Component] = self.entry.load()
        return loaded


def subjects(*named: str) -> tuple[Subject, ...]:
    """What the names mean: a distribution all its plugins, words one plugin of each kind.

    Raises UnknownName, AmbiguousName, BadWords, BadParameter, and BrokenPlugin where a
    distribution's entry points cannot be read.
    """
    return tuple(subject for each in named for subject in _meant(each))


def _meant(named: str) -> list[Subject]:
    for problem in default.problems:
        if problem.name == canonicalize_name(named):
            raise BrokenPlugin(f"{problem.distribution}: {problem.reason}. Mend its metadata.")
    entries = [entry for group in default.groups() for entry in group.entries()]
    of_distribution = [
        Subject(entry, Words(entry.name))
        for entry in entries
        if entry.distribution == canonicalize_name(named)
    ]
    if of_distribution:
        return of_distribution
    name = named.partition(":")[0]
    groups = [group for group in default.groups() if name in group or group.is_ambiguous(name)]
    if not groups:
        known = {each for entry in entries for each in (entry.name, entry.declared.distribution)}
        raise UnknownName(
            f"neither a plugin nor a distribution with plugins is called {name!r}."
            f"{did_you_mean(name, known)} 'zookit list' shows what is installed and what of it is "
            "blocked."
        )
    words = Words.parse(named)
    found = [Subject(group[name], words) for group in groups]
    for subject in found:
        if words.items:
            subject.build()  # what is wrong with the parameters is not the plugin's fault
    return found
