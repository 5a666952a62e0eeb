"""Which checks there are for each kind of plugin."""

from zookit.core import BrokenPlugin
from zookit.testing import architecture, callback, command, component, dataset, listener
from zookit.testing.check import Check
from zookit.testing.target import Subject

_BY_KIND = {
    "datasets": (*component.CHECKS, *dataset.CHECKS),
    "architectures": (*component.CHECKS, *architecture.CHECKS),
    "callbacks": (*component.CHECKS, *callback.CHECKS),
    "listeners": (*component.CHECKS, *listener.CHECKS),
    "commands": command.CHECKS,
}


def checks_of(subject: Subject) -> tuple[Check, ...]:
    """The checks for a subject's kind, cheap ones first; of one that does not load, only that."""
    try:
        subject.entry.load()
    except BrokenPlugin:
        return (Check(component.loads),)
    return tuple(Check(function) for function in _BY_KIND[subject.entry.kind.plural])
