"""The listener `mlflow`."""

import logging
import os
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from zookit.core import (
    ComponentSpec,
    Doc,
    Experiment,
    Listener,
    Result,
    RunContext,
    hookimpl,
    text_of,
)
from zookit.plugins.listeners.mlflow_store import in_store

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Metric

_STATUS = {"finished": "FINISHED", "interrupted": "KILLED", "failed": "FAILED"}
_METRICS = 1000
_PARAMETERS = 100
"""The numbers of metrics and of parameters that MLflow accepts in one request."""
_NOT_IN_KEYS = re.compile(r"[^\w\-. :/]")
"""The characters that MLflow does not accept in the name of a parameter."""
_VARIABLES = {
    # With MLflow's defaults, training would stop for minutes if the server is not reachable.
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",  # seconds
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}
"""Environment variables to set while MLflow is called, unless the user has set them."""
_LEVELS = {
    "mlflow": logging.WARNING,
    "alembic": logging.WARNING,
    "urllib3.connectionpool": logging.ERROR,  # warns at each attempt
}
"""Levels of MLflow's loggers while it is called, unless MLFLOW_LOGGING_LEVEL is set."""


@dataclass(frozen=True)
class Mlflow(Listener):
    """Logs parameters, metrics, status and the run folder to MLflow.

    Set MLFLOW_TRACKING_URI to choose a server or folder; the default is mlflow.db and mlruns in the
    current folder. To view all runs:

        mlflow ui
    """

    packages: ClassVar[Mapping[str, str]] = {"mlflow": "zookit[mlflow]"}

    experiment: Annotated[str, Doc("Name of the MLflow experiment.")] = "zookit"

    def build(self) -> object:
        """Return an object that logs one run."""
        return _Tracking(self.experiment)


class _Tracking:
    """Logs one run.

    If the server becomes unreachable during the run, metrics are kept and sent at the end.
    """

    _client: "MlflowClient"

    def __init__(self, experiment: str) -> None:
        self._experiment = experiment
        self._id: str | None = None
        self._pending: list[Metric] = []
        self._reachable = False

    @hookimpl
    def run_started(self, run: RunContext) -> None:
        """Create the run and log its parameters."""
        with _quiet_mlflow():
            from mlflow.entities import Param

            self._id = in_store(lambda: self._create_run(run))
            parameters = [Param(*each) for each in _parameters(run.experiment).items()]
            for at in range(0, len(parameters), _PARAMETERS):
                self._client.log_batch(self._id, params=parameters[at : at + _PARAMETERS])
            self._send()

    @hookimpl
    def epoch_ended(self, epoch: int, values: Mapping[str, float], seconds: float) -> None:
        """Log the values of an epoch; the step is the epoch."""
        self._keep({**values, "seconds": seconds}, epoch)
        self._send_if_reachable()

    @hookimpl
    def values_added(self, epoch: int, values: Mapping[str, float]) -> None:
        """Log the values that callbacks added in an epoch."""
        self._keep(values, epoch)
        self._send_if_reachable()

    @hookimpl
    def run_finished(self, result: Result) -> None:
        """Log the test metrics, the status and the folder."""
        self._keep({f"test_{name}": value for name, value in result.metrics.items()}, result.epochs)
        self._end(result)

    @hookimpl
    def run_failed(self, result: Result) -> None:
        """Log the status and the folder."""
        self._end(result)

    def _create_run(self, run: RunContext) -> str:
        from mlflow import MlflowClient

        self._client = MlflowClient()
        created = self._client.create_run(
            self._experiment_id(),
            run_name=run.folder.name,
            tags={name: run.environment[name] for name in ("identity", "group")},
        )
        run_id: str = created.info.run_id
        return run_id

    def _end(self, result: Result) -> None:
        if self._id is None:
            return
        with _quiet_mlflow():
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
                # Another run may have created it meanwhile.
                found = self._client.get_experiment_by_name(self._experiment)
                if found is None:
                    raise
        return found.experiment_id

    def _keep(self, values: Mapping[str, float], step: int) -> None:
        if self._id is not None:
            from mlflow.entities import Metric

            now = time.time_ns() // 1_000_000
            self._pending += [Metric(name, value, now, step) for name, value in values.items()]

    def _send_if_reachable(self) -> None:
        if self._id is not None and self._reachable:
            with _quiet_mlflow():
                self._send()

    def _send(self) -> None:
        assert self._id is not None
        self._reachable = False  # until all requests have succeeded
        while self._pending:
            self._client.log_batch(self._id, metrics=self._pending[:_METRICS])
            del self._pending[:_METRICS]
        self._reachable = True


@contextmanager
def _quiet_mlflow() -> Iterator[None]:
    """Call MLflow without its messages and with short timeouts."""
    with ExitStack() as restored:
        for name, value in _VARIABLES.items():
            if name not in os.environ:
                os.environ[name] = value
                restored.callback(os.environ.pop, name, None)
        import mlflow  # noqa: F401 - the import sets the levels of its loggers

        if "MLFLOW_LOGGING_LEVEL" not in os.environ:
            for name, level in _LEVELS.items():
                logger = logging.getLogger(name)
                restored.callback(logger.setLevel, logger.level)
                logger.setLevel(max(logger.level, level))
        yield


def _parameters(experiment: Experiment) -> dict[str, str]:
    """Return the experiment as text by dotted name: `architecture`, `architecture.units`, `epochs`.

    Of several callbacks, augmentations or metrics, each is named by its short name, the second of
    the same name with `_2` at the end.
    """
    values: dict[str, Any] = {**experiment.plain()["settings"]}
    specs: list[tuple[str, ComponentSpec]] = []
    for role in ("dataset", "architecture", "optimizer", "schedule", "loss"):
        spec: ComponentSpec | None = getattr(experiment, role)
        if spec is not None:
            values[role] = spec.name
            specs.append((role, spec))
    counts: Counter[str] = Counter()
    for role in ("augmentations", "metrics", "callbacks"):
        several: tuple[ComponentSpec, ...] = getattr(experiment, role)
        values[role] = [each.name for each in several]
        for each in several:
            name = _NOT_IN_KEYS.sub("_", each.short_name)
            counts[name] += 1
            specs.append((name if counts[name] == 1 else f"{name}_{counts[name]}", each))
    for name, spec in specs:
        values |= {f"{name}.{key}": value for key, value in spec.parameters.items()}
    return {name: text for name, value in values.items() if (text := text_of(value))}
