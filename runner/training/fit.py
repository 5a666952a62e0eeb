"""Trains a loop's model to the end, and evaluates it."""

import math
from collections.abc import Mapping

from zookit.core import Evaluation, FolderError, Result, warn
from zookit.core.errors import typed_reason_of
from zookit.core.result import Status
from zookit.registry.blame import plugins_blamed
from zookit.training.advice import advice_after
from zookit.training.loop import Loop, check_finite
from zookit.training.programs import keep
from zookit.training.signals import Interruption, interruption


def fit(loop: Loop) -> Result:
    """Train and evaluate a model, and notify the listeners of the result.

    An interruption gives a result with the status "interrupted". An error is raised after the
    listeners have been notified. Raises BadRun if the checkpoint does not fit the
    model; then nothing in the run's folder is changed.
    """
    _check_checkpoint(loop)
    with interruption() as signals:
        try:
            loop.listeners.notify("run_started", run=loop.run)
            with plugins_blamed():
                _train(loop, signals)
            test, evaluation = loop.program.evaluator(loop.feeds.test.split, signals.check)
            check_finite(test, "on the test images")
            result = _result(loop, "finished", _finite(test), evaluation)
        except KeyboardInterrupt:
            signals.ended = True
            result = _result(loop, "interrupted")
        except BaseException as error:
            signals.ended = True
            _notify_of_failure(loop, error)
            raise
        signals.ended = True
        loop.listeners.notify("run_finished", result=result)
    for line in advice_after(result, loop.run.environment["data"]["class_names"]):
        warn(line)
    if result.status == "finished":
        keep(loop.program)
    return result


def _check_checkpoint(loop: Loop) -> None:
    """Raise BadRun if the checkpoint does not fit the model."""
    loop.checkpointing.restore_variables()
    if loop.checkpointing.within_epoch:
        # Keras creates the metrics' variables with the first batch.
        loop.model.test_on_batch(*loop.feeds.test.first())
        loop.checkpointing.restore_metrics()


def _train(loop: Loop, signals: Interruption) -> None:
    # Importing it imports Keras, which has happened by now.
    from zookit.training.loop_callbacks import (
        AfterCallbacks,
        CheckpointCallback,
        EpochCallback,
        StopCallback,
    )

    loop.checkpointing.warn_of_stateless()
    observed = [
        each
        for callback, name in zip(loop.callbacks, loop.checkpointing.names, strict=True)
        for each in (callback, StopCallback(loop, name))
    ]
    callbacks = [
        EpochCallback(loop, signals),
        StopCallback(loop, ""),
        *observed,
        AfterCallbacks(loop),
        *loop.listeners.keras_callbacks(run=loop.run),
        CheckpointCallback(loop, signals),
    ]
    validation = loop.feeds.validation
    position = loop.checkpointing.resumed and loop.checkpointing.resumed.position
    epochs = loop.run.experiment.settings.epochs
    loop.multi_step.install()
    loop.checkpointing.schedule.start()
    loop.model.fit(
        loop.multi_step.chunks(),
        initial_epoch=position.epochs if position else 0,
        # After a stop by a callback, only the callbacks' on_train_end is left to do.
        epochs=position.epochs if position and position.stopped else epochs,
        validation_data=None if validation is None else validation.dataset(),
        callbacks=callbacks,
        shuffle=False,  # the batches come in their own order
        verbose=0,
    )


def _finite(test: Mapping[str, float]) -> dict[str, float]:
    """Return the values on the test images without those that are not finite; warn of these."""
    for name, value in test.items():
        if not math.isfinite(value):
            warn(f"the metric {name} is {value} on the test images, so it is not recorded.")
    return {name: value for name, value in test.items() if math.isfinite(value)}


def _notify_of_failure(loop: Loop, error: BaseException) -> None:
    try:
        loop.listeners.notify("run_failed", result=_result(loop, "failed"), error=error)
    except FolderError as second:
        # The folder's error is reported once, and does not hide any other error.
        if not isinstance(error, FolderError):
            warn(str(second))
    except Exception as second:  # noqa: BLE001 - for lack of memory, anything may fail
        warn(f"{loop.run.folder} is not complete: {typed_reason_of(second)}.")


def _result(
    loop: Loop,
    status: Status,
    metrics: Mapping[str, float] | None = None,
    evaluation: Evaluation | None = None,
) -> Result:
    loop.multi_step.remove()
    return Result(
        experiment=loop.run.experiment,
        folder=loop.run.folder,
        status=status,
        history=loop.state.plain_history(),
        seconds=tuple(loop.state.seconds),
        metrics=metrics or {},
        environment=loop.run.environment,
        model=loop.model,
        evaluation=evaluation,
        stopped_by=loop.state.stopped_by or "",
        restored_epoch=loop.state.restored_epoch,
    )
