"""One training, from its beginning or from a checkpoint to its end."""

import math
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from zookit.core import (
    BadRun,
    BrokenPlugin,
    Callback,
    Evaluation,
    FolderError,
    Result,
    RunContext,
    TrainingFailed,
    warn,
)
from zookit.core.errors import quoted, typed_reason_of
from zookit.core.result import Status
from zookit.inference.predict import Predictor, evaluate
from zookit.runs.arrays import assign, numbered
from zookit.runs.checkpoint import (
    METRICS,
    MODEL,
    OPTIMIZER,
    Checkpoint,
    Position,
    save_checkpoint,
    without_arrays,
)
from zookit.runs.run import CHECKPOINT
from zookit.runs.writer import written
from zookit.training.batches import Batches
from zookit.training.checkpoint_schedule import Pace
from zookit.training.listeners import Listeners
from zookit.training.logs import logged_values
from zookit.training.multi_step import FusedSteps
from zookit.training.signals import Interruption, interruption

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, eq=False)
class Feeds:
    """What a training is fed, by what it is for."""

    train: Batches
    validation: Batches | None
    test: Batches

    def sizes(self) -> dict[str, int]:
        """Images by what they are for."""
        feeds = {"train": self.train, "validation": self.validation, "test": self.test}
        return {name: batches.size for name, batches in feeds.items() if batches is not None}


@dataclass(eq=False)
class Training:
    """One training, and what there is of it so far; `begun` is where it goes on from.

    `training` is the environment's; `callbacks` are those that the composition's have built.
    """

    run: RunContext
    training: str
    callbacks: "Sequence[keras.callbacks.Callback]"
    model: "keras.Model"
    feeds: Feeds
    fused: FusedSteps
    listeners: Listeners
    pace: Pace
    begun: Checkpoint | None = None
    interruption: Interruption = field(default_factory=Interruption)
    history: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    seconds: list[float] = field(default_factory=list)
    executions: int = 0
    """Of the epoch that is under way."""
    epoch_began: float = 0.0
    _stateless: set[int] = field(default_factory=set)

    def result(self) -> Result:
        """Train to the end, an interruption or an error, and tell the listeners which."""
        if self.begun is not None:
            for name, values in self.begun.position.history.items():
                self.history[name] = list(values)
            self.seconds = list(self.begun.position.seconds)
        # What does not fit is told before anything in the folder is changed.
        self._check_checkpoint()
        with interruption() as self.interruption:
            try:
                self.listeners.tell("run_started", run=self.run)
                self._fit()
                metrics = self._evaluate()
                predictor, test = Predictor(self.model), self.feeds.test.split
                said = evaluate(predictor, test, self.interruption.check)
                ended = self._ended("finished", metrics, said)
            except KeyboardInterrupt:
                self.interruption.ended = True
                ended = self._ended("interrupted", {})
            except BaseException as error:
                self.interruption.ended = True
                self._tell_failure(error)
                raise
            self.interruption.ended = True
            self.listeners.tell("run_finished", result=ended)
        return ended

    def _check_checkpoint(self) -> None:
        """Raise BadRun where the checkpoint does not fit the model."""
        self._restore_variables()
        if self.begun is not None and self.begun.position.steps:
            # Keras makes the metrics' variables only with the first batch.
            self.model.test_on_batch(*self.feeds.test.first())
            self._assign(METRICS, self.model.metrics_variables)

    def restore(self) -> None:
        """Give the model, the optimizer and the callbacks what they had at the checkpoint.

        Raises BadRun where a callback cannot go on from its state.
        """
        if self.begun is None:
            return
        self._restore_variables()
        for at, state in enumerate(self.begun.position.states):
            if state is None or not _offers_state(self.callbacks[at]):
                continue
            try:
                self.callbacks[at].set_state(state)
            except Exception as error:
                raise BadRun(
                    f"{self.run.folder / CHECKPOINT}: {self._name(at)} cannot go on from the state "
                    f"that is kept there ({typed_reason_of(error)}). The file was changed, or that "
                    "callback's package."
                ) from error

    def restore_metrics(self) -> None:
        """Within an epoch: also the running means, so that they show while it is passed over."""
        if self.feeds.train.first_chunk:
            self._assign(METRICS, self.model.metrics_variables)

    def _restore_variables(self) -> None:
        if self.begun is None:
            return
        optimizer = self.model.optimizer
        optimizer.build(self.model.trainable_variables)
        self._assign(MODEL, self.model.variables)
        self._assign(OPTIMIZER, optimizer.variables)

    def _assign(self, kind: str, variables: "list[keras.Variable]") -> None:
        assert self.begun is not None
        assign(kind, variables, self.begun.arrays, self.run.folder / CHECKPOINT)

    def _tell_failure(self, error: BaseException) -> None:
        try:
            self.listeners.tell("run_failed", result=self._ended("failed", {}), error=error)
        except FolderError as second:
            # The folder's own trouble is told once; any other error is not to be covered by it.
            if not isinstance(error, FolderError):
                warn(str(second))

    def begin_epoch(self, epoch: int) -> None:
        """Set the order of an epoch, and where in it to begin."""
        train, begun = self.feeds.train, self.begun
        train.epoch = epoch
        self.executions = train.first_chunk = 0
        self.epoch_began = time.monotonic()
        if begun is not None and epoch == begun.position.epochs and begun.position.steps:
            done, whole = (
                math.ceil(steps / self.fused.steps) for steps in (begun.position.steps, len(train))
            )
            # More than whole: the last execution may have had fewer steps than it was counted for.
            train.first_chunk = self.fused.skipped = min(done, whole)
            self.epoch_began -= begun.position.elapsed

    def end_epoch(self, values: Mapping[str, float]) -> None:
        """Take up the values of an epoch that has ended."""
        for name, value in values.items():
            self.history[name].append(value)
        seconds = time.monotonic() - self.epoch_began
        self.seconds.append(seconds)
        # Told to strangers: what one does with them is nothing to the others.
        told = MappingProxyType(dict(values))
        self.listeners.tell("epoch_ended", epoch=len(self.seconds), values=told, seconds=seconds)

    def keep(self, *, within_epoch: bool) -> None:
        """Write a checkpoint of what there is now."""
        with self.pace.writing(), written(self.run.folder / CHECKPOINT) as aside:
            save_checkpoint(aside, self._checkpoint(within_epoch=within_epoch))

    def _checkpoint(self, *, within_epoch: bool) -> Checkpoint:
        model = self.model
        arrays = {
            **numbered(MODEL, model.variables),
            **numbered(OPTIMIZER, model.optimizer.variables),
            **(numbered(METRICS, model.metrics_variables) if within_epoch else {}),
        }
        position = Position(
            self.training,
            len(self.seconds),
            self.executions * self.fused.steps if within_epoch else 0,
            bool(model.stop_training) and not within_epoch,
            time.monotonic() - self.epoch_began if within_epoch else 0.0,
            {name: tuple(values) for name, values in self.history.items()},
            tuple(self.seconds),
            tuple(self._state(at, arrays) for at in range(len(self.callbacks))),
        )
        return Checkpoint(position, arrays)

    def _state(self, at: int, arrays: dict[str, Any]) -> Any:
        callback = self.callbacks[at]
        if not _offers_state(callback) or at in self._stateless:
            return None
        try:
            return without_arrays(callback.get_state(), arrays)
        except Exception as error:  # noqa: BLE001 - whatever a stranger's callback does
            self._stateless.add(at)
            warn(
                f"{self._name(at)} failed to tell its state ({typed_reason_of(error)}), so that "
                "this run can be resumed, but not exactly. Tell that package's author."
            )
            return None

    def _name(self, at: int) -> str:
        return self.run.experiment.callbacks[at].short_name

    def _fit(self) -> None:
        if self.begun is not None:
            self._tell_stateless()
        callbacks = [
            _follow(self),
            *self.callbacks,
            *self.listeners.keras_callbacks(run=self.run),
            _keep(self),
        ]
        validation = self.feeds.validation
        begun = None if self.begun is None else self.begun.position
        epochs = self.run.experiment.settings.epochs
        self.fused.begin()
        self.pace.begin()
        self.model.fit(
            self.fused.chunks(),
            initial_epoch=0 if begun is None else begun.epochs,
            # Nothing is left to do, but what callbacks do at the end of a training.
            epochs=begun.epochs if begun is not None and begun.stopped else epochs,
            validation_data=None if validation is None else validation.dataset(),
            callbacks=callbacks,
            shuffle=False,  # the batches come in their own order
            verbose=0,
        )

    def _tell_stateless(self) -> None:
        without = [
            self._name(at) for at, each in enumerate(self.callbacks) if not _offers_state(each)
        ]
        if without:
            warn(
                f"{', '.join(without)}: no state is offered, so it begins anew, and the end may "
                "differ from that of a run that was never stopped."
            )

    def _evaluate(self) -> dict[str, float]:
        self.fused.begin()
        logs = self.model.evaluate(
            self.feeds.test.dataset(), callbacks=[_follow(self)], verbose=0, return_dict=True
        )
        _refuse_unless_finite(logs, "on the test images")
        return logged_values(logs)

    def _ended(
        self, status: Status, metrics: Mapping[str, float], evaluation: Evaluation | None = None
    ) -> Result:
        self.fused.end()
        history = {name: tuple(values) for name, values in self.history.items()}
        return Result(
            self.run.experiment,
            self.run.folder,
            status,
            history,
            tuple(self.seconds),
            metrics,
            self.run.environment,
            self.model,
            evaluation,
        )


def built(callbacks: Sequence[Callback]) -> "list[keras.callbacks.Callback]":
    """The Keras callbacks, fresh. Raises BrokenPlugin where one builds something else."""
    import keras

    made = []
    for callback in callbacks:
        one = callback.build()
        if not isinstance(one, keras.callbacks.Callback):
            name = f"{type(callback).__module__}:{type(callback).__qualname__}"
            raise BrokenPlugin(
                f"{name}.build gave {quoted(one)}, expected an instance of "
                "keras.callbacks.Callback. Tell that package's author."
            )
        made.append(one)
    return made


def _offers_state(callback: "keras.callbacks.Callback") -> bool:
    return hasattr(callback, "get_state") and hasattr(callback, "set_state")


def _follow(training: Training) -> "keras.callbacks.Callback":
    import keras

    class Follow(keras.callbacks.Callback):
        """Sets each epoch's order, takes up its values, and ends where training cannot go on.

        It comes first, so that between epochs all others meet the model as Keras makes it.
        """

        def on_train_begin(self, logs: Any = None) -> None:
            del logs
            training.fused.end()

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            del logs
            training.begin_epoch(epoch)

        def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
            del batch, logs
            training.fused.begin()

        def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
            del batch, logs
            training.interruption.check()

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            training.executions += 1
            # A running mean, so the first bad batch shows at once.
            steps = self.params["steps"]
            where = f"in epoch {len(training.seconds) + 1}, by step {min(batch + 1, steps)}"
            _refuse_unless_finite(logs, f"{where} of {steps}")

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            training.fused.end()
            _refuse_unless_finite(logs, f"at the end of epoch {epoch + 1}")
            training.end_epoch(logged_values(logs))

    return Follow()


def _keep(training: Training) -> "keras.callbacks.Callback":
    import keras

    class Keep(keras.callbacks.Callback):
        """Takes checkpoints, and goes on from one.

        It comes last, so that all others have seen what a checkpoint says that they have.
        """

        def on_train_begin(self, logs: Any = None) -> None:
            del logs
            training.restore()

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            del epoch, logs
            training.restore_metrics()

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            del batch, logs
            if training.executions <= training.feeds.train.first_chunk:
                # What the others made of the executions passed over is undone.
                self.model.stop_training = False
                if training.executions == training.feeds.train.first_chunk:
                    training.restore()
                return
            interrupted = training.interruption.number is not None
            # Where a callback has just ended the training, the epoch's own end comes next.
            due = interrupted or training.pace.is_due_within_epoch()
            if due and not self.model.stop_training:
                training.keep(within_epoch=True)
            training.interruption.check()

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            del logs
            last = self.model.stop_training or epoch + 1 == self.params["epochs"]
            if last or training.pace.is_due():
                training.keep(within_epoch=False)

    return Keep()


def _refuse_unless_finite(logs: Mapping[str, Any] | None, where: str) -> None:
    for name in ("loss", "val_loss"):
        value = float((logs or {}).get(name, 0.0))
        if not math.isfinite(value):
            raise TrainingFailed(
                f"the {name} became {value} {where}. Lower --learning-rate, and leave the pixels "
                "normalised."
            )
