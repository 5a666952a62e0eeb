"""Trains a model from its start, or from a checkpoint, to the end."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from zookit.core import Evaluation, FolderError, Result, RunContext, TrainingFailed, warn
from zookit.core.result import Status
from zookit.inference.evaluate import evaluate_split
from zookit.training.checkpointing import Checkpointing
from zookit.training.feeds import Feeds
from zookit.training.listeners import Listeners
from zookit.training.multi_step import MultiStep
from zookit.training.signals import Interruption, interruption
from zookit.training.state import State

if TYPE_CHECKING:
    import keras


@dataclass(eq=False)
class Loop:
    """A model, and everything it is trained with."""

    run: RunContext
    model: "keras.Model"
    feeds: Feeds
    multi_step: MultiStep
    callbacks: "Sequence[keras.callbacks.Callback]"
    listeners: Listeners
    checkpointing: Checkpointing
    state: State

    def train(self) -> Result:
        """Train and evaluate the model, and notify the listeners of the result.

        An interruption gives a result with the status "interrupted". An error is raised after the
        listeners have been notified. Raises BadRun if the checkpoint does not fit; then nothing in
        the run's folder is changed.
        """
        self._check_checkpoint()
        with interruption() as signals:
            try:
                self.listeners.notify("run_started", run=self.run)
                self._fit(signals)
                test, evaluation = evaluate_split(self.model, self.feeds.test.split, signals.check)
                check_finite(test, "on the test images")
                result = self._result("finished", test, evaluation)
            except KeyboardInterrupt:
                signals.ended = True
                result = self._result("interrupted")
            except BaseException as error:
                signals.ended = True
                self._notify_of_failure(error)
                raise
            signals.ended = True
            self.listeners.notify("run_finished", result=result)
        return result

    def start_epoch(self, epoch: int) -> None:
        """Set the order of an epoch, and where in it to start."""
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
        self.listeners.notify(
            "epoch_ended",
            epoch=self.state.epochs,
            values=MappingProxyType(dict(values)),  # no listener can change it for the others
            seconds=self.state.seconds[-1],
        )

    def _check_checkpoint(self) -> None:
        """Raise BadRun if the checkpoint does not fit the model."""
        self.checkpointing.restore_variables()
        if self.checkpointing.within_epoch:
            # Keras creates the metrics' variables with the first batch.
            self.model.test_on_batch(*self.feeds.test.first())
            self.checkpointing.restore_metrics()

    def _fit(self, signals: Interruption) -> None:
        from zookit.training.loop_callbacks import CheckpointCallback, EpochCallback

        self.checkpointing.warn_of_stateless()
        callbacks = [
            EpochCallback(self, signals),
            *self.callbacks,
            *self.listeners.keras_callbacks(run=self.run),
            CheckpointCallback(self, signals),
        ]
        validation = self.feeds.validation
        position = self.checkpointing.resumed and self.checkpointing.resumed.position
        epochs = self.run.experiment.settings.epochs
        self.multi_step.install()
        self.checkpointing.schedule.start()
        self.model.fit(
            self.multi_step.chunks(),
            initial_epoch=position.epochs if position else 0,
            # After a stop by a callback, only what callbacks do at the end of a training is left.
            epochs=position.epochs if position and position.stopped else epochs,
            validation_data=None if validation is None else validation.dataset(),
            callbacks=callbacks,
            shuffle=False,  # the batches come in their own order
            verbose=0,
        )

    def _notify_of_failure(self, error: BaseException) -> None:
        try:
            self.listeners.notify("run_failed", result=self._result("failed"), error=error)
        except FolderError as second:
            # The folder's error is reported once, and does not hide any other error.
            if not isinstance(error, FolderError):
                warn(str(second))

    def _result(
        self,
        status: Status,
        metrics: Mapping[str, float] | None = None,
        evaluation: Evaluation | None = None,
    ) -> Result:
        self.multi_step.remove()
        return Result(
            experiment=self.run.experiment,
            folder=self.run.folder,
            status=status,
            history=self.state.plain_history(),
            seconds=tuple(self.state.seconds),
            metrics=metrics or {},
            environment=self.run.environment,
            model=self.model,
            evaluation=evaluation,
        )


def check_finite(logs: Mapping[str, Any] | None, where: str) -> None:
    """Raise TrainingFailed if a loss is not finite."""
    for name in ("loss", "val_loss"):
        value = float((logs or {}).get(name, 0.0))
        if not math.isfinite(value):
            raise TrainingFailed(
                f"the {name} became {value} {where}. Use a lower --learning-rate, and do not turn "
                "the scaling of pixels off."
            )
