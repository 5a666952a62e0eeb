"""The components of one kind, by name."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Generic, TypeVar

from zookit.core import (
    AmbiguousName,
    BadParameter,
    BadWords,
    Chosen,
    Component,
    UnknownName,
    Words,
)
from zookit.core.declaration import declaration_complaint
from zookit.core.errors import did_you_mean, quoted
from zookit.core.parameters import checked, create, plain_values
from zookit.core.words import is_name
from zookit.registry.entry import Entry, Kind
from zookit.registry.metadata import Declared, Problem, normalized

C = TypeVar("C", bound=Component)


class Group(Mapping[str, Entry[C]], Generic[C]):
    """A mapping from name to entry. Nothing is imported until an entry is loaded.

    Iterating gives the plain names that choose one entry; `name` and `distribution/name` both
    index. A name that two distributions claim is no key, and indexing it raises AmbiguousName;
    `entries` has all.
    """

    def __init__(self, kind: Kind[C], declared: list[Declared], problems: list[Problem]) -> None:
        self.kind = kind
        self._entries: dict[str, list[Entry[C]]] = defaultdict(list)
        self.problems = list(problems)
        for each in declared:
            if each.group != kind.group:
                continue
            complaint = _malformed(each)
            if complaint:
                self.problems.append(Problem(f"{each.distribution}=={each.version}", complaint))
            else:
                self._entries[each.name].append(Entry(kind, each))
        self._by_full_name: dict[str, list[Entry[C]]] = defaultdict(list)
        for entry in self.entries():
            self._by_full_name[_folded(entry.full_name)].append(entry)

    def entries(self) -> tuple[Entry[C], ...]:
        """Every entry, also those that share a name, by name and owner."""
        return tuple(
            entry
            for name in sorted(self._entries)
            for entry in sorted(self._entries[name], key=lambda entry: entry.owner)
        )

    def is_ambiguous(self, name: str) -> bool:
        """Whether more than one entry claims this plain name."""
        return len(self._entries.get(name, ())) > 1

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(name for name in self._entries if not self.is_ambiguous(name)))

    def __len__(self) -> int:
        return sum(not self.is_ambiguous(name) for name in self._entries)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and len(self._found(name)) == 1

    def __getitem__(self, name: str) -> Entry[C]:
        found = self._found(name)
        if not found:
            raise _Missing(self._unknown(name))
        if len(found) > 1:
            raise AmbiguousName(self._ambiguous(name, found))
        return found[0]

    def build(self, given: "str | Words | Chosen | C") -> tuple[C, Chosen, str | None]:
        """A component from words, a chosen name or an instance.

        Returns the component, what it is called with all its parameters filled in, and its owner
        (`distribution==version`), which is None for an instance whose class no entry point names.

        Raises UnknownName, AmbiguousName, BrokenPlugin, BadWords or BadParameter.
        """
        if isinstance(given, self.kind.base):
            return self._from_instance(given)
        if isinstance(given, Component):
            raise UnknownName(
                f"{type(given).__name__} is not {_article(self.kind.singular)} "
                f"(a zookit.core.{self.kind.base.__name__})."
            )
        if isinstance(given, str):
            given = Words.parse(given)
        if isinstance(given, Chosen):
            entry = self[given.name]
            component = create(entry.load(), given.parameters, entry.name)
        elif isinstance(given, Words):
            entry = self[given.name]
            component = create(entry.load(), given)
        else:
            raise BadWords(
                f"{quoted(given)} is neither words nor an instance of "
                f"zookit.core.{self.kind.base.__name__}."
            )
        return component, Chosen(entry.full_name, plain_values(component)), entry.owner

    def _from_instance(self, instance: C) -> tuple[C, Chosen, str | None]:
        complaint = declaration_complaint(type(instance))
        if complaint:
            raise BadParameter(f"{type(instance).__name__} cannot be used: {complaint}.")
        component = checked(instance)
        values = plain_values(component)
        for entry in self.entries():
            if entry.names(type(component)):
                return component, Chosen(entry.full_name, values), entry.owner
        made_by = f"{type(component).__module__}:{type(component).__qualname__}"
        return component, Chosen(made_by, values), None

    def _found(self, name: str) -> list[Entry[C]]:
        if "/" in name:
            return self._by_full_name.get(_folded(name), [])
        return self._entries.get(name, [])

    def _unknown(self, name: str) -> str:
        entries = self.entries()
        known = sorted({entry.full_name if "/" in name else entry.name for entry in entries})
        installed = f"Installed: {', '.join(known)}." if known else "None is installed."
        text = f"no {self.kind.singular} {name!r}.{did_you_mean(name, known)} {installed}"
        if self.problems:
            broken = "; ".join(f"{each.distribution}: {each.reason}" for each in self.problems)
            text += f" Not read, reinstall if it should offer that name: {broken}."
        return text

    def _ambiguous(self, name: str, found: list[Entry[Any]]) -> str:
        choices = list(dict.fromkeys(entry.full_name for entry in found))
        if len(choices) == 1:
            return (
                f"{self.kind.singular} {name!r} is declared twice by {found[0].owner}. "
                "Tell that package's author."
            )
        owners = " and ".join(dict.fromkeys(entry.owner for entry in found))
        return (
            f"{self.kind.singular} {name!r} is offered by {owners}. Write {' or '.join(choices)}."
        )


class _Missing(UnknownName, KeyError):
    """Both what the command line prints and what a mapping must raise."""

    __str__ = Exception.__str__  # KeyError's puts quotes around the message


def _malformed(declared: Declared) -> str | None:
    if "/" in declared.name or not is_name(declared.name):
        return (
            f"the name {declared.name!r} in {declared.group!r} is not lower-case letters, digits "
            "and _, beginning with a letter"
        )
    module, colon, attribute = declared.value.partition(":")
    parts = (*module.split("."), *attribute.split("."))
    if not colon or not all(part.isidentifier() for part in parts):
        return f"{declared.name} = {declared.value!r} in {declared.group!r} is not module:Class"
    return None


def _folded(full_name: str) -> str:
    distribution, _, name = full_name.rpartition("/")
    return f"{normalized(distribution)}/{name}"


def _article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
