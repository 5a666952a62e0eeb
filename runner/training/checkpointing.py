"""Writes checkpoints during training, and resumes a run from one."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zookit.core import BadRun, warn
from zookit.core.errors import typed_reason_of
from zookit.modeling.trainable import get_trainable, set_trainable
from zookit.runs.arrays import assign, numbered
from zookit.runs.checkpoint import (
    AUGMENTATIONS,
    METRICS,
    MODEL,
    OPTIMIZER,
    Checkpoint,
    Position,
    check_state,
    save_checkpoint,
    without_arrays,
)
from zookit.runs.run import CHECKPOINT
from zookit.runs.writer import written
from zookit.training.checkpoint_schedule import CheckpointSchedule
from zookit.training.state import State

if TYPE_CHECKING:
    import keras


@dataclass(eq=False, kw_only=True)
class Checkpointing:
    """Writes a run's checkpoints and, if it is resumed, restores the last one.

    `callbacks` are the Keras callbacks of the experiment, `names` their names in messages.
    """

    folder: Path
    identity_without_epochs: str
    model: "keras.Model"
    callbacks: "Sequence[keras.callbacks.Callback]"
    names: Sequence[str]
    state: State
    schedule: CheckpointSchedule
    resumed: Checkpoint | None = None
    _stateless: set[int] = field(default_factory=set)

    @property
    def path(self) -> Path:
        """The checkpoint's file."""
        return self.folder / CHECKPOINT

    @property
    def within_epoch(self) -> bool:
        """Whether the training continues within an epoch."""
        return self.resumed is not None and self.resumed.position.steps > 0

    def restore_variables(self) -> None:
        """Restore model and optimizer, and which layers are frozen.

        Raises BadRun if the checkpoint does not fit them.
        """
        if self.resumed is None:
            return
        flags = self.resumed.position.trainable
        try:
            set_trainable(self.model, flags or get_trainable(self.model))
        except ValueError:
            raise BadRun(
                f"{self.path} does not fit the model of its experiment: it has "
                f"{len(flags)} flags of frozen layers, expected {len(get_trainable(self.model))}. "
                "Install the version of the architecture's package that environment.json names."
            ) from None
        self._assign(MODEL, self.model.variables)
        self._assign(OPTIMIZER, self.model.optimizer.variables)
        self._assign(AUGMENTATIONS, self._random_states())

    def restore_metrics(self) -> None:
        """Restore the running metrics. Raises BadRun if the checkpoint does not fit them."""
        self._assign(METRICS, self.model.metrics_variables)

    def restore(self) -> None:
        """Restore the model, the optimizer and the callbacks.

        Raises BadRun if a callback does not accept its state.
        """
        if self.resumed is None:
            return
        self.restore_variables()
        for at, state in enumerate(self.resumed.position.states):
            if state is None or not has_state(self.callbacks[at]):
                continue
            try:
                check_state(state, self.callbacks[at].get_state())
                self.callbacks[at].set_state(state)
            except Exception as error:
                raise BadRun(
                    f"{self.path}: {self.names[at]} does not accept its saved state "
                    f"({typed_reason_of(error)}). The file or the callback's package has "
                    "changed."
                ) from error

    def warn_of_stateless(self) -> None:
        """Warn about callbacks whose state cannot be restored."""
        names = [
            name
            for name, callback in zip(self.names, self.callbacks, strict=True)
            if self.resumed is not None and not has_state(callback)
        ]
        if names:
            warn(
                f"{', '.join(names)}: no state to restore, because get_state and set_state are not "
                "implemented. The result may differ from that of an uninterrupted run."
            )

    def save(self, *, steps: int = 0) -> None:
        """Write a checkpoint after `steps` steps of the current epoch, 0 after a whole epoch."""
        model, state = self.model, self.state
        arrays = {
            **numbered(MODEL, model.variables),
            **numbered(OPTIMIZER, model.optimizer.variables),
            **numbered(AUGMENTATIONS, self._random_states()),
            **(numbered(METRICS, model.metrics_variables) if steps else {}),
        }
        position = Position(
            identity_without_epochs=self.identity_without_epochs,
            epochs=state.epochs,
            steps=steps,
            stopped=bool(model.stop_training) and not steps,
            stopped_by="" if steps else state.stopped_by or "",
            elapsed=time.monotonic() - state.epoch_started if steps else 0.0,
            history={
                name: tuple(None if math.isnan(each) else each for each in values)
                for name, values in state.plain_history().items()
            },
            seconds=tuple(state.seconds),
            trainable=get_trainable(model),
            states=tuple(self._state(at, arrays) for at in range(len(self.callbacks))),
        )
        with self.schedule.writing(), written(self.path) as aside:
            save_checkpoint(aside, Checkpoint(position, arrays))

    def _random_states(self) -> "list[keras.Variable]":
        from zookit.modeling.augmented_model import augmentation_variables  # imports Keras

        return augmentation_variables(self.model)

    def _assign(self, kind: str, variables: "list[keras.Variable]") -> None:
        if self.resumed is not None:
            assign(kind, variables, self.resumed.arrays, self.path)

    def _state(self, at: int, arrays: dict[str, Any]) -> Any:
        callback = self.callbacks[at]
        if not has_state(callback) or at in self._stateless:
            return None
        try:
            return without_arrays(callback.get_state(), arrays)
        except Exception as error:  # noqa: BLE001 - any error of a plugin's callback
            self._stateless.add(at)
            warn(
                f"{self.names[at]}: get_state failed ({typed_reason_of(error)}), so this run "
                "cannot be resumed exactly. Report this to the plugin's author."
            )
            return None


def has_state(callback: "keras.callbacks.Callback") -> bool:
    """Whether a callback can save its state and restore it."""
    return hasattr(callback, "get_state") and hasattr(callback, "set_state")
