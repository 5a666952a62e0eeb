"""When a checkpoint is due: often enough to lose little, rarely enough to cost little."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from zookit.core import BadParameter

VARIABLE = "ZOOKIT_CHECKPOINT_MINUTES"
MINUTES = 5.0
"""Within an epoch, unless the variable says otherwise."""
_SHARE = 0.05
"""The most of a training's time that checkpoints may take, but for the last one."""


class Pace:
    """Tells when a checkpoint is due, by what those before it took.

    Raises BadParameter where ZOOKIT_CHECKPOINT_MINUTES is no number of minutes.
    """

    def __init__(self) -> None:
        self._within_epoch = 60 * _minutes()
        self._spent = self._longest = 0.0
        self.begin()

    def begin(self) -> None:
        """The training begins now."""
        self._began = self._last = time.monotonic()

    def is_due(self) -> bool:
        """Whether one more is affordable; the first always is."""
        passed = time.monotonic() - self._began
        return self._spent + self._longest <= _SHARE * passed or not self._spent

    def is_due_within_epoch(self) -> bool:
        """Whether so many minutes have gone by since the last one, and one more is affordable."""
        return time.monotonic() - self._last >= self._within_epoch and self.is_due()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Take the time that writing one takes."""
        began = time.monotonic()
        yield
        self._last = time.monotonic()
        self._spent += self._last - began
        self._longest = max(self._longest, self._last - began)


def _minutes() -> float:
    text = os.environ.get(VARIABLE, "").strip()
    try:
        minutes = float(text or MINUTES)
        if minutes >= 0:
            return minutes
    except ValueError:
        pass
    raise BadParameter(f"{VARIABLE} is {text!r}, expected minutes, such as 5 or 0.5; 0 is always.")
