"""A run's folder, read and checked. Imports neither TensorFlow nor any plugin."""

import csv
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, TypeVar

from annotated_types import Ge, Gt, Lt

from zookit.core import BadRun, Experiment, ZookitError, reason_of
from zookit.core.declaration import adapter_of
from zookit.core.errors import quoted
from zookit.core.messages import counted, printable
from zookit.core.reading import parse_json, read_text_bounded
from zookit.core.result import Status
from zookit.registry.installed_model import InstalledModel
from zookit.runs.columns import columns_of
from zookit.runs.environment import LARGEST_IMAGE, Environment, identity_without_epochs
from zookit.runs.lock import writing

T = TypeVar("T")
Finite = Annotated[float, Gt(-math.inf), Lt(math.inf)]
RunStatus = Status | Literal["running", "killed", "unknown"]

_LONGEST = 200
"""The longest name or reason to show, in characters."""

FORMAT = 2
"""The version of every file in a run's folder."""

EXPERIMENT = "experiment.toml"
ENVIRONMENT = "environment.json"
HISTORY = "history.csv"
TIMES = "times.csv"
METRICS = "metrics.json"
LIMITS = {
    EXPERIMENT: 1_000_000,
    ENVIRONMENT: 8_000_000,
    HISTORY: 8_000_000,
    TIMES: 8_000_000,
    METRICS: 1_000_000,
}
"""The largest size of each text file, in bytes, for reading and for writing."""
WEIGHTS = "weights.safetensors"
EVALUATION = "evaluation.safetensors"
CHECKPOINT = "checkpoint.safetensors"
REPORT = "report.html"
"""The page about the run. It is written again from the run, so it is no part of it."""


@dataclass(frozen=True)
class Ending:
    """How a run ended: the content of `metrics.json`.

    `last_epoch` has the logged values of the last whole epoch, `test` those of the test split,
    empty unless the run finished. `error` is the error that ended a failed run, `files` has the
    SHA-256 of the other files written at the end, `stopped_by` is the callback that ended the
    training, empty if none did or it is not known. `restored_epoch` is the epoch, counted from 1,
    whose weights a callback restored; None if the weights are those of the last epoch.
    """

    status: Status
    epochs: Annotated[int, Ge(0)]
    last_epoch: Mapping[str, Finite]
    test: Mapping[str, Finite]
    error: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    stopped_by: str = ""
    restored_epoch: Annotated[int, Ge(1)] | None = None


class Logged(dict[str, Any]):
    """Logged values by name, whose KeyError says which there are."""

    def __missing__(self, name: object) -> Any:
        """Raise KeyError."""
        hint = " val_ values need a run with validation, such as validation=0.1."
        there = ", ".join(self) or "nothing"
        raise KeyError(
            f"no {name!r}; there is: {there}.{hint if str(name).startswith('val') else ''}"
        )


@dataclass(frozen=True, eq=False, repr=False)
class RunRecord:
    """A snapshot of a run's folder.

    `history` has one value per epoch for each logged name, NaN where a callback logged none.
    `seconds` has the duration of each epoch.
    `ending` is None while the run trains, or if it was killed; `training` is true if it trains, and
    None if that cannot be known, because another machine wrote the folder not long ago.
    `installed` is the installed model that this is; None of a run in a folder of its own.
    """

    folder: Path
    experiment: Experiment
    environment: Environment
    history: Mapping[str, tuple[float, ...]]
    seconds: tuple[float, ...]
    ending: Ending | None
    training: bool | None
    installed: InstalledModel | None = None

    @property
    def name(self) -> str:
        """The folder's name, or that of the installed model."""
        return self.folder.name if self.installed is None else self.installed.name

    @property
    def shown(self) -> str:
        """How a message names the run: by its folder, or as the model of a package."""
        model = self.installed
        return str(self.folder) if model is None else f"model {model.name!r} of {model.owner}"

    @property
    def epochs(self) -> int:
        """The number of whole epochs that were trained."""
        return len(next(iter(self.history.values()), ()))

    @property
    def weights_epoch(self) -> int:
        """The epoch, counted from 1, whose weights the model has: 0 if there is none."""
        return (self.ending and self.ending.restored_epoch) or self.epochs

    @property
    def status(self) -> RunStatus:
        """See `Status`; without an ending `running`, `killed` or `unknown`, see `training`."""
        if self.ending is not None:
            return self.ending.status
        if self.training is None:
            return "unknown"
        return "running" if self.training else "killed"

    @property
    def metrics(self) -> Mapping[str, float]:
        """Loss and metrics on the test split; empty unless the run finished."""
        return MappingProxyType(Logged({} if self.ending is None else self.ending.test))

    def identity(self, experiment: Experiment) -> str:
        """Return the identity of an experiment with this run's data and component owners."""
        return experiment.identity(self.environment.data.hash, self.environment.owners())

    @property
    def contradiction(self) -> str:
        """Why the files cannot all belong to this run; empty if they can."""
        environment = self.environment
        found = identity_without_epochs(
            self.experiment, environment.data.hash, environment.owners()
        )
        if found != environment.identity_without_epochs:
            return f"{EXPERIMENT} and {ENVIRONMENT} do not match; one of them was changed."
        requested = self.experiment.settings.epochs
        if self.ending is not None and self.epochs > requested:
            return (
                f"{HISTORY} has {counted(self.epochs, 'epoch')}, but {EXPERIMENT} requests "
                f"{requested}; one of them was changed."
            )
        return ""

    def __repr__(self) -> str:
        """Return the run's name, status and test metrics in one line."""
        metrics = "".join(f", test {name} {value:.4f}" for name, value in self.metrics.items())
        return (
            f"<{type(self).__name__} {printable(self.name)}: {self.status}, "
            f"{counted(self.epochs, 'epoch')}{metrics}>"
        )


def read_run(folder: Path) -> RunRecord:
    """Read and check a run's folder. Raises BadRun, which names the file and what is wrong."""
    # Before the rest is read: a run that ends meanwhile counts as running, never as killed.
    training = False if os.path.lexists(folder / METRICS) else writing(folder)
    environment = _json(folder / ENVIRONMENT, Environment)
    values = math.prod(environment.data.image_shape)
    if values > LARGEST_IMAGE:
        raise damaged(
            folder / ENVIRONMENT,
            f"its images have {values:,} values each, expected at most {LARGEST_IMAGE:,}",
        )
    experiment = _experiment(folder / EXPERIMENT, environment)
    history = MappingProxyType(Logged(_columns(folder / HISTORY)))
    seconds = _columns(folder / TIMES).get("seconds", ())
    ending = _json(folder / METRICS, Ending) if os.path.lexists(folder / METRICS) else None
    run = RunRecord(folder, experiment, environment, history, seconds, ending, training)
    if ending is not None and ending.epochs != run.epochs:
        raise damaged(folder / HISTORY, _other_epochs(run.epochs, ending))
    if ending is not None and ending.epochs != len(seconds):
        raise damaged(folder / TIMES, _other_epochs(len(seconds), ending))
    if run.weights_epoch > run.epochs:
        reason = f"restored_epoch is {run.weights_epoch} of {counted(run.epochs, 'epoch')}"
        raise damaged(folder / METRICS, reason)
    return run


def _other_epochs(epochs: int, ending: Ending) -> str:
    return f"it has {counted(epochs, 'epoch')}, but {METRICS} says {ending.epochs}"


def _experiment(path: Path, environment: Environment) -> Experiment:
    text = _text(path)
    try:
        experiment = Experiment.from_toml(text, str(path))
    except ZookitError as error:
        raise BadRun(str(error)) from error
    names = [each.name for each in experiment.components()]
    if names != [each.name for each in environment.components]:
        return experiment  # `contradiction` reports it
    return experiment.with_defaulted([frozenset(each.defaulted) for each in environment.components])


def damaged(path: Path, reason: str) -> BadRun:
    """Return the error for a file that differs from what was written."""
    # The reason may quote the file, which may contain terminal control codes.
    return BadRun(
        f"{path} is damaged: {printable(reason)}.",
        "Restore the file from a copy of the run, or run the experiment again.",
    )


def unreadable(path: Path, error: OSError) -> BadRun:
    """Return the error for a file that cannot be read, is too large or is not a regular file."""
    return BadRun(
        f"{path} cannot be read: {error.strerror or error}.",
        "Restore the file from a copy of the run, or run the experiment again.",
    )


def _text(path: Path) -> str:
    try:
        return read_text_bounded(path, LIMITS[path.name])
    except FileNotFoundError:
        raise BadRun(f"{path.parent} is not a complete run: {path.name} is missing.") from None
    except OSError as error:
        raise unreadable(path, error) from None
    except UnicodeDecodeError:
        raise damaged(path, "it is not UTF-8 text") from None


def checked(path: Path, values: Any, kind: type[T]) -> T:
    """Return a file's content as `kind`. Raises BadRun if it is not valid."""
    from pydantic import ValidationError

    try:
        declared: type = kind
        made: T = adapter_of(declared).validate_python(values)
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        where = ".".join(map(str, detail["loc"]))
        raise damaged(path, f"{where[:_LONGEST]}: {detail['msg'][:_LONGEST]}") from None
    except RecursionError:
        raise damaged(path, "it is nested too deeply") from None
    return made


def _json(path: Path, kind: type[T]) -> T:
    text = _text(path)
    try:
        values = parse_json(text)
    except ValueError as error:
        raise damaged(path, f"it is not JSON ({reason_of(error)})") from None
    if not isinstance(values, dict):
        raise damaged(path, "it is not a JSON object")
    if values.get("format") != FORMAT:
        raise BadRun(
            f"{path}: format is {quoted(values.get('format'))}; this version of zookit reads "
            f"{FORMAT}."
        )
    return checked(path, values, kind)


def _columns(path: Path) -> dict[str, tuple[float, ...]]:
    """Return the columns of a CSV file except `epoch`; none if the file is missing."""
    if not os.path.lexists(path):
        return {}
    text = _text(path)
    try:
        return columns_of(text)
    except (ValueError, csv.Error) as error:
        raise damaged(path, reason_of(error)) from None
