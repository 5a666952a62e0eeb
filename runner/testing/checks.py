"""Which checks apply to which kind of plugin."""

from zookit.core import BrokenPlugin
from zookit.testing import architecture, callback, command, component, dataset, export, listener
from zookit.testing.check import Check
from zookit.testing.target import Target

_BY_KIND = {
    "datasets": (*component.CHECKS, *dataset.CHECKS),
    "architectures": (
        *component.CHECKS,
        *architecture.CHECKS,
        export.exports_to_every_format,
    ),
    "callbacks": (*component.CHECKS, *callback.CHECKS),
    "listeners": (*component.CHECKS, *listener.CHECKS),
    "commands": command.CHECKS,
}


def checks_for(target: Target) -> tuple[Check, ...]:
    """Return the checks for a target's kind, fast ones first.

    If the plugin cannot be loaded, the only check is the one that says so.
    """
    try:
        target.entry.load()
    except BrokenPlugin:
        return (Check(component.loads),)
    return tuple(Check(function) for function in _BY_KIND[target.entry.kind.plural])
