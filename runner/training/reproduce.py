"""Repeats a run's experiment and compares the results."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from zookit.core import BadRun, Component, FolderError, RunContext, ZookitError, hookimpl, html
from zookit.core.messages import counted, printable
from zookit.core.old_names import current_name
from zookit.core.parameters import defaulted_parameters
from zookit.runs.arrays import load_of_end
from zookit.runs.environment_diff import environment_diff
from zookit.runs.resume_command import resume_command
from zookit.runs.run import WEIGHTS, RunRecord, read_run
from zookit.training.completeness import check_unchanged
from zookit.training.composition import Composition
from zookit.training.destinations import check_destinations
from zookit.training.listeners import AttachedListener
from zookit.training.resolve import recompose
from zookit.training.session import View, train


@dataclass(frozen=True, eq=False, repr=False)
class Reproduction:
    """A run and its repetition, `again`.

    `environment` has one line for each difference between the environments of the two, `values` one
    for each difference between their results, as far as the first run went.
    """

    run: RunRecord
    again: RunRecord
    environment: tuple[str, ...]
    values: tuple[str, ...]

    @property
    def identical(self) -> bool:
        """Whether everything that was compared is equal to the last bit."""
        return not self.values

    @property
    def compared(self) -> str:
        """The parts of the runs that were compared, in words."""
        if self.run.status == "finished":
            return "history, test values and weights"
        if _both_failed(self.run, self.again):
            return "history, error and weights"
        return f"the history of {counted(self.run.epochs, 'epoch')}, all that the run has"

    def plain(self) -> dict[str, object]:
        """Return the result of the comparison as plain values, for JSON."""
        return {
            "format": 1,
            "run": self.run.name,
            "folder": str(self.again.folder),
            "identical": self.identical,
            "compared": self.compared,
            "environment": list(self.environment),
            "values": list(self.values),
        }

    def __repr__(self) -> str:
        """Return in one line whether the results are identical."""
        result = "identical" if self.identical else f"different ({'; '.join(self.values)})"
        return f"<Reproduction of {printable(self.run.name)}: {result}>"

    def _repr_html_(self) -> str:
        rows = [
            ("run", self.run.name),
            ("repeated as", self.again.name),
            ("identical", f"yes: {self.compared}" if self.identical else "no"),
            *(("differs", line) for line in self.values),
            *(("environment", line) for line in self.environment),
        ]
        return html.table((), rows)


class _FolderListener:
    """Notes the folder of a run, which may fail later."""

    folder: Path | None = None

    @hookimpl
    def run_started(self, run: RunContext) -> None:
        """Note the folder."""
        self.folder = run.folder


def reproduce(
    run: RunRecord,
    runs_dir: Path,
    *,
    view: View,
    instances: Sequence[Component] = (),
    allow_writes: bool = False,
) -> Reproduction:
    """Train a run's experiment again, as a new run in `runs_dir`, and compare the two.

    Threads, XLA and steps per execution are those of the run, so this process must be able to use
    its threads. `instances` are the components that no entry point names. Raises ZookitError as
    training does, unless the run itself failed too, and BadRun if the run is not complete, cannot
    be rebuilt or has nothing to compare with; and FolderError if it writes outside its folder,
    unless `allow_writes`.
    """
    check_unchanged(run)
    failed = run.status == "failed"
    if not run.epochs and not failed:
        raise BadRun(
            f"{run.shown} has no whole epoch to compare with: it is {run.status}. Resume it: "
            f"{resume_command(run)}"
        )
    if run.ending is not None:
        load_of_end(run, WEIGHTS)  # a damaged file is reported before the training
    composition = _with_defaults_of_today(recompose(run, instances=instances))
    check_destinations(composition, allowed=allow_writes)
    listener = _FolderListener()
    try:
        folder = train(
            composition,
            runs_dir,
            [AttachedListener.attach(listener, "the repetition")],
            view=view,
            replay=run.environment.runtime,
        ).folder
    except ZookitError as error:
        # An error of writing the folder is the repetition's own, not the run's.
        if not failed or listener.folder is None or isinstance(error, FolderError):
            raise
        folder = listener.folder
    again = read_run(folder)
    differences = environment_diff(run.environment, again.environment)
    return Reproduction(run, again, differences, tuple(_values(run, again)))


def _with_defaults_of_today(composition: Composition) -> Composition:
    """Return the composition knowing which parameters equal the defaults of the installed versions.

    Another version may have changed a default, and the repetition is recorded with this one. Only
    the metrics are as recorded, because the names that they are logged under depend on it.
    """
    specs = []
    for slot, spec in composition.experiment.slots().items():
        part = composition.parts[slot]
        known, kind = defaulted_parameters(part), type(part)
        equal = frozenset(key for key in spec.parameters if current_name(kind, key) in known)
        specs.append(spec if slot.startswith("metrics.") else replace(spec, defaulted=equal))
    return replace(composition, experiment=composition.experiment.with_components(specs))


def _both_failed(run: RunRecord, again: RunRecord) -> bool:
    return run.status == again.status == "failed"


def _values(run: RunRecord, again: RunRecord) -> Iterator[str]:
    """Yield the differences between the results, as far as the run went."""
    epochs = run.epochs
    for name in {**run.history, **again.history}:
        then, now = run.history.get(name, ()), again.history.get(name, ())
        yield from _first_difference(name, then, now[:epochs])
    if run.ending is None or run.ending.status in ("interrupted", "pruned"):
        return
    error = "" if again.ending is None else again.ending.error
    if error != run.ending.error:
        yield f"error: {run.ending.error or 'none'}, now {error or 'none'}"
    if run.status == "failed" and not _both_failed(run, again):
        return  # the weights come from different epochs
    test = again.ending.test if again.ending is not None else {}
    for name in {**run.ending.test, **test}:
        then_test, now_test = run.ending.test.get(name), test.get(name)
        if then_test != now_test:
            yield f"test {name}: {_shown(then_test)}, now {_shown(now_test)}"
    yield from _weights(run, again)


def _first_difference(name: str, then: Sequence[float], now: Sequence[float]) -> Iterator[str]:
    if len(then) != len(now):
        yield f"{name}: {counted(len(then), 'epoch')}, now {len(now)}"
    for epoch, (before, after) in enumerate(zip(then, now, strict=False), start=1):
        if before != after and not (math.isnan(before) and math.isnan(after)):
            yield f"{name}: from epoch {epoch} on, {_shown(before)}, now {_shown(after)}"
            return


def _weights(then: RunRecord, now: RunRecord) -> Iterator[str]:
    import numpy as np

    before, after = load_of_end(then, WEIGHTS), load_of_end(now, WEIGHTS)
    if {name: each.shape for name, each in before.items()} != {
        name: each.shape for name, each in after.items()
    }:
        yield f"weights: {counted(len(before), 'array')}, now {len(after)}, or of other shapes"
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
