"""The result of `Components.build`."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from zookit.core import Component, ComponentSpec

C = TypeVar("C", bound=Component)


@dataclass(frozen=True)
class Built(Generic[C]):
    """A component, the name and parameters it was built from, and its owner.

    `spec` holds the full name (`distribution/name`) and every parameter, defaults included.
    `owner` is `distribution==version`, or None if no entry point names the component's class.
    """

    component: C
    spec: ComponentSpec
    owner: str | None
