"""Writing a run's folder: what the run leaves behind."""

import csv
import io
import json
import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomli_w

from zookit.core import Experiment, FolderError, Result, RunContext, hookimpl
from zookit.core.data.cache import written_aside
from zookit.core.errors import reason_of
from zookit.data.hashes import sha256_of_file
from zookit.runs.arrays import numbered, save_arrays
from zookit.runs.evaluation import save_evaluation
from zookit.runs.naming import TIME_FORMAT
from zookit.runs.run import (
    ENVIRONMENT,
    EVALUATION,
    EXPERIMENT,
    FORMAT,
    HISTORY,
    METRICS,
    TIMES,
    WEIGHTS,
)

if TYPE_CHECKING:
    import keras


def check_runs_dir(runs_dir: Path) -> None:
    """Raise FolderError where no folder could be made in there; before any work is done."""
    try:
        nearest = runs_dir.absolute()
        while not nearest.exists() and nearest != nearest.parent:
            nearest = nearest.parent
    except OSError as error:  # the current folder has vanished, or another may not be entered
        raise _unwritable(runs_dir, error.strerror or str(error)) from None
    if not nearest.is_dir():
        raise _unwritable(runs_dir, f"{nearest} is not a folder")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise _unwritable(runs_dir, f"{nearest} may not be written")


def make_folder(runs_dir: Path, identity: str, now: datetime) -> Path:
    """A new folder named by time and the start of the experiment's identity.

    Raises FolderError where it cannot be made.
    """
    base = f"{now:{TIME_FORMAT}}-{identity[:8]}"
    try:
        runs_dir.mkdir(parents=True, exist_ok=True)
        for name in (base, *(f"{base}-{count}" for count in range(2, 1000))):
            try:
                (runs_dir / name).mkdir()
            except FileExistsError:
                continue  # the same experiment in the same second, perhaps by another process
            return (runs_dir / name).absolute()
    except OSError as error:
        raise _unwritable(runs_dir, error.strerror or str(error)) from None
    raise _unwritable(runs_dir, f"{base} was made a thousand times in one second")


class FolderWriter:
    """Writes the run's folder as the run goes on; every file is whole at any moment.

    A run that is resumed has a `history` and `seconds` already.
    """

    def __init__(
        self, history: Mapping[str, Sequence[float]] | None = None, seconds: Sequence[float] = ()
    ) -> None:
        self._begun = False
        self._before: dict[str, bytes] = {}
        self._epochs, self._seconds = _rows(history or {}), list(seconds)

    @hookimpl
    def run_started(self, run: RunContext) -> None:
        """Write what is known beforehand."""
        self._folder = run.folder
        self._before = {
            name: (run.folder / name).read_bytes()
            for name in (HISTORY, TIMES, ENVIRONMENT, EXPERIMENT, METRICS)
            if (run.folder / name).exists()
        }
        # Of a run that is resumed there may be more epochs than the checkpoint knows of.
        for name in (METRICS, HISTORY, TIMES):
            with _guarded(self._folder / name) as path:
                path.unlink(missing_ok=True)
        self._write_json(ENVIRONMENT, run.environment)
        # After the other: it is what makes the folder a run.
        self._write(EXPERIMENT, self._experiment(run.experiment))
        self._write_epochs()

    def _experiment(self, experiment: Experiment) -> str:
        """As TOML. Of a run that is resumed only the epochs change, whatever versions add."""
        if EXPERIMENT not in self._before:
            return experiment.to_toml()
        tables = tomllib.loads(self._before[EXPERIMENT].decode("utf-8-sig"))
        tables.setdefault("settings", {})["epochs"] = experiment.settings.epochs
        return tomli_w.dumps(tables)

    @hookimpl
    def keras_callbacks(self, run: RunContext) -> "Sequence[keras.callbacks.Callback]":
        """One that learns that training has begun."""
        del run
        import keras

        def begin(*_: Any) -> None:
            self._begun = True

        return [keras.callbacks.LambdaCallback(on_epoch_begin=begin, on_train_end=begin)]

    @hookimpl
    def epoch_ended(self, values: Mapping[str, float], seconds: float) -> None:
        """Write history and times anew; both are small."""
        self._epochs.append(values)
        self._seconds.append(seconds)
        self._write_epochs()

    @hookimpl
    def run_finished(self, result: Result) -> None:
        """Write the metrics and the weights."""
        self._write_end(result, {})

    @hookimpl
    def run_failed(self, result: Result, error: BaseException) -> None:
        """Write what there is, and the error."""
        self._write_end(result, {"error": str(error)})

    def _write_end(self, result: Result, more: Mapping[str, Any]) -> None:
        if self._before and not self._begun:
            # It could not even be gone on with: what there was of it is worth more. What says that
            # it has ended comes last here, too.
            for name, content in self._before.items():
                with written(self._folder / name) as aside:
                    aside.write_bytes(content)
            return
        self._epochs, self._seconds = _rows(result.history), list(result.seconds)
        self._write_epochs()
        last = {name: values[-1] for name, values in result.history.items() if values}
        files = {}
        with written(self._folder / WEIGHTS) as aside:
            save_arrays(aside, numbered("", result.model.weights))
            files[WEIGHTS] = sha256_of_file(aside)
        if result.evaluation is not None:
            with written(self._folder / EVALUATION) as aside:
                save_evaluation(aside, result.evaluation)
                files[EVALUATION] = sha256_of_file(aside)
        # Last: it is what says that the run has ended.
        self._write_json(
            METRICS,
            {
                "status": result.status,
                "epochs": result.epochs,
                "last_epoch": last,
                "test": result.metrics,
                "files": files,
                **more,
            },
        )

    def _write_epochs(self) -> None:
        if self._epochs:
            # history.csv has no clock in it, so that two equal runs have equal files.
            self._write_csv(HISTORY, self._epochs)
            self._write_csv(TIMES, [{"seconds": round(each, 3)} for each in self._seconds])

    def _write_csv(self, name: str, rows: "list[Any]") -> None:
        text = io.StringIO()
        writer = csv.DictWriter(text, ["epoch", *rows[0]], lineterminator="\n")
        writer.writeheader()
        writer.writerows({"epoch": at, **row} for at, row in enumerate(rows, start=1))
        self._write(name, text.getvalue())

    def _write_json(self, name: str, value: Mapping[str, Any]) -> None:
        self._write(name, json.dumps({"format": FORMAT, **value}, indent=2, allow_nan=False) + "\n")

    def _write(self, name: str, text: str) -> None:
        with written(self._folder / name) as aside:
            aside.write_text(text, encoding="utf-8")


def _rows(history: Mapping[str, Sequence[float]]) -> list[Mapping[str, float]]:
    return [
        dict(zip(history, values, strict=True)) for values in zip(*history.values(), strict=True)
    ]


@contextmanager
def written(path: Path) -> Iterator[Path]:
    """A path beside a run's file to write to, moved into place at the end; then it is whole.

    Raises FolderError where that cannot be done; what was there before is then as it was.
    """
    with _guarded(path), written_aside(path) as aside:
        yield aside


@contextmanager
def _guarded(path: Path) -> Iterator[Path]:
    try:
        # A folder that vanished is not made anew: somebody removed it.
        if not path.parent.is_dir():
            raise FolderError(f"the run's folder {path.parent} has vanished.")
        yield path
    except OSError as error:
        raise FolderError(
            f"{path} cannot be written: {error.strerror or reason_of(error)}. Free some room there "
            "and go on with 'zookit resume', or name another folder with --runs-dir."
        ) from error


def _unwritable(runs_dir: Path, reason: str) -> FolderError:
    return FolderError(
        f"no run can be kept in {runs_dir}: {reason}. Name another folder with --runs-dir."
    )
