"""The progress of training."""

import math
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from zookit.runs.checkpoint import Checkpoint


@dataclass(eq=False)
class State:
    """The progress of training.

    `history` has the values of each logged name, `seconds` the duration of each epoch, `executions`
    counts those of the current epoch, which started at `epoch_started` (monotonic
    clock, seconds).
    """

    history: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    seconds: list[float] = field(default_factory=list)
    executions: int = 0
    epoch_started: float = 0.0
    last_logged: Mapping[str, float] = field(default_factory=dict)
    """What the training itself logged in the last epoch."""
    stopped_by: str | None = None
    """The callback that ended the training, empty if it is not known; None while none has."""
    restored_epoch: int | None = None
    """The epoch, counted from 1, whose weights a callback restored at the end of the training."""

    @classmethod
    def of(cls, checkpoint: Checkpoint | None) -> Self:
        """Return the state at a checkpoint, or at the start of training."""
        state = cls()
        if checkpoint is not None:
            for name, values in checkpoint.position.logged().items():
                state.history[name] = list(values)
            state.seconds = list(checkpoint.position.seconds)
            state.stopped_by = checkpoint.position.stopped_by or None
        return state

    @property
    def epochs(self) -> int:
        """The number of whole epochs."""
        return len(self.seconds)

    def start_epoch(self) -> None:
        """Start the clock and the count of executions."""
        self.executions = 0
        self.epoch_started = time.monotonic()

    def end_epoch(self, values: Mapping[str, float]) -> None:
        """Add the values of an epoch that has ended, and its duration."""
        self.last_logged = values
        for name, value in values.items():
            self.history[name].append(value)
        self.seconds.append(time.monotonic() - self.epoch_started)

    def add_values(self, values: Mapping[str, float]) -> None:
        """Add further values of the epoch that has just ended."""
        for name, value in values.items():
            column = self.history[name]
            column += [math.nan] * (self.epochs - 1 - len(column))  # not logged in earlier epochs
            column.append(value)

    def plain_history(self) -> dict[str, tuple[float, ...]]:
        """Return one value per epoch for each logged name, NaN where none was logged."""
        return {
            name: (*values, *[math.nan] * (self.epochs - len(values)))
            for name, values in self.history.items()
        }


def logged_values(logs: Mapping[str, Any] | None) -> dict[str, float]:
    """Return the numbers in Keras's logs, the loss first and validation last; Keras sorts by name.

    A value that is not finite is NaN.
    """
    numbers = {name: as_number(value) for name, value in (logs or {}).items()}
    names = sorted(
        numbers, key=lambda name: (name.startswith("val_"), name.removeprefix("val_") != "loss")
    )
    return {name: number for name in names if (number := numbers[name]) is not None}


def as_number(value: Any) -> float | None:
    """Return a logged value as a number, NaN if it is not finite, or None if it is not a number."""
    if isinstance(value, str | bytes) or getattr(value, "shape", ()) != ():
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else math.nan


def format_values(values: Mapping[str, float]) -> str:
    """Return `loss 0.4321  accuracy 0.8450`."""
    return "  ".join(f"{name} {value:.4f}" for name, value in values.items())
