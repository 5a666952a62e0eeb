"""A run's folder, read. Imports neither TensorFlow nor any plugin."""

import csv
import json
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from annotated_types import Ge, Gt, Lt

from zookit.core import BadRun, Experiment, ZookitError, reason_of
from zookit.core.declaration import adapter_of
from zookit.core.errors import quoted
from zookit.core.experiment import identity_of
from zookit.core.result import Status
from zookit.runs.environment import Environment
from zookit.runs.lock import is_locked
from zookit.terminal import printable

if TYPE_CHECKING:
    import keras

T = TypeVar("T")
Finite = Annotated[float, Gt(-math.inf), Lt(math.inf)]

FORMAT = 1
"""The version of every file in a run's folder."""

EXPERIMENT = "experiment.toml"
ENVIRONMENT = "environment.json"
HISTORY = "history.csv"
TIMES = "times.csv"
METRICS = "metrics.json"
WEIGHTS = "weights.safetensors"
EVALUATION = "evaluation.safetensors"
CHECKPOINT = "checkpoint.safetensors"


@dataclass(frozen=True)
class Ending:
    """How a run ended: the content of `metrics.json`.

    `last_epoch` has the logged values of the last whole epoch, `test` those of the test split,
    empty where the run did not finish; `error` is what ended a run that failed, `files` are the
    SHA-256 of what else was written then.
    """

    status: Status
    epochs: Annotated[int, Ge(0)]
    last_epoch: Mapping[str, Finite]
    test: Mapping[str, Finite]
    error: str = ""
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class RunRecord:
    """A run's folder, read and checked.

    `tables` are what experiment.toml says: later versions' new settings are not among them.
    `history` has for each logged name one value an epoch, `seconds` one time an epoch. `ending` is
    None while the run trains, and where it was killed.
    """

    folder: Path
    experiment: Experiment
    environment: Environment
    tables: Mapping[str, Any]
    history: Mapping[str, tuple[float, ...]]
    seconds: tuple[float, ...]
    ending: Ending | None

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def epochs(self) -> int:
        """The number of epochs in the history."""
        return len(next(iter(self.history.values()), ()))

    def identity(self, **settings: Any) -> str:
        """The identity of the experiment in `tables`, with these settings in place of its own."""
        plain = {**self.tables, "settings": {**self.tables.get("settings", {}), **settings}}
        return identity_of(plain, self.environment.data.hash, self.environment.owners())

    @property
    def contradiction(self) -> str:
        """Why its files cannot be those of one run; empty where they can."""
        if self.identity(epochs=1) != self.environment.training:
            return (
                f"{EXPERIMENT} and {ENVIRONMENT} do not belong together; one of them was changed."
            )
        asked = self.experiment.settings.epochs
        if self.ending is not None and self.epochs > asked:
            return (
                f"{HISTORY} has {self.epochs} epochs, but {EXPERIMENT} asks for {asked}; one of "
                "them was changed."
            )
        return ""

    def model(self) -> "keras.Model":
        """The trained model, on raw pixels, uint8 (N, H, W, C); not compiled. Raises BadRun."""
        from zookit.inference.rebuild import rebuilt_model  # which imports this module

        return rebuilt_model(self)

    @property
    def status(self) -> str:
        """finished, interrupted, failed, running or killed."""
        if self.ending is not None:
            return self.ending.status
        return "running" if is_locked(self.folder) else "killed"


def read_run(folder: Path) -> RunRecord:
    """A run's folder, read and checked. Raises BadRun, which names the file and what is wrong."""
    experiment, tables = _experiment(folder / EXPERIMENT)
    environment = _json(folder / ENVIRONMENT, Environment)
    history = _columns(folder / HISTORY)
    seconds = _columns(folder / TIMES).get("seconds", ())
    ending = _json(folder / METRICS, Ending) if (folder / METRICS).exists() else None
    run = RunRecord(folder, experiment, environment, tables, history, seconds, ending)
    if ending is not None and ending.epochs != run.epochs:
        raise damaged(folder / HISTORY, f"it has {run.epochs} epochs, {METRICS} {ending.epochs}")
    if ending is not None and ending.epochs != len(seconds):
        raise damaged(folder / TIMES, f"it has {len(seconds)} epochs, {METRICS} {ending.epochs}")
    return run


def _experiment(path: Path) -> tuple[Experiment, dict[str, Any]]:
    """What the file says was trained, and its tables as they stand there."""
    text = _text(path)
    try:
        return Experiment.from_toml(text, str(path)), tomllib.loads(text)
    except ZookitError as error:
        raise BadRun(str(error)) from error


def damaged(path: Path, reason: str) -> BadRun:
    """The error for a file of a run's folder that is not as it was written."""
    # The reason may quote the file, in which a terminal's control codes may stand.
    return BadRun(
        f"{path} is damaged: {printable(reason)}. Take the file from a copy of the run, or run the "
        "experiment again."
    )


def check_file(path: Path) -> None:
    """Raise BadRun where what is there is no file: reading a pipe or a device has no end."""
    if path.exists() and not path.is_file():
        raise BadRun(f"{path} is no file. Take the file from a copy of the run.")


def _text(path: Path) -> str:
    try:
        check_file(path)
        return path.read_text(encoding="utf-8-sig")  # as some editors write it
    except FileNotFoundError:
        raise BadRun(f"{path.parent} is not a whole run: it has no {path.name}.") from None
    except OSError as error:
        raise BadRun(f"{path} cannot be read: {error.strerror or error}.") from None
    except UnicodeDecodeError:
        raise damaged(path, "it is not UTF-8 text") from None


def checked(path: Path, found: Any, kind: type[T]) -> T:
    """What a file holds, as `kind`. Raises BadRun where it does not fit."""
    from pydantic import ValidationError

    try:
        declared: type = kind
        made: T = adapter_of(declared).validate_python(found)
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        where = ".".join(map(str, detail["loc"]))
        raise damaged(path, f"{where}: {detail['msg']}") from None
    except RecursionError:
        raise damaged(path, "it is nested too deeply") from None
    return made


def _json(path: Path, kind: type[T]) -> T:
    text = _text(path)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise damaged(path, f"it is not JSON ({reason_of(error)})") from None
    if not isinstance(found, dict):
        raise damaged(path, "it is not a JSON object")
    if found.get("format") != FORMAT:
        raise BadRun(
            f"{path}: format is {quoted(found.get('format'))}; this zookit reads {FORMAT}."
        )
    return checked(path, found, kind)


def _columns(path: Path) -> dict[str, tuple[float, ...]]:
    """The columns of a CSV file beside `epoch`; none where there is no file."""
    if not path.exists():
        return {}
    try:
        header, *rows = csv.reader(_text(path).splitlines() or ["nothing"])
        if header[:1] != ["epoch"] or len(set(header)) != len(header):
            raise ValueError(f"its columns are {', '.join(header)}")
        values = [[float(each) for each in row] for row in rows]
        for at, row in enumerate(values, start=1):
            if len(row) != len(header) or row[0] != at or not all(map(math.isfinite, row)):
                raise ValueError(f"line {at + 1} is not that of epoch {at}")
    except (ValueError, csv.Error) as error:
        raise damaged(path, reason_of(error)) from None
    return {name: tuple(row[at] for row in values) for at, name in enumerate(header) if at}
