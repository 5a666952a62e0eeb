"""The progress of training."""

import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from zookit.runs.checkpoint import Checkpoint


@dataclass(eq=False)
class State:
    """The progress of training.

    `history` has one value per epoch for each logged name, `seconds` the duration of each epoch,
    `executions` counts those of the current epoch, which started at `epoch_started` (monotonic
    clock, seconds).
    """

    history: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    seconds: list[float] = field(default_factory=list)
    executions: int = 0
    epoch_started: float = 0.0

    @classmethod
    def of(cls, checkpoint: Checkpoint | None) -> Self:
        """Return the state at a checkpoint, or at the start of training."""
        state = cls()
        if checkpoint is not None:
            for name, values in checkpoint.position.history.items():
                state.history[name] = list(values)
            state.seconds = list(checkpoint.position.seconds)
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
        for name, value in values.items():
            self.history[name].append(value)
        self.seconds.append(time.monotonic() - self.epoch_started)

    def plain_history(self) -> dict[str, tuple[float, ...]]:
        """Return the history as it is now."""
        return {name: tuple(values) for name, values in self.history.items()}


def logged_values(logs: Mapping[str, Any] | None) -> dict[str, float]:
    """Return Keras's logs as numbers, the loss first and validation last; Keras sorts by name."""
    logs = logs or {}
    names = sorted(logs, key=lambda name: (name.startswith("val_"), not name.endswith("loss")))
    return {name: float(logs[name]) for name in names}


def format_values(values: Mapping[str, float]) -> str:
    """Return `loss 0.4321  accuracy 0.8450`."""
    return "  ".join(f"{name} {value:.4f}" for name, value in values.items())
