"""An entry point of a plugin. The plugin is imported only when it is loaded."""

import importlib
import re
import sys
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar, cast

from zookit.core import BrokenPlugin, html
from zookit.core.declaration import Parameter, parameters
from zookit.core.errors import reraise_interruption, typed_reason_of
from zookit.registry.kind import Row
from zookit.registry.metadata import Declared
from zookit.registry.names import canonical_name, model_folder

T = TypeVar("T")


@dataclass(frozen=True, repr=False)
class Entry(Generic[T]):
    """The name, owner and location of a plugin, from the metadata of its distribution."""

    kind: Row
    declared: Declared

    @property
    def name(self) -> str:
        """The name that selects the plugin."""
        return self.declared.name

    @property
    def full_name(self) -> str:
        """`distribution/name`, which is unique."""
        return self.declared.full_name

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
        """The location of the plugin: `module:Class`, or the folder of data."""
        return self.declared.value

    @property
    def location(self) -> str:
        """The location of the plugin, for messages: of one in a file, `FILE.py:Class`."""
        file = self.declared.file
        return f"{file}:{self.value.partition(':')[2]}" if file else self.value

    @property
    def advice(self) -> str:
        """What to do about a mistake in the plugin: a file is the user's own."""
        in_file = bool(self.declared.file)
        return "Correct the file." if in_file else report_to(self.declared.distribution)

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

        It is read from the source code, so nothing is imported. That of data is the
        summary of its distribution; if that is about more, the first paragraph of the card.
        """
        if self.kind.is_data:
            if self.value == model_folder(self.declared.distribution):
                return self.declared.summary
            from zookit.registry.model_card import card_summary  # only a few models need it

            return card_summary(self.declared)
        from zookit.registry.source import docstring_of  # most commands show no summary

        paragraph = " ".join(docstring_of(self.value).partition("\n\n")[0].split())
        return re.split(r"(?<=[.!?]) (?=[A-Z])", paragraph)[0]

    @property
    def formerly(self) -> tuple[str, ...]:
        """The names that the plugin had before, as its source code says; nothing is imported."""
        from zookit.registry.source import constant_of  # only needed if a class has two names

        found = constant_of(self.value, "formerly")
        return tuple(found) if isinstance(found, tuple | list) else ()

    def load(self) -> type[T]:
        """Import and return the component's class, or the command's function.

        Raises BrokenPlugin if the import fails, the plugin is not valid for its kind, or the kind
        is one of data.
        """
        if self.kind.is_data:
            raise self.broken("is data, which cannot be loaded as a plugin")
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

        in_file = bool(self.declared.file)
        if in_file:
            importlib.import_module("zookit.registry.plugin_files")  # lets Python find them

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
            advice = self.advice if in_file else f"{import_advice(reason)}."
            raise self.broken(
                f"cannot be imported: {reason}{_line(error, self)}", advice
            ) from error
        complaint = self.kind.complaint(loaded)
        if complaint:
            raise self.broken(f"is not a valid {self.kind.singular}: {complaint}", self.advice)
        return cast(type[T], loaded)

    def broken(self, complaint: str, advice: str = "") -> BrokenPlugin:
        """Return an error that names the plugin and its package, and says what is wrong."""
        error = BrokenPlugin(
            f"{self.kind.singular} {self.name!r} of {self.owner} ({self.location}) {complaint}.",
            advice,
        )
        error.complaint = f"{complaint}."
        return error

    def __repr__(self) -> str:
        return f"<{self.kind.singular} {self.name} of {self.owner} ({self.location})>"

    def _repr_html_(self) -> str:
        facts = ("name", self.name), ("kind", self.kind.singular)
        return html.table((), (*facts, ("owner", self.owner), ("location", self.location)))


def report_to(*distributions: str) -> str:
    """Return the advice to report a mistake in a plugin of one of these distributions."""
    return f"Report this to the author of {' or '.join(distributions)}."


def _line(error: BaseException, entry: Entry[Any]) -> str:
    """Return the line of a file in which its import failed; empty for a package."""
    if not entry.declared.file:
        return ""
    from zookit.registry.frames import place_in  # only an error needs it

    line = place_in(error, entry.module).rpartition(":")[2]
    return f", in line {line}" if line else ""
