"""Writes a run's folder as the run proceeds."""

import csv
import errno
import io
import json
import math
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zookit.core import FolderError, Result, RunContext, hookimpl
from zookit.core.addresses import without_secrets
from zookit.core.data.writing import remove_leftovers, written_aside
from zookit.core.errors import reason_of
from zookit.core.messages import option
from zookit.data.hashes import sha256_of_file
from zookit.runs.arrays import numbered, save_arrays
from zookit.runs.callback_files import remove_later_files
from zookit.runs.evaluation import save_evaluation
from zookit.runs.order import TIME_FORMAT
from zookit.runs.probe import PROBE, outputs_to_record
from zookit.runs.resume_command import resume_command_in
from zookit.runs.run import (
    CHECKPOINT,
    ENVIRONMENT,
    EVALUATION,
    EXPERIMENT,
    FORMAT,
    HISTORY,
    LIMITS,
    METRICS,
    TIMES,
    WEIGHTS,
)

if TYPE_CHECKING:
    import keras


_LONGEST_ERROR = 10_000
"""The longest error to keep, in characters."""


def check_runs_dir(runs_dir: Path) -> None:
    """Raise FolderError if no folder can be created in `runs_dir`; called before any work."""
    try:
        nearest = runs_dir.absolute()
        while not nearest.exists() and nearest != nearest.parent:
            nearest = nearest.parent
    except OSError as error:  # the current folder is gone, or another may not be entered
        raise _unwritable(runs_dir, error.strerror or str(error)) from None
    if not nearest.is_dir():
        raise _unwritable(runs_dir, f"{nearest} is not a folder")
    if (nearest / EXPERIMENT).is_file():
        raise _unwritable(runs_dir, f"{nearest} is a run, not a folder of runs")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise _unwritable(runs_dir, f"no permission to write to {nearest}")


def make_folder(runs_dir: Path, identity: str, now: datetime) -> Path:
    """Create a folder named by the time in UTC and the start of the experiment's identity.

    Raises FolderError if that fails.
    """
    base = f"{now.astimezone(UTC):{TIME_FORMAT}}-{identity[:8]}"
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
    raise _unwritable(runs_dir, f"it already has 999 runs named {base}")


def json_text(value: Mapping[str, Any]) -> str:
    """Return the text of `environment.json` or `metrics.json`."""
    return json.dumps({"format": FORMAT, **value}, indent=2, allow_nan=False) + "\n"


@contextmanager
def removed_on_error(folder: Path) -> Iterator[None]:
    """Remove a new folder, and all that is in it, if the block raises an error."""
    try:
        yield
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


class FolderWriter:
    """Writes a run's files; at any moment each of them is complete.

    A run that is resumed already has a `history` and `seconds`.
    """

    def __init__(
        self, history: Mapping[str, Sequence[float]] | None = None, seconds: Sequence[float] = ()
    ) -> None:
        self._resuming: RunContext | None = None
        self._epochs, self._seconds = _rows(history or {}), list(seconds)

    @hookimpl
    def run_started(self, run: RunContext) -> None:
        """Write the experiment and the environment; of a resumed run once it trains."""
        self._folder = run.folder
        if (run.folder / EXPERIMENT).exists():
            self._resuming = run
        else:
            self._begin(run)

    @hookimpl
    def keras_callbacks(self) -> "Sequence[keras.callbacks.Callback]":
        """Return a callback that notes when a resumed run trains."""
        import keras

        def start(*_: Any) -> None:
            if self._resuming is not None:
                # First, because nothing has changed if it fails.
                remove_later_files(self._folder, len(self._seconds))
                run, self._resuming = self._resuming, None
                self._begin(run)

        return [keras.callbacks.LambdaCallback(on_epoch_begin=start, on_train_end=start)]

    def _begin(self, run: RunContext) -> None:
        remove_leftovers(self._folder)  # of a process that was killed
        # A resumed run may have more epochs than its checkpoint.
        for name in (METRICS, HISTORY, TIMES):
            with _guarded(self._folder / name) as path:
                path.unlink(missing_ok=True)
        self._write_json(ENVIRONMENT, run.environment)
        # Last, because this file makes the folder a run.
        self._write(EXPERIMENT, run.experiment.to_toml())
        self._write_epochs()

    @hookimpl
    def epoch_ended(self, values: Mapping[str, float], seconds: float) -> None:
        """Rewrite history and times; both are small."""
        self._epochs.append(values)
        self._seconds.append(seconds)
        self._write_epochs()

    @hookimpl
    def values_added(self, values: Mapping[str, float]) -> None:
        """Rewrite the history with the values that callbacks added to the last epoch."""
        self._epochs[-1] = {**self._epochs[-1], **values}
        self._write_epochs()

    @hookimpl
    def run_finished(self, result: Result) -> None:
        """Write the weights, the outputs for fixed images, the evaluation and the metrics."""
        self._write_end(result, {})

    @hookimpl
    def run_failed(self, result: Result, error: BaseException) -> None:
        """Write the results so far, and the error."""
        self._write_end(result, {"error": without_secrets(reason_of(error))[:_LONGEST_ERROR]})

    def _write_end(self, result: Result, more: Mapping[str, Any]) -> None:
        if self._resuming is not None:
            return  # it could not be resumed, and nothing has changed
        self._epochs, self._seconds = _rows(result.history), list(result.seconds)
        self._write_epochs()
        last = {
            name: values[-1]
            for name, values in result.history.items()
            if values and not math.isnan(values[-1])
        }
        files = {}
        with written(self._folder / WEIGHTS) as aside:
            save_arrays(aside, numbered("", result.model.weights))
            files[WEIGHTS] = sha256_of_file(aside)
        outputs = outputs_to_record(result.model)
        if outputs:
            with written(self._folder / PROBE) as aside:
                save_arrays(aside, outputs)
                files[PROBE] = sha256_of_file(aside)
        if result.evaluation is not None:
            with written(self._folder / EVALUATION) as aside:
                save_evaluation(aside, result.evaluation)
                files[EVALUATION] = sha256_of_file(aside)
        if (self._folder / CHECKPOINT).is_file():
            files[CHECKPOINT] = sha256_of_file(self._folder / CHECKPOINT)
        # Last, because this file marks the run as ended.
        self._write_json(
            METRICS,
            {
                "status": result.status,
                "epochs": result.epochs,
                "last_epoch": last,
                "test": result.metrics,
                "files": files,
                **({"stopped_by": result.stopped_by} if result.stopped_by else {}),
                **_restored(result),
                **more,
            },
        )

    def _write_epochs(self) -> None:
        if self._epochs:
            # history.csv has no times in it, so that equal runs have equal files.
            self._write_csv(HISTORY, self._epochs)
            self._write_csv(TIMES, [{"seconds": round(each, 3)} for each in self._seconds])

    def _write_csv(self, name: str, rows: "list[Any]") -> None:
        text = io.StringIO()
        names = dict.fromkeys(name for row in rows for name in row)
        writer = csv.DictWriter(text, ["epoch", *names], lineterminator="\n")
        writer.writeheader()
        for at, row in enumerate(rows, start=1):
            values = {name: value for name, value in row.items() if not math.isnan(value)}
            writer.writerow({"epoch": at, **values})
        self._write(name, text.getvalue())

    def _write_json(self, name: str, value: Mapping[str, Any]) -> None:
        self._write(name, json_text(value))

    def _write(self, name: str, text: str) -> None:
        content = text.encode()
        if len(content) > LIMITS[name]:
            raise FolderError(
                f"{self._folder / name} would have {len(content):,} bytes, expected at most "
                f"{LIMITS[name]:,}. Use fewer or shorter names of classes and files."
            )
        with written(self._folder / name) as aside:
            aside.write_bytes(content)


def _restored(result: Result) -> dict[str, int]:
    """Return the epoch whose weights the model has, unless it is the last one."""
    epoch = result.restored_epoch
    return {} if epoch is None or epoch == result.epochs else {"restored_epoch": epoch}


def _rows(history: Mapping[str, Sequence[float]]) -> list[Mapping[str, float]]:
    return [
        dict(zip(history, values, strict=True)) for values in zip(*history.values(), strict=True)
    ]


@contextmanager
def written(path: Path) -> Iterator[Path]:
    """Yield a path beside a run's file; what is written there replaces the file at the end.

    Raises FolderError if that fails; the file is then as it was before.
    """
    with _guarded(path), written_aside(path) as aside:
        yield aside


@contextmanager
def _guarded(path: Path) -> Iterator[Path]:
    try:
        # A folder that is gone is not created again: somebody removed it.
        if not path.parent.is_dir():
            raise FolderError(f"the run's folder {path.parent} does not exist any more.")
        yield path
    except OSError as error:
        resume = ""
        with suppress(OSError):
            if (path.parent / EXPERIMENT).is_file():
                resume = f", and continue it: {resume_command_in(path.parent)}"
        elsewhere = f", or choose another folder with {option('--runs-dir', 'runs_dir')}."
        full = error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", None))
        fix = "Free some disk space" if full else "Make its folder writable"
        raise FolderError(
            f"{path} cannot be written: {error.strerror or reason_of(error)}. {fix}"
            f"{resume or elsewhere}"
        ) from error


def _unwritable(runs_dir: Path, reason: str) -> FolderError:
    return FolderError(
        f"cannot create a run in {runs_dir}: {reason}. Choose another folder with "
        f"{option('--runs-dir', 'runs_dir')}."
    )
