"""Trains recipes of the zoo as the cells of one sweep, and takes in what they reached."""

import shutil
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from types import FrameType

from zoo_entries import Entry, Origin, Result, located

from zookit.core import BadExperiment, TrainingFailed
from zookit.core.messages import counted
from zookit.modeling.runtime import versions
from zookit.runs.run import WEIGHTS, RunRecord, read_run
from zookit.runs.writer import check_runs_dir
from zookit.sweeps.cells import Cell
from zookit.sweeps.coordinator import Coordinator
from zookit.sweeps.kept import Reuse, find_kept
from zookit.sweeps.listed_cells import ListedCells
from zookit.sweeps.plan import PlannedCell, Planner
from zookit.sweeps.state import CellState
from zookit.sweeps.store import Store, open_store
from zookit.sweeps.sweep import open_launcher
from zookit.sweeps.trials import Trials
from zookit.terminal import bar
from zookit.training.resolve import compose_experiment

LAUNCHER = "local:workers=2"
"""Each recipe has one thread, so that two train at a time on two cores."""
_ENTRY, _SEED = "entry", "seed"
_PACKAGES = ("zookit", "tensorflow", "keras", "numpy", "python")
_CPU_INFO = Path("/proc/cpuinfo")


@dataclass(frozen=True)
class Training:
    """A seed of an entry, which is to be trained."""

    entry: Entry
    seed: int

    @property
    def words(self) -> Mapping[str, str]:
        """What distinguishes it from others."""
        return {_ENTRY: self.entry.name, _SEED: str(self.seed)}

    def cell(self) -> Cell:
        """Return the cell that trains it. Raises ZookitError."""
        experiment = located(self.entry.experiment.with_settings(seed=self.seed))
        return Cell(self.words, compose_experiment(experiment))


def train(
    trainings: Sequence[Training],
    runs_dir: Path,
    done: Callable[[Training, RunRecord], None],
    report: Callable[[str], None],
    launcher: str = LAUNCHER,
) -> None:
    """Train what `runs_dir` does not have yet, and continue what was stopped there.

    The longest come first, so that both workers end at about the same time. `done` is called with
    each run that has finished, `report` with a line about each epoch.

    Raises:
        TrainingFailed: some failed, or it was stopped; the runs that have finished are kept.
        ZookitError: a recipe does not fit its data, or the folder cannot be used.
    """
    ordered = sorted(trainings, key=lambda each: -each.entry.seconds)
    by_words = {tuple(each.words.values()): each for each in ordered}
    with ExitStack() as held:
        check_runs_dir(runs_dir)
        runs_dir = runs_dir.absolute()
        store = open_store(runs_dir, held)
        cells = ListedCells([each.cell() for each in ordered])
        trials = Trials(cells=cells, planner=Planner(bar), runs_dir=runs_dir, reuse=Reuse())
        trials.ask_all(lambda: None)
        if trials.misfits:
            raise BadExperiment(f"{trials.misfits[0].values[_ENTRY]}: {trials.misfits[0].reason}")

        def changed(state: CellState) -> None:
            report(_line(state))
            if state.status == "finished" and state.folder is not None:
                done(by_words[tuple(state.cell.values.values())], read_run(state.folder))

        for state in trials.states:
            if state.over:
                changed(state)
        stop = held.enter_context(_stopped_by_signals())
        _coordinate(trials, store, changed, launcher, stop)
    _check_all_finished(trials.states)


def forget(trainings: Sequence[Training], runs_dir: Path) -> None:
    """Remove the runs that would be taken for these trainings. Raises ZookitError."""
    planner = Planner(bar)
    planned = [planner.plan(each.cell()) for each in trainings]
    cells = [each for each in planned if isinstance(each, PlannedCell)]
    if runs_dir.is_dir():
        for run in find_kept(runs_dir, cells, Reuse()).done.values():
            shutil.rmtree(run.folder)


def _coordinate(
    trials: Trials,
    store: Store,
    changed: Callable[[CellState], None],
    launcher: str,
    stop: Event,
) -> None:
    if all(each.over for each in trials.states):
        return
    opened, jobs = open_launcher(launcher, store)
    try:
        Coordinator(
            trials=trials,
            launcher=opened,
            jobs=jobs,
            store=store,
            listeners=(),
            limit=None,
            changed=changed,
        ).run(stop)
    finally:
        jobs.close()


def _line(state: CellState) -> str:
    """Return how far a training is, in one line."""
    name = f"{state.cell.values[_ENTRY]}, seed {state.cell.values[_SEED]}"
    epochs = f"epoch {state.epochs}/{state.cell.experiment.settings.epochs}"
    values = "  ".join(f"{key} {value:.4f}" for key, value in state.values.items())
    if state.status == "finished":
        tested = "".join(f"  test {key} {value:.4f}" for key, value in state.test.items())
        return f"{name}: finished in {state.seconds:.0f} s{tested}"
    if state.status == "running":
        return f"{name}: {epochs}  {values}".rstrip()
    return f"{name}: {state.status}{f', {state.reason}' * bool(state.reason)}"


def _check_all_finished(states: Sequence[CellState]) -> None:
    failed = [each for each in states if each.status == "failed"]
    if failed:
        raise TrainingFailed(
            f"{counted(len(failed), 'training')} failed: {_line(failed[0])}. The same command "
            "tries again."
        )
    left = [each for each in states if each.status != "finished"]
    if left:
        raise TrainingFailed(
            f"stopped; {counted(len(left), 'training')} left. The same command continues."
        )


@contextmanager
def _stopped_by_signals() -> Iterator[Event]:
    """Yield an event that Ctrl-C or SIGTERM sets: what trains writes a checkpoint then."""
    stop = Event()

    def stopped(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {each: signal.signal(each, stopped) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def result_of(run: RunRecord) -> Result:
    """Return what a finished run reached."""
    assert run.ending
    return Result(
        seed=run.experiment.settings.seed,
        accuracy=run.ending.test["accuracy"],
        val_accuracy=run.ending.last_epoch.get("val_accuracy"),
        seconds=round(sum(run.seconds), 1),
        weights=run.ending.files[WEIGHTS],
    )


def origin_of(run: RunRecord) -> Origin:
    """Return the origin of the result of a finished run."""
    recorded, parameters = run.environment.versions, run.environment.parameters
    return Origin(
        **{name: recorded[name] for name in _PACKAGES},
        processor=processor(),
        data=run.environment.data.hash,
        parameters=parameters.all if parameters else 0,
        size=(run.folder / WEIGHTS).stat().st_size,
    )


def known_here() -> dict[str, str]:
    """Return what is known of an origin before training here: the versions and the processor."""
    found = versions()
    return {**{name: found[name] for name in _PACKAGES}, "processor": processor()}


def processor() -> str:
    """Return the name of this machine's processor, or `unknown`."""
    try:
        lines = _CPU_INFO.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "unknown")
