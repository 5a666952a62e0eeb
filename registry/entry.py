"""One plugin as its distribution declares it, imported only when asked."""

import importlib
import inspect
import sys
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar, cast

from packaging.utils import canonicalize_name

from zookit.core import BrokenPlugin
from zookit.core.declaration import Parameter, declaration_complaint, parameters
from zookit.core.errors import typed_reason_of
from zookit.registry.metadata import Declared

T = TypeVar("T")


@dataclass(frozen=True)
class Kind(Generic[T]):
    """A kind of plugin: what it is called, its entry-point group and its contract.

    `base` is what a component subclasses; None for commands, which are no components.
    """

    singular: str
    plural: str
    group: str
    base: type[T] | None

    def complaint(self, loaded: object) -> str | None:
        """Why this is not what the group promises, or None."""
        if self.base is None:
            is_command = callable(loaded) and not isinstance(loaded, type)
            return None if is_command else "it is neither a function nor a typer.Typer"
        if not (isinstance(loaded, type) and issubclass(loaded, self.base)):
            return f"it is not a subclass of zookit.core.{self.base.__name__}"
        if inspect.isabstract(loaded):
            missing = ", ".join(sorted(getattr(loaded, "__abstractmethods__", ())))
            return f"it does not define {missing}"
        return declaration_complaint(loaded)


@dataclass(frozen=True)
class Entry(Generic[T]):
    """A plugin's name, owner and place, known without importing it."""

    kind: Kind[T]
    declared: Declared

    @property
    def name(self) -> str:
        """The name by which it is chosen."""
        return self.declared.name

    @property
    def full_name(self) -> str:
        """`distribution/name`, which is never ambiguous."""
        return f"{self.declared.distribution}/{self.declared.name}"

    @property
    def distribution(self) -> str:
        """The distribution that offers it, in the form that compares equal."""
        return canonicalize_name(self.declared.distribution)

    @property
    def owner(self) -> str:
        """`distribution==version`."""
        return f"{self.declared.distribution}=={self.declared.version}"

    @property
    def value(self) -> str:
        """Where it is defined: `module:Class`."""
        return self.declared.value

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Its parameters. Imports the plugin's module."""
        return parameters(self.load())

    @property
    def summary(self) -> str:
        """The first line of its docstring. Imports the plugin's module."""
        return (inspect.getdoc(self.load()) or "").partition("\n")[0]

    def load(self) -> type[T]:
        """Import the component's class, or a command's function.

        Raises BrokenPlugin where that fails or it is not what its group promises.
        """
        return self._loaded

    def names(self, component: type) -> bool:
        """Whether this is the entry of that class. Imports nothing."""
        module, _, attribute = self.value.partition(":")
        found: object = sys.modules.get(module)
        for part in attribute.split("."):
            found = getattr(found, part, None)
        return found is component

    @cached_property
    def _loaded(self) -> type[T]:
        module_name, _, attribute = self.value.partition(":")
        try:
            loaded: object = importlib.import_module(module_name)
            for part in attribute.split("."):
                loaded = getattr(loaded, part)
        except (Exception, SystemExit) as error:  # Whatever a stranger's module does.
            raise self._broken(
                f"cannot be imported: {typed_reason_of(error)}. "
                "Upgrade, reinstall or uninstall that package"
            ) from error
        complaint = self.kind.complaint(loaded)
        if complaint:
            raise self._broken(
                f"is not what {self.kind.group!r} promises: {complaint}. Tell that package's author"
            )
        return cast(type[T], loaded)

    def _broken(self, complaint: str) -> BrokenPlugin:
        return BrokenPlugin(
            f"{self.kind.singular} {self.name!r} of {self.owner} ({self.value}) {complaint}."
        )
