"""The entries of one kind, by name."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar

from packaging.utils import canonicalize_name

from zookit.core import AmbiguousName, UnknownName
from zookit.core.errors import did_you_mean
from zookit.core.words import is_name
from zookit.registry.blocking import VARIABLE, is_blocked
from zookit.registry.entry import Entry, Kind
from zookit.registry.metadata import Declared, Problem

T = TypeVar("T")


class Group(Mapping[str, Entry[T]], Generic[T]):
    """A mapping from name to entry. Nothing is imported until an entry is loaded.

    Iterating gives the plain names that choose one entry; `name` and `distribution/name` both
    index. A name that two distributions claim is no key, and indexing it raises AmbiguousName;
    `entries` has all but those that ZOOKIT_DISABLE names, which are in `blocked`.
    """

    def __init__(self, kind: Kind[T], declared: list[Declared], problems: list[Problem]) -> None:
        self.kind = kind
        self._all: list[Entry[T]] = []
        self.problems = list(problems)
        for each in declared:
            if each.group != kind.group:
                continue
            complaint = _malformed(each)
            if complaint:
                self.problems.append(Problem(f"{each.distribution}=={each.version}", complaint))
            else:
                self._all.append(Entry(kind, each))
        self._all.sort(key=lambda entry: (entry.name, entry.owner))
        self._by_name: dict[str, list[Entry[T]]] = defaultdict(list)
        for entry in self._all:
            self._by_name[entry.name].append(entry)
            self._by_name[_folded(entry.full_name)].append(entry)

    def entries(self) -> tuple[Entry[T], ...]:
        """Every entry that is not blocked, also those that share a name, by name and owner."""
        return tuple(entry for entry in self._all if not is_blocked(entry))

    def blocked(self) -> tuple[Entry[T], ...]:
        """Every entry that ZOOKIT_DISABLE names."""
        return tuple(entry for entry in self._all if is_blocked(entry))

    def is_blocked(self, name: str) -> bool:
        """Whether it would be a key, did not ZOOKIT_DISABLE name what it means."""
        return bool(self._by_name.get(_folded(name))) and not self._found(name)

    def is_ambiguous(self, name: str) -> bool:
        """Whether more than one entry claims this plain name."""
        return len(self._found(name)) > 1

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(e.name for e in self.entries() if not self.is_ambiguous(e.name)))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and len(self._found(name)) == 1

    def __getitem__(self, name: str) -> Entry[T]:
        found = self._found(name)
        if not found:
            raise _Missing(self._unknown(name))
        if len(found) > 1:
            raise AmbiguousName(self._ambiguous(name, found))
        return found[0]

    def _found(self, name: str) -> list[Entry[T]]:
        return [entry for entry in self._by_name.get(_folded(name), ()) if not is_blocked(entry)]

    def _unknown(self, name: str) -> str:
        entries = self.entries()
        known = sorted({entry.full_name if "/" in name else entry.name for entry in entries})
        installed = f"Installed: {', '.join(known)}." if known else "None is installed."
        return (
            f"no {self.kind.singular} {name!r}.{did_you_mean(name, known)} {installed}"
            f"{self.why_missing(name)}"
        )

    def why_missing(self, name: str) -> str:
        """What may be why a name is no key, as further sentences of an error: it is blocked, ..."""
        text = ""
        blocked = self._by_name.get(_folded(name))
        if blocked:
            owners = " and ".join(entry.owner for entry in blocked)
            text += f" That of {owners} is blocked: take it out of --no-plugin and {VARIABLE}."
        if self.problems:
            broken = "; ".join(f"{each.distribution}: {each.reason}" for each in self.problems)
            text += f" Not read, reinstall if it should offer that name: {broken}."
        return text

    def _ambiguous(self, name: str, found: list[Entry[T]]) -> str:
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


def _folded(name: str) -> str:
    distribution, slash, plain = name.rpartition("/")
    return f"{canonicalize_name(distribution)}{slash}{plain}"
