"""Which checks apply to which kind of plugin."""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

from zookit.core import BrokenPlugin
from zookit.registry.kind import Row
from zookit.testing import component
from zookit.testing.check import Check
from zookit.testing.target import Target


def checks_for(target: Target) -> tuple[Check, ...]:
    """Return the checks for a target's kind, fast ones first.

    If the plugin cannot be loaded, the only check is the one that says so. Data is not loaded.
    """
    try:
        if not target.entry.kind.is_data:
            target.entry.load()
    except BrokenPlugin:
        return (Check(component.loads),)
    return tuple(Check(function) for function in contract_of(target.entry.kind))


def contract_of(kind: Row) -> tuple[Callable[[Target], None], ...]:
    """Return the checks of a kind: those of `zookit.testing.STEM`, after those of all components.

    A kind without such a module has only those of all components.
    """
    common = component.CHECKS if kind.base is not None else ()
    name = f"zookit.testing.{kind.stem}"
    return (*common, *import_module(name).CHECKS) if find_spec(name) else common
