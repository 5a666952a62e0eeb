"""What is asked of commands."""

from zookit.testing.check import require
from zookit.testing.component import is_known_without_tensorflow, loads
from zookit.testing.subprocess_checks import ask
from zookit.testing.target import Subject


def helps(subject: Subject) -> None:
    """Its --help says what it does and what it takes."""
    require(ask(subject, "help").strip(), "it says nothing of what it does; give it a docstring")


CHECKS = (loads, is_known_without_tensorflow, helps)
