"""The Keras callbacks of the training loop. Imports Keras, so it is imported once training starts.

`EpochCallback` comes first, so that between epochs all others see the model as Keras builds it.
A `StopCallback` comes after each of the experiment's callbacks. `AfterCallbacks` comes after them
all and before those of listeners, which cannot change what is recorded. `CheckpointCallback` comes
last, so that a checkpoint contains what all others have done.
"""

from typing import Any

import keras

from zookit.modeling.trainable import check_averages
from zookit.training.loop import Loop, check_finite
from zookit.training.signals import Interruption
from zookit.training.state import logged_values


class EpochCallback(keras.callbacks.Callback):
    """Shuffles each epoch, records its values and stops training if the loss is not finite."""

    def __init__(self, loop: Loop, signals: Interruption) -> None:
        super().__init__()
        self._loop = loop
        self._signals = signals

    def on_train_begin(self, logs: Any = None) -> None:
        self._loop.multi_step.remove()

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._loop.start_epoch(epoch)

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        self._signals.check()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        state = self._loop.state
        state.executions += 1
        # The loss is a running mean, so the first bad batch shows at once.
        steps = self.params["steps"]
        step = min(batch + 1, steps)
        check_finite(logs, f"in epoch {state.epochs + 1}, by step {step} of {steps}")

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._loop.multi_step.remove()
        check_finite(logs, f"at the end of epoch {epoch + 1}")
        self._loop.end_epoch(logged_values(logs))

    def on_train_end(self, logs: Any = None) -> None:
        self._loop.end_training()


class StopCallback(keras.callbacks.Callback):
    """Comes after a callback of the experiment, and notes whether that one ended the training.

    The first one comes before them all, has no name, and notes what ended it in another way.
    """

    def __init__(self, loop: Loop, name: str) -> None:
        super().__init__()
        self._state = loop.state
        self._name = name

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._look()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._look()

    def _look(self) -> None:
        if not self.model.stop_training:
            self._state.stopped_by = None
        elif self._state.stopped_by is None:
            self._state.stopped_by = self._name


class AfterCallbacks(keras.callbacks.Callback):
    """Handles what the callbacks of the experiment have done to the model and to the logs."""

    def __init__(self, loop: Loop) -> None:
        super().__init__()
        self._loop = loop

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        self._loop.multi_step.check()
        self._loop.multi_step.install()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._loop.multi_step.check()
        check_averages(self.model)  # there may be no further step that does
        self._loop.add_values(logs)

    def on_train_end(self, logs: Any = None) -> None:
        for each in self._loop.callbacks:  # the last one that restores weights decides
            if isinstance(each, keras.callbacks.EarlyStopping) and each.best_weights is not None:
                self._loop.state.restored_epoch = each.best_epoch + 1


class CheckpointCallback(keras.callbacks.Callback):
    """Restores the checkpoint that the run continues from, and writes new ones."""

    def __init__(self, loop: Loop, signals: Interruption) -> None:
        super().__init__()
        self._loop = loop
        self._checkpointing = loop.checkpointing
        self._signals = signals

    def on_train_begin(self, logs: Any = None) -> None:
        self._checkpointing.restore()

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        if self._loop.feeds.train.first_chunk:
            # So that the running values are right while executions are skipped.
            self._checkpointing.restore_metrics()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        executions, skipped = self._loop.state.executions, self._loop.feeds.train.first_chunk
        if executions <= skipped:
            # Undo what other callbacks did during the skipped executions.
            self.model.stop_training = False
            if executions == skipped:
                self._checkpointing.restore()
            return
        interrupted = self._signals.number is not None
        due = interrupted or self._checkpointing.schedule.is_due_within_epoch()
        # If a callback has just stopped the training, the end of the epoch comes next.
        if due and not self.model.stop_training:
            self._checkpointing.save(steps=executions * self._loop.multi_step.steps)
        self._signals.check()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        last = self.model.stop_training or epoch + 1 == self.params["epochs"]
        if last or self._checkpointing.schedule.is_due():
            self._checkpointing.save()
