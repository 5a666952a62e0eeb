"""The components of one kind."""

from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec
from typing import Generic, TypeVar

from zookit.core import (
    BadParameter,
    BadWords,
    Component,
    ComponentSpec,
    NotInstalled,
    UnknownName,
    Words,
    ZookitError,
)
from zookit.core.declaration import declaration_complaint
from zookit.core.errors import Correction, folded, quoted, reraise_interruption, typed_reason_of
from zookit.core.messages import with_article
from zookit.core.old_names import old_names_in, renames_of
from zookit.core.parameters import checked, create
from zookit.registry.blocking import blockers
from zookit.registry.built import Built
from zookit.registry.entry import Entry
from zookit.registry.group import Group
from zookit.registry.instances import instead_of
from zookit.registry.kind import Kind, Row
from zookit.registry.metadata import Declared, Problem
from zookit.registry.methods import method_complaint

C = TypeVar("C", bound=Component)


class Components(Group[C], Generic[C]):
    """The entries of a kind whose plugins are components, such as data sets."""

    def __init__(
        self,
        kind: Kind[C],
        declared: list[Declared],
        problems: list[Problem],
        kinds: Sequence[Row],
    ) -> None:
        super().__init__(kind, declared, problems)
        self._kinds = kinds

    def build(self, given: "str | Words | ComponentSpec | C") -> Built[C]:
        """Build a component from words, a component spec or an instance.

        An instance is checked and returned with its spec and its owner.

        Raises UnknownName, AmbiguousName, BrokenPlugin, NotInstalled, BadWords or BadParameter.
        """
        base = self.kind.base
        assert base is not None, "commands are not components"
        if isinstance(given, base):
            return self._from_instance(given)
        if isinstance(given, Component):
            raise UnknownName(
                f"{type(given).__name__} is not {with_article(self.kind.singular)}. Expected a "
                f"zookit.core.{base.__name__}."
            )
        if isinstance(given, str):
            return self._from_text(given)
        if not isinstance(given, Words | ComponentSpec):
            raise BadWords(
                f"expected {with_article(self.kind.singular)} as words, such as 'NAME:KEY=VALUE', "
                "or "
                f"as an instance of zookit.core.{base.__name__}; got {quoted(given)}."
                f"{instead_of(given)}"
            )
        if isinstance(given, ComponentSpec) and not given.registered:
            raise UnknownName(
                f"{self.kind.singular} {given.name!r} is not registered: no entry point names its "
                "class. Pass an instance from Python."
            )
        return self._create(self[given.name], given)

    def _create(self, entry: Entry[C], given: Words | ComponentSpec) -> Built[C]:
        """Create the component of an entry, with the name and the parameters that are given."""
        if entry.declared.file:
            from zookit.registry.plugin_files import check_unchanged  # only if a file is named

            check_unchanged(entry.declared)
        kind = entry.load()
        _check_packages(entry.name, kind)
        old = self.old_name_in(given.name)
        values = given if isinstance(given, Words) else given.parameters
        name = given.name if isinstance(given, Words) and not old else entry.name
        try:
            component = create(kind, values, name)
        except ZookitError:
            raise
        except BaseException as error:  # its __post_init__ may raise anything
            reraise_interruption(error)
            from zookit.registry.frames import innermost_frame  # only an error needs it

            if innermost_frame(error, {entry.module}) is None:
                raise
            raise entry.broken(f"cannot be created: {typed_reason_of(error)}") from error
        keys = dict(values.items) if isinstance(values, Words) else values
        old += old_names_in(kind, keys, entry.name)
        return Built(component, ComponentSpec.of(entry.full_name, component), entry.owner, old)

    def _from_text(self, text: str) -> Built[C]:
        if ".py" in text:
            # Only if a file is named.
            from zookit.registry.plugin_files import words_of_file

            try:
                in_file = words_of_file(text, self._kinds)
            except UnknownName as error:
                error.correction = self.correction(text)
                raise
            if in_file is not None:
                words, declared = in_file
                self._add_from_file(text, declared)
                return self._create(self[declared.full_name], words)
        try:
            return self.build(Words.parse(text))
        except (BadWords, UnknownName, BadParameter) as error:
            always = self._meant_always(text)
            if always:
                noun = f"{self.kind.singular} {always!r}"
                raise UnknownName(f"every run has the {noun}.", "Leave it out.") from None
            from zookit.registry.source import declares  # only needed for errors

            unknown = getattr(error, "unknown", "")
            owners = (each.name for each in self.entries() if declares(each.module, unknown))
            own = isinstance(error, BadParameter) and self._begins_with(text, unknown)
            if own or not (isinstance(error, BadParameter) and error.name_owners(owners)):
                error.correction = error.correction or self.correction(text)
            raise

    def _begins_with(self, text: str, unknown: str) -> bool:
        """Return whether a parameter of the component begins like an unknown one.

        Then it is meant, even if another component has one that is called so: `beta` of adam.
        """
        own = self[Words.parse(text).name].parameters if unknown else ()
        return any(folded(each.name).startswith(folded(unknown)) for each in own)

    def _add_from_file(self, text: str, declared: Declared) -> None:
        """Add a class that a text names. Raises UnknownName if it is of another kind."""
        if declared.group != self.kind.group:
            kind = next(each for each in self._kinds if each.group == declared.group)
            raise UnknownName(
                f"{text} is {with_article(kind.singular)}, not {with_article(self.kind.singular)}; "
                f"{kind.usage(text)}"
            )
        self.add(declared)

    def correction(self, text: str) -> Correction | None:
        """Return the valid words that a text probably means, if any."""
        if self.is_blocked(text.partition(":")[0]) or self._meant_always(text):
            return None
        if ".py" in text:
            from zookit.registry.plugin_files import corrected_file  # only if a file is named

            with suppress(ZookitError):
                in_file = corrected_file(text, self._kinds, self.kind)
                if in_file is not None:
                    self.build(in_file)
                    return Correction(text, in_file)
        from zookit.registry.corrections import corrected, words_of_entries  # only for errors

        instead = corrected(
            text,
            [*self, *self.former()],
            lambda words: self.build(Words.parse(words)),
            self._keys,
            lambda other: words_of_entries(other, self),
        )
        if not instead:
            return None
        words = Words.parse(instead)
        name = words.name if "/" in words.name else self[words.name].name
        return Correction(text, str(Words(name, words.items)))

    def _meant_always(self, text: str) -> str | None:
        name = text.partition(":")[0]
        return None if name in self else self.kind.meant_always(name)

    def _keys(self, name: str) -> list[str]:
        """Return the names of a component's parameters, the old ones last."""
        entry = self[name]
        return [*(each.name for each in entry.parameters), *renames_of(entry.load())]

    def _from_instance(self, instance: C) -> Built[C]:
        assert self.kind.base is not None
        kind = type(instance)
        complaint = declaration_complaint(kind) or method_complaint(kind, self.kind.base)
        if complaint:
            raise BadParameter(f"{type(instance).__name__} cannot be used: {complaint}.")
        _check_packages(type(instance).__name__, type(instance))
        component = checked(instance)
        for entry in self.blocked():
            if entry.names(type(component)):
                raise UnknownName(f"{entry.full_name} is blocked by {blockers()}.")
        for entry in self.entries():
            if entry.names(type(component)):
                return Built(component, ComponentSpec.of(entry.full_name, component), entry.owner)
        name = f"{type(component).__module__}:{type(component).__qualname__}"
        return Built(component, ComponentSpec.of(name, component), None)


def packages_missing(kind: type[Component]) -> list[str]:
    """Return the names to pass to pip to install the packages that are missing."""
    missing = (package for module, package in kind.packages.items() if not _is_installed(module))
    return list(dict.fromkeys(missing))  # modules of one extra have the same name for pip


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # its parent package
        return False


def _check_packages(name: str, kind: type[Component]) -> None:
    missing = packages_missing(kind)
    if missing:
        packages = " ".join(f"'{each}'" for each in missing)
        raise NotInstalled(
            f"{name} needs a package that is not installed. Run: pip install {packages}"
        )
