"""When to write a checkpoint: often enough to lose little, rarely enough to cost little."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from zookit.core import BadParameter

VARIABLE = "ZOOKIT_CHECKPOINT_MINUTES"
MINUTES = 5.0
"""Minutes between checkpoints within an epoch, unless the variable is set."""
_SHARE = 0.05
"""The largest fraction of the training time for checkpoints, not counting the last one."""


class CheckpointSchedule:
    """Decides when a checkpoint is due, from the time that earlier ones took.

    Raises BadParameter if ZOOKIT_CHECKPOINT_MINUTES is not a number of minutes.
    """

    def __init__(self) -> None:
        self._within_epoch = 60 * _minutes()
        self._spent = self._longest = 0.0
        self.start()

    def start(self) -> None:
        """Start measuring: the training starts now."""
        self._started = self._last = time.monotonic()

    def is_due(self) -> bool:
        """Whether another checkpoint is affordable; the first one always is."""
        passed = time.monotonic() - self._started
        return self._spent + self._longest <= _SHARE * passed or not self._spent

    def is_due_within_epoch(self) -> bool:
        """Whether the minutes since the last checkpoint have passed and another is affordable."""
        return time.monotonic() - self._last >= self._within_epoch and self.is_due()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Measure the time that writing a checkpoint takes."""
        started = time.monotonic()
        yield
        self._last = time.monotonic()
        self._spent += self._last - started
        self._longest = max(self._longest, self._last - started)


def _minutes() -> float:
    text = os.environ.get(VARIABLE, "").strip()
    try:
        minutes = float(text or MINUTES)
        if minutes >= 0:
            return minutes
    except ValueError:
        pass
    raise BadParameter(
        f"{VARIABLE} must be a number of minutes such as 5 or 0.5, got {text!r}. 0 writes a "
        "checkpoint whenever possible."
    )
