"""The result of `Components.build`."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from zookit.core import Component, ComponentSpec
from zookit.core.messages import warn_once

C = TypeVar("C", bound=Component)


@dataclass(frozen=True)
class Built(Generic[C]):
    """A component, the name and parameters it was built from, and its owner.

    `spec` holds the full name (`distribution/name`) and every parameter, defaults included.
    `owner` is `distribution==version`, or None if no entry point names the component's class.
    `old_names` has a statement about each old name that was given, see `warn_of_old_names`.
    """

    component: C
    spec: ComponentSpec
    owner: str | None
    old_names: tuple[str, ...] = ()


def warn_of_old_names(*built: Built[Any]) -> None:
    """Warn in one line of all old names that these components were given by.

    The experiments of a sweep have the same components, so each line is given once there.
    """
    report_old_names(line for each in built for line in each.old_names)


def report_old_names(statements: Iterable[str]) -> None:
    """Warn of old names in one line, if there are any: `'a' is now called 'b'`."""
    found = dict.fromkeys(statements)
    if found:
        warn_once(f"{'; '.join(found)}. The old names still work.")
