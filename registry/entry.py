"""An entry point of a plugin. The plugin is imported only when it is loaded."""

import importlib
import inspect
import re
import sys
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar, cast

from zookit.core import BrokenPlugin, html
from zookit.core.declaration import Parameter, declaration_complaint, parameters
from zookit.core.errors import reraise_interruption, typed_reason_of
from zookit.registry.metadata import Declared
from zookit.registry.methods import method_complaint
from zookit.registry.names import canonical_name

T = TypeVar("T")


@dataclass(frozen=True)
class Kind(Generic[T]):
    """A kind of plugin.

    Args:
        singular: the noun in messages, such as "data set".
        plural: the name on the command line and in `zookit.registry`, such as "datasets".
        group: the entry-point group.
        base: the class that components subclass; None for commands, which are not components.
    """

    singular: str
    plural: str
    group: str
    base: type[T] | None

    def complaint(self, loaded: object) -> str | None:
        """Return why an object cannot be a plugin of this kind; None if it can."""
        if self.base is None:
            is_command = callable(loaded) and not isinstance(loaded, type)
            return None if is_command else "it is neither a function nor a typer.Typer"
        if not (isinstance(loaded, type) and issubclass(loaded, self.base)):
            return f"it is not a subclass of zookit.core.{self.base.__name__}"
        if inspect.isabstract(loaded):
            missing = ", ".join(sorted(getattr(loaded, "__abstractmethods__", ())))
            return f"it does not define {missing}"
        return declaration_complaint(loaded) or method_complaint(loaded, self.base)


@dataclass(frozen=True, repr=False)
class Entry(Generic[T]):
    """The name, owner and location of a plugin, from the metadata of its distribution."""

    kind: Kind[T]
    declared: Declared

    @property
    def name(self) -> str:
        """The name that selects the plugin."""
        return self.declared.name

    @property
    def full_name(self) -> str:
        """`distribution/name`, which is unique."""
        return f"{self.declared.distribution}/{self.declared.name}"

    @property
    def distribution(self) -> str:
        """The normalized name of the distribution."""
        return canonical_name(self.declared.distribution)

    @property
    def owner(self) -> str:
        """`distribution==version`."""
        return f"{self.declared.distribution}=={self.declared.version}"

    @property
    def value(self) -> str:
        """The location of the plugin: `module:Class`."""
        return self.declared.value

    @property
    def module(self) -> str:
        """The module that the plugin is in."""
        return self.value.partition(":")[0]

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters of the component. Imports the plugin."""
        return parameters(self.load())

    @property
    def summary(self) -> str:
        """The first sentence of the plugin's docstring; empty if its source is not found.

        It is read from the source code, so nothing is imported.
        """
        from zookit.registry.source import docstring_of  # most commands show no summary

        paragraph = " ".join(docstring_of(self.value).partition("\n\n")[0].split())
        return re.split(r"(?<=[.!?]) (?=[A-Z])", paragraph)[0]

    def load(self) -> type[T]:
        """Import and return the component's class, or the command's function.

        Raises BrokenPlugin if the import fails or the plugin is not valid for its kind.
        """
        return self._loaded

    def names(self, component: type) -> bool:
        """Return whether this entry names that class. Imports nothing."""
        module, _, attribute = self.value.partition(":")
        found: object = sys.modules.get(module)
        for part in attribute.split("."):
            found = getattr(found, part, None)
        return found is component

    @cached_property
    def _loaded(self) -> type[T]:
        from zookit.registry.import_effects import import_effects_undone  # a list loads nothing

        module_name, _, attribute = self.value.partition(":")
        try:
            with import_effects_undone(f"{self.kind.singular} {self.name!r} of {self.owner}"):
                loaded: object = importlib.import_module(module_name)
            for part in attribute.split("."):
                loaded = getattr(loaded, part)
        except BaseException as error:  # a plugin may raise anything on import
            reraise_interruption(error)
            from zookit.registry.import_advice import import_advice  # only needed for errors

            reason = typed_reason_of(error)
            advice = import_advice(reason)
            raise self.broken(f"cannot be imported: {reason}. {advice}") from error
        complaint = self.kind.complaint(loaded)
        if complaint:
            raise self.broken(
                f"is not a valid {self.kind.singular}: {complaint}. Report this to the author of "
                "the package"
            )
        return cast(type[T], loaded)

    def broken(self, complaint: str) -> BrokenPlugin:
        """Return an error that names the plugin and its package, and says what is wrong."""
        return BrokenPlugin(
            f"{self.kind.singular} {self.name!r} of {self.owner} ({self.value}) {complaint}."
        )

    def __repr__(self) -> str:
        return f"<{self.kind.singular} {self.name} of {self.owner} ({self.value})>"

    def _repr_html_(self) -> str:
        facts = ("name", self.name), ("kind", self.kind.singular)
        return html.table((), (*facts, ("owner", self.owner), ("location", self.value)))
