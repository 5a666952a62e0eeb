"""Components that zookit offers without an entry point, as the registry would return them."""

from functools import cache
from importlib.metadata import version
from typing import TypeVar

from zookit.core import Component, ComponentSpec
from zookit.registry import Built

C = TypeVar("C", bound=Component)

OWNER = "zookit"
"""The distribution that owns them."""


def built_in(name: str, component: C) -> Built[C]:
    """Return a component with its spec, which has the full name, and its owner."""
    return Built(component, ComponentSpec.of(f"{OWNER}/{name}", component), _owner())


@cache
def _owner() -> str:
    return f"{OWNER}=={version(OWNER)}"
