"""The components of one kind: looked up by name and built."""

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
)
from zookit.core.declaration import declaration_complaint
from zookit.core.errors import quoted
from zookit.core.parameters import checked, create, plain_values
from zookit.registry.built import Built
from zookit.registry.group import Group

C = TypeVar("C", bound=Component)


class Components(Group[C], Generic[C]):
    """A group whose entries are components."""

    def build(self, given: "str | Words | ComponentSpec | C") -> Built[C]:
        """Build a component from words, a component spec or an instance.

        An instance is checked and returned with its spec and its owner.

        Raises UnknownName, AmbiguousName, BrokenPlugin, NotInstalled, BadWords or BadParameter.
        """
        base = self.kind.base
        assert base is not None, "commands are no components"
        if isinstance(given, base):
            return self._from_instance(given)
        if isinstance(given, Component):
            raise UnknownName(
                f"{type(given).__name__} is not {_article(self.kind.singular)} "
                f"(a zookit.core.{base.__name__})."
            )
        if isinstance(given, str):
            given = Words.parse(given)
        if not isinstance(given, Words | ComponentSpec):
            raise BadWords(
                f"{quoted(given)} is neither words nor an instance of zookit.core.{base.__name__}."
            )
        if isinstance(given, ComponentSpec) and not given.rebuildable:
            raise UnknownName(
                f"{self.kind.singular} {given.name!r} cannot be looked up: it was made by hand, of "
                "a class that no entry point names. Use it from Python again, as an instance."
            )
        entry = self[given.name]
        kind = entry.load()
        _check_packages(entry.name, kind)
        if isinstance(given, ComponentSpec):
            component = create(kind, given.parameters, entry.name)
        else:
            component = create(kind, given)
        spec = ComponentSpec(entry.full_name, plain_values(component))
        return Built(component, spec, entry.owner)

    def _from_instance(self, instance: C) -> Built[C]:
        complaint = declaration_complaint(type(instance))
        if complaint:
            raise BadParameter(f"{type(instance).__name__} cannot be used: {complaint}.")
        _check_packages(type(instance).__name__, type(instance))
        component = checked(instance)
        values = plain_values(component)
        for entry in self.blocked():
            if entry.names(type(component)):
                raise UnknownName(f"{entry.full_name} is blocked.{self.why_missing(entry.name)}")
        for entry in self.entries():
            if entry.names(type(component)):
                return Built(component, ComponentSpec(entry.full_name, values), entry.owner)
        made_by = f"{type(component).__module__}:{type(component).__qualname__}"
        return Built(component, ComponentSpec(made_by, values), None)


def packages_missing(kind: type[Component]) -> list[str]:
    """What to give pip for the packages that a component needs and that are not installed."""
    return [wanted for module, wanted in kind.packages.items() if not _is_there(module)]


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # the package that it would be in
        return False


def _check_packages(name: str, kind: type[Component]) -> None:
    missing = packages_missing(kind)
    if missing:
        wanted = " ".join(f"'{each}'" for each in missing)
        raise NotInstalled(
            f"{name} needs a package that is not installed. Install it: pip install {wanted}"
        )


def _article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
