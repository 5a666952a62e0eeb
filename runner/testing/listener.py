"""What is asked of listeners."""

import logging

from zookit.core import BrokenPlugin, ComponentSpec
from zookit.core.messages import logger
from zookit.testing.check import ContractBroken, require
from zookit.testing.target import Subject
from zookit.testing.trial_training import Failing, small_training
from zookit.training.listeners import Listening, set_up


def hooks_are_those_of_a_run(subject: Subject) -> None:
    """It has hooks, spelt as in zookit.core.hookspecs and marked with @hookimpl.

    They take no arguments but those that are offered.
    """
    _listening(subject)


def goes_through_a_run(subject: Subject) -> None:
    """Told of a small run, it fails in nothing, nor does what it offers to train with.

    A tracker keeps that run wherever it is set to keep runs.
    """
    _require_silent(subject)


def goes_through_a_failing_run(subject: Subject) -> None:
    """Told of a small run that fails, it fails in nothing itself."""
    _require_silent(subject, Failing())


def _require_silent(subject: Subject, *callbacks: Failing) -> None:
    one = _listening(subject)
    failures = _Failures(one.name)
    logger.addFilter(failures.take)
    try:
        small_training(callbacks=callbacks, listening=(one,))
    except RuntimeError:
        if not callbacks:
            raise
    finally:
        logger.removeFilter(failures.take)
    require(not failures.told, " ".join(failures.told))


class _Failures:
    """What is warned of a listener, kept off the terminal."""

    def __init__(self, name: str) -> None:
        self.told: list[str] = []
        self._beginning = f"{name} failed in "

    def take(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if text.startswith(self._beginning):
            self.told.append(text)
            return False
        return True


def _listening(subject: Subject) -> Listening:
    try:
        return set_up(
            subject.component, ComponentSpec(subject.entry.full_name), subject.entry.owner
        )
    except BrokenPlugin as error:
        raise ContractBroken(str(error)) from error


CHECKS = (hooks_are_those_of_a_run, goes_through_a_run, goes_through_a_failing_run)
