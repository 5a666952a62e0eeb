"""The entries of one kind."""

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Generic, TypeVar

from zookit.core import AmbiguousName, UnknownName, html
from zookit.core.errors import did_you_mean, nearest_name, quoted
from zookit.core.messages import option
from zookit.core.words import is_name
from zookit.registry.blocking import blockers, is_blocked
from zookit.registry.entry import Entry
from zookit.registry.install_advice import install_advice
from zookit.registry.kind import Row
from zookit.registry.metadata import Declared, Problem
from zookit.registry.names import PLUGIN_FILES, canonical_name, model_folder, shared_model_folder

T = TypeVar("T")

_LONGEST = 500
"""The most characters of a name and of a location."""
_SHOWN = 3
"""The most packages that could not be read to name in an error."""
_LISTED = 30
"""The most names to list in an error."""


class Group(Mapping[str, Entry[T]], Generic[T]):
    """A mapping from names to entries. No plugin is imported until its entry is loaded.

    Both `name` and `distribution/name` are valid keys; iteration yields the plain names that are.
    If two distributions offer a name, looking it up raises AmbiguousName, and only the full names
    are keys, as they are of a class that was added from a file. Blocked entries (see
    ZOOKIT_DISABLE) are not in the mapping; `blocked` returns them. A name that a plugin had before
    (see `Component.formerly`) is a key too, for the entry of its new name; `former` returns them.
    """

    def __init__(self, kind: Row, declared: list[Declared], problems: list[Problem]) -> None:
        self.kind = kind
        self._all: list[Entry[T]] = []
        self.problems = list(problems)
        for each in declared:
            if each.group != kind.group:
                continue
            complaint = _malformed(each, kind)
            if complaint:
                self.problems.append(Problem(f"{each.distribution}=={each.version}", complaint))
            else:
                self._all.append(Entry(kind, each))
        self._all.sort(key=lambda entry: (entry.name, entry.owner))
        self._by_name: dict[str, list[Entry[T]]] = defaultdict(list)
        for entry in self._all:
            self._by_name[entry.name].append(entry)
            self._by_name[_folded(entry.full_name)].append(entry)

    def add(self, declared: Declared) -> None:
        """Add a plugin by its full name alone, in place of another of that full name."""
        entry: Entry[T] = Entry(self.kind, declared)
        key = _folded(entry.full_name)
        before = self._by_name[key]
        if entry in before:
            return
        self._all = [entry, *(each for each in self._all if each not in before)]
        self._all.sort(key=lambda entry: (entry.name, entry.owner))
        for name in (entry.name, key):
            self._by_name[name] = [each for each in self._by_name[name] if each not in before]
        self._by_name[key].append(entry)

    def entries(self) -> tuple[Entry[T], ...]:
        """Return the entries that are not blocked, sorted by name and owner.

        Entries that share a name are included, those of old names are not.
        """
        return tuple(
            entry
            for entry in self._all
            if not self._is_blocked(entry) and entry.full_name not in self._former
        )

    def former(self) -> dict[str, Entry[T]]:
        """Return the entry of the new name by old name.

        The names are sorted, and none is blocked. A name that two distributions offer is the full
        one.
        """
        return {
            old.full_name if self.is_ambiguous(old.name) else old.name: new
            for old, new in self.former_entries().items()
        }

    def former_entries(self) -> dict[Entry[T], Entry[T]]:
        """Return the entry of the new name by that of the old name, in the order of `entries`."""
        return {e: self._former[e.full_name] for e in self._old if not self._is_blocked(e)}

    @cached_property
    def _old(self) -> list[Entry[T]]:
        return [entry for entry in self._all if entry.full_name in self._former]

    @cached_property
    def _former(self) -> dict[str, Entry[T]]:
        """The entry that each old name stands for, by the full old name."""
        same: dict[tuple[str, str], list[Entry[T]]] = defaultdict(list)
        for entry in self._all:
            same[entry.distribution, entry.value].append(entry)
        former: dict[str, Entry[T]] = {}
        for entries in same.values() if not self.kind.is_data else ():
            old_names = entries[0].formerly if len(entries) > 1 else ()
            current = [entry for entry in entries if entry.name not in old_names]
            if old_names and current:
                former |= {e.full_name: current[0] for e in entries if e.name in old_names}
        return former

    def blocked(self) -> tuple[Entry[T], ...]:
        """Return the entries that are blocked by ZOOKIT_DISABLE."""
        return tuple(entry for entry in self._all if self._is_blocked(entry))

    def _is_blocked(self, entry: Entry[T]) -> bool:
        """Return whether a plugin is blocked by any of its names."""
        current = self._former.get(entry.full_name, entry)
        old = (each for each in self._old if self._former[each.full_name] is current)
        return is_blocked(current) or any(map(is_blocked, old))

    def is_blocked(self, name: str) -> bool:
        """Return whether all entries of this name are blocked."""
        return bool(self._by_name.get(_folded(name))) and not self._found(name)

    def is_ambiguous(self, name: str) -> bool:
        """Return whether more than one entry has this name."""
        return len(self._found(name)) > 1

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(e.name for e in self.entries() if e.name in self))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and len(self._found(name)) == 1

    def __getitem__(self, name: str) -> Entry[T]:
        found = self._found(name)
        if not found:
            raise MissingEntry(*self._unknown(name))
        if len(found) > 1:
            raise AmbiguousName(self._ambiguous(name, found))
        return found[0]

    def _found(self, name: str) -> list[Entry[T]]:
        named = (e for e in self._by_name.get(_folded(name), ()) if not self._is_blocked(e))
        return [self._former.get(entry.full_name, entry) for entry in named]

    def old_name_in(self, name: str) -> tuple[str, ...]:
        """Return a statement about a name that is the old one of a plugin; none of any other."""
        short = name.rpartition("/")[2]
        return tuple(
            f"{short!r} is now called {entry.name!r}"
            for entry in self._found(name)
            if entry.name != short
        )

    def _unknown(self, name: str) -> tuple[str, str]:
        full = (entry.full_name for entry in self.entries())
        names = sorted(set(full if "/" in name else self.shown_names()))
        if name.partition("/")[0].endswith(".py"):
            return self._not_in_file(name)
        install = install_advice(name)
        if install:  # another component of an installed package is not meant
            names = [each for each in names if each.endswith(f"/{name.rpartition('/')[2]}")]
        return (
            f"no {self.kind.singular} named {name!r}.{self.reasons_missing(name)}",
            f"{self._did_you_mean(name, names)} {install or self._installed(names)}".lstrip(),
        )

    def _installed(self, names: list[str]) -> str:
        if len(names) > _LISTED:
            plural = self.kind.plural
            show = option(f"'zookit list {plural}'", f"print(zookit.registry.{plural})")
            return f"Installed are {len(names)}: {show} shows them."
        return f"Installed: {', '.join(names)}." if names else "None are installed."

    def _not_in_file(self, name: str) -> tuple[str, str]:
        file = name.partition("/")[0]
        for problem in self.problems:
            if problem.name == canonical_name(file):
                return f"{file} cannot be used: {problem.reason}.", problem.advice
        paths = os.environ.get(PLUGIN_FILES, "").split(os.pathsep)
        path = next((each for each in paths if Path(each).name == file), None)
        if path is not None:
            offered = [e.full_name for e in self.entries() if e.declared.file]
            missing = f"{path} has no {self.kind.singular} {name.partition('/')[2]!r}."
            advice = f"In files: {', '.join(offered) or 'none'}."
            return f"{missing}{did_you_mean(name, offered)}", advice
        python = f"zookit.registry.default.add_file('{file}')"
        return (
            f"the {self.kind.singular} {name} is in a file that is not named here.",
            f"Name the file: {option(f'zookit --plugin {file} COMMAND ...', python)}",
        )

    def _did_you_mean(self, name: str, names: list[str]) -> str:
        """Return a hint; for a name that is like an old one, the new name."""
        former = {old: new.name for old, new in self.former().items()}
        nearest = nearest_name(name, [*names, *former]) or self._described_by(name)
        return f" Did you mean {former.get(nearest, nearest)!r}?" if nearest else ""

    def _described_by(self, name: str) -> str | None:
        from zookit.registry.corrections import described_by  # only needed for errors

        return described_by(name, self)

    def reasons_missing(self, name: str) -> str:
        """Return sentences that may explain why a name is not found, or an empty text."""
        text = ""
        blocked = self._by_name.get(_folded(name))
        if blocked:
            owners = " and ".join(entry.owner for entry in blocked)
            text += f" {name!r} of {owners} is blocked by {blockers()}."
        packages = [each for each in self.problems if not each.file]
        if packages:
            shown = [f"{each.distribution}: {each.reason}" for each in packages[:_SHOWN]]
            more = len(packages) - len(shown)
            broken = "; ".join([*shown, *([f"{more} more, see zookit doctor"] if more else [])])
            text += f" Reinstall the packages that could not be read: {broken}."
        for each in self.problems:
            if each.file:
                text += f" {each.distribution} cannot be used: {each.reason}. {each.advice}"
        return text

    def _ambiguous(self, name: str, found: list[Entry[T]]) -> str:
        choices = list(dict.fromkeys(entry.full_name for entry in found))
        if len(choices) == 1 and found[0].declared.file:
            classes = " and ".join(entry.value.partition(":")[2] for entry in found)
            return f"{found[0].declared.file}: {classes} both mean {name!r}. Rename one of them."
        if len(choices) == 1:
            return (
                f"{found[0].owner} declares the {self.kind.singular} {name!r} twice. "
                f"{found[0].advice}"
            )
        owners = " and ".join(dict.fromkeys(entry.owner for entry in found))
        return (
            f"{self.kind.singular} {name!r} is ambiguous: {owners} offer it. Write "
            f"{' or '.join(choices)}."
        )

    def __repr__(self) -> str:
        return f"<{self.kind.plural}: {', '.join(self.shown_names()) or 'none'}>"

    def _repr_html_(self) -> str:
        rows = zip(self.shown_names(), self.entries(), strict=True)
        return html.table(
            (self.kind.singular, "owner", "location"),
            [(name, entry.owner, entry.value) for name, entry in rows],
        )

    def shown_names(self) -> tuple[str, ...]:
        """Return a name for each of `entries`: the full name if the plain one is another's too."""
        return tuple(
            entry.name if self._found(entry.name) == [entry] else entry.full_name
            for entry in self.entries()
        )


class MissingEntry(UnknownName, KeyError):
    """A name is not in the group. Also a KeyError, because the group is a mapping."""

    __str__ = UnknownName.__str__  # KeyError would add quotes


def _malformed(declared: Declared, kind: Row) -> str | None:
    name, value = declared.name, declared.value
    if "/" in name or not is_name(name):
        return (
            f"the name {quoted(name)} in {declared.group!r} must consist of lower-case letters, "
            "digits and _, and start with a letter"
        )
    if len(name) > _LONGEST or len(value) > _LONGEST:
        return f"{quoted(name)} in {declared.group!r} is longer than {_LONGEST} characters"
    if kind.is_data:
        folders = (
            model_folder(declared.distribution),
            shared_model_folder(declared.distribution, name),
        )
        expected = " or ".join(folders)
        wrong = f"{name} = {quoted(value)} in {declared.group!r} must name the folder {expected}"
        return None if value in folders else wrong
    module, colon, attribute = value.partition(":")
    parts = (*module.split("."), *attribute.split("."))
    if not colon or not all(part.isidentifier() for part in parts):
        return f"{name} = {quoted(value)} in {declared.group!r} must be module:Class"
    return None


def _folded(name: str) -> str:
    distribution, slash, plain = name.rpartition("/")
    return f"{distribution and canonical_name(distribution)}{slash}{plain}"
