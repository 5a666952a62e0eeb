"""The listener `mlflow`."""

import logging
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from zookit.core import Doc, Experiment, Listener, Result, RunContext, hookimpl, text_of

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Metric

_STATUS = {"finished": "FINISHED", "interrupted": "KILLED", "failed": "FAILED"}
_AT_ONCE = 1000
"""Metrics that MLflow takes in one request."""
_VARIABLES = {
    # By MLflow's own choice training would stand still for minutes where a server is away.
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",  # seconds
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}
"""What is asked of MLflow while it is called, unless the person asks for something else."""
_LEVELS = {
    "mlflow": logging.WARNING,
    "alembic": logging.WARNING,
    "urllib3.connectionpool": logging.ERROR,  # warns of each attempt
}
"""What the loggers behind MLflow may say meanwhile, unless MLFLOW_LOGGING_LEVEL is set."""


@dataclass(frozen=True)
class Mlflow(Listener):
    """Parameters, values, status and the run's folder, kept by MLflow.

    MLFLOW_TRACKING_URI says where, as usual. Without it MLflow keeps them in the current folder, in
    mlflow.db and mlruns. To see all runs:

        mlflow ui
    """

    packages: ClassVar[Mapping[str, str]] = {"mlflow": "zookit[mlflow]"}

    experiment: Annotated[str, Doc("The MLflow experiment that the runs belong to.")] = "zookit"

    def build(self) -> object:
        """What tells MLflow of one run."""
        return _Tracked(self.experiment)


class _Tracked:
    """One run in MLflow.

    Where the server is away after the run has begun, values wait until the end, when it is asked
    once more.
    """

    _client: "MlflowClient"

    def __init__(self, experiment: str) -> None:
        self._experiment = experiment
        self._id: str | None = None
        self._waiting: list[Metric] = []
        self._away = True

    @hookimpl
    def run_started(self, run: RunContext) -> None:
        """Make the run, with its parameters."""
        with _called():
            from mlflow import MlflowClient
            from mlflow.entities import Param

            self._client = MlflowClient()
            made = self._client.create_run(
                self._experiment_id(),
                run_name=run.folder.name,
                tags={name: run.environment[name] for name in ("identity", "group")},
            )
            self._id = made.info.run_id
            parameters = _parameters(run.experiment)
            self._client.log_batch(
                self._id, params=[Param(name, value) for name, value in parameters.items()]
            )
            self._send()

    @hookimpl
    def epoch_ended(self, epoch: int, values: Mapping[str, float], seconds: float) -> None:
        """Send an epoch's values, the epoch being the step."""
        self._take({**values, "seconds": seconds}, epoch)
        if self._id is not None and not self._away:
            with _called():
                self._send()

    @hookimpl
    def run_finished(self, result: Result) -> None:
        """Send the test values, the status and the folder."""
        self._take({f"test_{name}": value for name, value in result.metrics.items()}, result.epochs)
        self._end(result)

    @hookimpl
    def run_failed(self, result: Result) -> None:
        """Send the status and the folder."""
        self._end(result)

    def _end(self, result: Result) -> None:
        if self._id is None:
            return
        with _called():
            self._send()
            self._client.set_terminated(self._id, _STATUS[result.status])
            self._client.log_artifacts(self._id, str(result.folder))

    def _experiment_id(self) -> str:
        from mlflow import MlflowException

        found = self._client.get_experiment_by_name(self._experiment)
        if found is None:
            try:
                return self._client.create_experiment(self._experiment)
            except MlflowException:
                # Another run has made it in this moment, or it cannot be made.
                found = self._client.get_experiment_by_name(self._experiment)
                if found is None:
                    raise
        return found.experiment_id

    def _take(self, values: Mapping[str, float], step: int) -> None:
        if self._id is not None:
            from mlflow.entities import Metric

            now = time.time_ns() // 1_000_000
            self._waiting += [Metric(name, value, now, step) for name, value in values.items()]

    def _send(self) -> None:
        assert self._id is not None
        self._away = True  # until it has answered
        while self._waiting:
            self._client.log_batch(self._id, metrics=self._waiting[:_AT_ONCE])
            del self._waiting[:_AT_ONCE]
        self._away = False


@contextmanager
def _called() -> Iterator[None]:
    """Call MLflow without its chatter, and without waiting long for a server that is away."""
    with ExitStack() as restored:
        for name, value in _VARIABLES.items():
            if name not in os.environ:
                os.environ[name] = value
                restored.callback(os.environ.pop, name, None)
        import mlflow  # noqa: F401 - sets its loggers' levels when it is imported

        if "MLFLOW_LOGGING_LEVEL" not in os.environ:
            for name, level in _LEVELS.items():
                logger = logging.getLogger(name)
                restored.callback(logger.setLevel, logger.level)
                logger.setLevel(max(logger.level, level))
        yield


def _parameters(experiment: Experiment) -> dict[str, str]:
    """The experiment flat: `architecture`, `architecture.units`, `epochs`, values as in words."""
    values: dict[str, Any] = {
        "dataset": experiment.dataset.name,
        "architecture": experiment.architecture.name,
        "callbacks": [callback.name for callback in experiment.callbacks],
        **experiment.plain()["settings"],
    }
    named = [("dataset", experiment.dataset), ("architecture", experiment.architecture)]
    named += [(callback.short_name, callback) for callback in experiment.callbacks]
    for name, chosen in named:
        values |= {f"{name}.{each}": value for each, value in chosen.parameters.items()}
    return {name: text for name, value in values.items() if (text := text_of(value))}
