"""The contract of listeners."""

import logging

from zookit.core import BrokenPlugin
from zookit.core.messages import logger
from zookit.testing.check import ContractBroken, require
from zookit.testing.target import Target
from zookit.testing.trial_training import Failing, small_training
from zookit.training.listeners import AttachedListener, attach_component


def hooks_are_those_of_a_run(target: Target) -> None:
    """It has at least one of the hooks of a run, such as run_finished, marked with @hookimpl.

    Its hooks take only arguments that zookit offers.
    """
    _attach(target)


def works_during_a_run(target: Target) -> None:
    """During a small run, none of its hooks and Keras callbacks fails.

    A listener that reports to a server reports this run too.
    """
    _require_no_failure(target)


def works_during_a_failing_run(target: Target) -> None:
    """None of its hooks fails during a small run that fails."""
    _require_no_failure(target, Failing())


def _require_no_failure(target: Target, *callbacks: Failing) -> None:
    listener = _attach(target)
    failures = _Failures(listener.name)
    logger.addFilter(failures.collect)
    try:
        small_training(callbacks=callbacks, listeners=(listener,))
    except RuntimeError:
        if not callbacks:
            raise
    finally:
        logger.removeFilter(failures.collect)
    require(not failures.messages, " ".join(failures.messages))


class _Failures:
    """The warnings about a listener, which are not shown."""

    def __init__(self, name: str) -> None:
        self.messages: list[str] = []
        self._beginning = f"{name} failed in "

    def collect(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if not message.startswith(self._beginning):
            return True
        self.messages.append(message)
        return False


def _attach(target: Target) -> AttachedListener:
    try:
        return attach_component(target.build())
    except BrokenPlugin as error:
        raise ContractBroken(str(error)) from error


CHECKS = (hooks_are_those_of_a_run, works_during_a_run, works_during_a_failing_run)
