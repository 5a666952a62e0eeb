"""What is asked of commands."""

from zookit.conformance.alone import ask
from zookit.conformance.check import require
from zookit.conformance.component import is_known_without_tensorflow, loads
from zookit.conformance.subject import Subject


def helps(subject: Subject) -> None:
    """Its --help says what it does and what it takes."""
    require(ask(subject, "help").strip(), "it says nothing of what it does; give it a docstring")


CHECKS = (loads, is_known_without_tensorflow, helps)
