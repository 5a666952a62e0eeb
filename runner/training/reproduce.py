"""Running a kept run's experiment once more, and what differs in the result."""

import math
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from zookit.core import BadRun, FolderError, RunContext, ZookitError, hookimpl
from zookit.runs.arrays import load_of_end
from zookit.runs.environment_diff import differences
from zookit.runs.run import WEIGHTS, RunRecord, read_run
from zookit.training.listeners import Listening
from zookit.training.session import check_unchanged, recomposed, train


@dataclass(frozen=True, eq=False)
class Reproduction:
    """A kept run and its repetition, `again`.

    `surroundings` are the differences between what the two ran on, `values` those between their
    results, a line each; identical are two whose results do not differ in a single bit, as far as
    the first one went.
    """

    run: RunRecord
    again: RunRecord
    surroundings: tuple[str, ...]
    values: tuple[str, ...]

    @property
    def identical(self) -> bool:
        """Whether what was compared is equal to the last bit."""
        return not self.values

    @property
    def compared(self) -> str:
        """What of the two was compared."""
        if self.run.status == "finished":
            return "history, test values and weights"
        if _both_failed(self.run, self.again):
            return "history, error and weights"
        return f"the history of {self.run.epochs} epochs, which is all that there is of it"

    def plain(self) -> dict[str, object]:
        """The same as JSON has it."""
        return {
            "format": 1,
            "run": self.run.name,
            "folder": str(self.again.folder),
            "identical": self.identical,
            "compared": self.compared,
            "surroundings": list(self.surroundings),
            "values": list(self.values),
        }


class _Where:
    """Listens for the folder of a run, which may fail."""

    folder: Path | None = None

    @hookimpl
    def run_started(self, run: RunContext) -> None:
        """The folder exists."""
        self.folder = run.folder


def reproduce(
    run: RunRecord, runs_dir: Path, *, quiet: bool = False, console: Console | None = None
) -> Reproduction:
    """Train a kept run's experiment again, as a run of its own in `runs_dir`, and compare.

    Takes the same threads, XLA and steps per execution, so it needs a process in which TensorFlow
    has not computed yet. Raises ZookitError as training does, unless the run itself failed too, and
    BadRun where the run is not whole, cannot be rebuilt or has nothing to compare with.
    """
    check_unchanged(run)
    failed = run.status == "failed"
    if not run.epochs and not failed:
        raise BadRun(
            f"{run.folder} has no whole epoch to compare with: it is {run.status}. Go on with it: "
            f"zookit resume {shlex.quote(str(run.folder))}"
        )
    if run.ending is not None:
        load_of_end(run, WEIGHTS)  # a damaged one is told before the training
    where = _Where()
    try:
        folder = train(
            recomposed(run),
            runs_dir,
            [Listening.to(where, "the repetition")],
            quiet=quiet,
            console=console,
            alone=True,
            replay=run.environment.engine,
        ).folder
    except ZookitError as error:
        # A folder that cannot be written is the repetition's own trouble.
        if not failed or where.folder is None or isinstance(error, FolderError):
            raise
        folder = where.folder
    again = read_run(folder)
    surroundings = differences(run.environment, again.environment)
    return Reproduction(run, again, surroundings, tuple(_values(run, again)))


def _both_failed(run: RunRecord, again: RunRecord) -> bool:
    return run.status == again.status == "failed"


def _values(run: RunRecord, again: RunRecord) -> Iterator[str]:
    """Where the results differ. Of a run that did not finish: as far as it went."""
    epochs = run.epochs
    for name in {**run.history, **again.history}:
        then, now = run.history.get(name, ()), again.history.get(name, ())
        yield from _first_difference(name, then, now[:epochs])
    if run.ending is None or run.ending.status == "interrupted":
        return
    error = "" if again.ending is None else again.ending.error
    if error != run.ending.error:
        yield f"error: {run.ending.error or 'none'}, now {error or 'none'}"
    if run.status == "failed" and not _both_failed(run, again):
        return  # the weights are of different epochs
    test = again.ending.test if again.ending is not None else {}
    for name in {**run.ending.test, **test}:
        then_test, now_test = run.ending.test.get(name), test.get(name)
        if then_test != now_test:
            yield f"test {name}: {_shown(then_test)}, now {_shown(now_test)}"
    yield from _weights(run, again)


def _first_difference(name: str, then: Sequence[float], now: Sequence[float]) -> Iterator[str]:
    if len(then) != len(now):
        yield f"{name}: {len(then)} epochs, now {len(now)}"
    for epoch, (before, after) in enumerate(zip(then, now, strict=False), start=1):
        if before != after:
            yield f"{name}: from epoch {epoch} on, {_shown(before)}, now {_shown(after)}"
            return


def _weights(then: RunRecord, now: RunRecord) -> Iterator[str]:
    import numpy as np

    before, after = load_of_end(then, WEIGHTS), load_of_end(now, WEIGHTS)
    if {name: each.shape for name, each in before.items()} != {
        name: each.shape for name, each in after.items()
    }:
        yield f"weights: {len(before)} arrays, now {len(after)}, or of other shapes"
        return
    # Not as numbers: none equals NaN, and 0 is -0.
    unequal = [name for name in before if before[name].tobytes() != after[name].tobytes()]
    if unequal:
        with np.errstate(invalid="ignore"):  # of infinities
            farthest = max(
                float(np.nan_to_num(np.abs(before[name].astype(float) - after[name])).max())
                for name in unequal
            )
        yield f"weights: {len(unequal)} of {len(before)} arrays, by up to {farthest:.2g}"


def _shown(value: float | None) -> str:
    if value is None or not math.isfinite(value):
        return "none"
    return repr(value)
