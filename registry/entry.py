"""One component as its distribution declares it, imported only when asked."""

import importlib
import inspect
import sys
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

from zookit.core import BrokenPlugin, Component
from zookit.core.declaration import Parameter, declaration_complaint, parameters
from zookit.core.errors import typed_reason_of
from zookit.registry.metadata import Declared

C = TypeVar("C", bound=Component)


@dataclass(frozen=True)
class Kind(Generic[C]):
    """A kind of component: what it is called, its entry-point group and its contract."""

    singular: str
    plural: str
    group: str
    base: type[C]


@dataclass(frozen=True)
class Entry(Generic[C]):
    """A component's name, owner and place, known without importing it."""

    kind: Kind[C]
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

    def load(self) -> type[C]:
        """Import the component's class.

        Raises BrokenPlugin where that fails or the class is not what its group promises.
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
    def _loaded(self) -> type[C]:
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
        base = self.kind.base
        if not (isinstance(loaded, type) and issubclass(loaded, base)):
            raise self._not_promised(f"it is not a subclass of zookit.core.{base.__name__}")
        if inspect.isabstract(loaded):
            missing = ", ".join(sorted(getattr(loaded, "__abstractmethods__", ())))
            raise self._not_promised(f"it does not define {missing}")
        complaint = declaration_complaint(loaded)
        if complaint:
            raise self._not_promised(complaint)
        return loaded

    def _not_promised(self, complaint: str) -> BrokenPlugin:
        return self._broken(
            f"is not what {self.kind.group!r} promises: {complaint}. Tell that package's author"
        )

    def _broken(self, complaint: str) -> BrokenPlugin:
        return BrokenPlugin(
            f"{self.kind.singular} {self.name!r} of {self.owner} ({self.value}) {complaint}."
        )
