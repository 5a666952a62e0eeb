"""A model with everything that trains it, and what happens between epochs."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from zookit.core import RunContext, TrainingFailed
from zookit.core.messages import option
from zookit.core.run_files import RunFiles
from zookit.modeling.freezing import Freezing
from zookit.training.added_values import AddedValues
from zookit.training.checkpointing import Checkpointing
from zookit.training.feeds import Feeds
from zookit.training.listeners import Listeners
from zookit.training.multi_step import MultiStep
from zookit.training.program import Program
from zookit.training.state import State

if TYPE_CHECKING:
    import keras


@dataclass(eq=False, kw_only=True)
class Loop:
    """A model, and everything it is trained with."""

    run: RunContext
    program: Program
    feeds: Feeds
    callbacks: "Sequence[keras.callbacks.Callback]"
    listeners: Listeners
    checkpointing: Checkpointing
    state: State
    freezing: Freezing
    run_files: RunFiles
    _added: AddedValues = field(default_factory=AddedValues)

    @property
    def model(self) -> "keras.Model":
        """The compiled model."""
        return self.program.model

    @property
    def multi_step(self) -> MultiStep:
        """What trains the model."""
        return self.program.multi_step

    def start_epoch(self, epoch: int) -> None:
        """Prepare an epoch: what is trained, the order of the images, the step to start from."""
        self.run_files.ended = None
        self.freezing.start_epoch(epoch + 1)
        train, checkpoint = self.feeds.train, self.checkpointing.resumed
        train.epoch = epoch
        train.first_chunk = 0
        self.state.start_epoch()
        if checkpoint is None or epoch != checkpoint.position.epochs:
            return
        if self.checkpointing.within_epoch:
            done, whole = (
                math.ceil(steps / self.multi_step.steps)
                for steps in (checkpoint.position.steps, len(train))
            )
            # The last execution may have had fewer steps than it was counted for.
            train.first_chunk = self.multi_step.skipped = min(done, whole)
            self.state.epoch_started -= checkpoint.position.elapsed

    def end_epoch(self, values: Mapping[str, float]) -> None:
        """Record the values of an epoch that has ended, and notify the listeners."""
        self.state.end_epoch(values)
        self.run_files.ended = self.state.epochs
        self.listeners.notify(
            "epoch_ended",
            epoch=self.state.epochs,
            values=MappingProxyType(dict(values)),  # no listener can change it for the others
            seconds=self.state.seconds[-1],
        )

    def end_training(self) -> None:
        """Let callbacks write files of the last epoch once more, before `on_train_end`."""
        self.run_files.ended = self.state.epochs or None

    def add_values(self, logs: dict[Any, Any]) -> None:
        """Record what callbacks added to the logs of the epoch, and notify the listeners."""
        state = self.state
        values = self._added.take(logs, state.last_logged, state.epochs)
        if values:
            state.add_values(values)
            self.listeners.notify(
                "values_added", epoch=state.epochs, values=MappingProxyType(values)
            )


def check_finite(logs: Mapping[str, Any] | None, where: str) -> None:
    """Raise TrainingFailed if a loss is not finite."""
    for name in ("loss", "val_loss"):
        value = float((logs or {}).get(name, 0.0))
        if not math.isfinite(value):
            raise TrainingFailed(
                f"the {name} became {value} {where}. Use a lower "
                f"{option('--learning-rate', 'learning_rate')}, and do not use "
                f"{option('--no-normalize', 'normalize=False')}."
            )
