"""What a sweep trains next, and what its search learns from the results."""

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean

from zookit.core import BadExperiment, BadRun
from zookit.runs.listing import runs_by_cell
from zookit.runs.run import read_run
from zookit.runs.summary import RunSummary
from zookit.sweeps.cells import CellTrials, Trial, without_validation
from zookit.sweeps.kept import Differing, Kept, Reuse, find_kept
from zookit.sweeps.listed_cells import ListedCells
from zookit.sweeps.plan import Misfit, PlannedCell, Planner
from zookit.sweeps.state import CellState

VALUE = "val_accuracy"
"""What a search learns from: the logged value of the last epoch, the greater the better."""


@dataclass(eq=False, kw_only=True)
class Trials:
    """The cells of a sweep, as they are asked for.

    Those that `runs_dir` has already are not trained; `reuse` says what else is taken for them.
    `differing` has the finished runs that are not. All cells of a search that does not learn are
    known at once.
    """

    cells: CellTrials | ListedCells
    planner: Planner
    runs_dir: Path
    reuse: Reuse
    differing: list[Differing] = field(default_factory=list)
    misfits: list[Misfit] = field(default_factory=list)
    states: list[CellState] = field(default_factory=list)
    _open: dict[CellState, Trial] = field(default_factory=dict)
    _by_trial: dict[Trial, list[CellState]] = field(default_factory=dict)
    _known: dict[str, CellState] = field(default_factory=dict)
    _listed: dict[str, list[RunSummary]] | None = None

    @property
    def learns(self) -> bool:
        """Whether results decide what is tried next."""
        return self.cells.learns

    def check_any(self) -> None:
        """Raise BadExperiment if there is nothing that could be trained."""
        if self.states:
            return
        reasons = [each.misfit for each in self.cells.misfits]
        reasons += [each.reason for each in self.misfits]
        why = (
            f"no combination fits. The first one: {reasons[0]}" if reasons else "all are excluded."
        )
        raise BadExperiment(f"there is nothing to train: {why}")

    def ask_all(self, done: Callable[[], None]) -> None:
        """Ask for all cells; `done` is called after each."""
        asked = {}
        while (found := self._next(done)) is not None:
            asked[found[0]] = found[1]
        self._add(asked)

    def ask_again(self, done: Callable[[], None]) -> bool:
        """Ask for the trials that an earlier process asked for; `done` is called after each cell.

        Return False if the search has results, but none of the runs they are of is there. Then it
        is to be opened again: the runs were removed, or are of other versions.
        """
        asked = {}
        while self.cells.recorded and (found := self._next(done)) is not None:
            asked[found[0]] = found[1]
        self._add(asked)
        return not self.cells.results or any(each.kept for each in self.states)

    def ask(self) -> list[CellState]:
        """Return the cells of the next trial that are to be trained; none if there is no more."""
        while (found := self._next()) is not None:
            new = [each for each in self._add(dict([found])) if not each.over]
            if new:
                return new
        return []

    def ended(self, state: CellState) -> None:
        """Learn that a cell is over."""
        trial = self._open.pop(state, None)
        if not self.learns or trial is None:
            return  # a trial with thousands of seeds is not searched for each of them
        statuses = {each.status for each in self._by_trial[trial]}
        if statuses.isdisjoint(("waiting", "running", "interrupted")):
            self._tell(trial)

    def prunes(self, state: CellState) -> bool:
        """Return whether to stop a cell that trains, because it does worse than others did."""
        trial = self._open.get(state)
        value = state.values.get(VALUE)
        return trial is not None and self._prunes(trial, state.epochs, value)

    def _next(
        self, done: Callable[[], None] = lambda: None
    ) -> tuple[Trial, list[PlannedCell]] | None:
        """Return the next trial and its cells; those whose data does not fit are no trials."""
        for _ in range(int(self.cells.most_skipped) + 1):
            trial = self.cells.ask()
            if trial is None:
                return None
            planned = self._planned(trial, done)
            if planned:
                return trial, planned
            self.cells.skip(trial)
        return None

    def _planned(self, trial: Trial, done: Callable[[], None]) -> list[PlannedCell]:
        planned = []
        for each in trial.cells:
            cell = self.planner.plan(each)
            done()
            if isinstance(cell, Misfit):
                self.misfits.append(cell)
                continue
            if self.learns and not cell.validates:
                raise without_validation(cell.experiment)
            planned.append(cell)
        return planned

    def _add(self, planned: Mapping[Trial, Sequence[PlannedCell]]) -> list[CellState]:
        """Return the new cells of trials, which are told at once where all of them are kept."""
        every = [each for found in planned.values() for each in found]
        if self.learns and self._listed is None:  # only this sweep adds runs to it
            self._listed = runs_by_cell(self.runs_dir)
        kept = find_kept(self.runs_dir, every, self.reuse, self._listed)
        new = []
        for trial, found in planned.items():
            states = self._by_trial[trial] = []
            for cell in found:
                state = self._known.get(cell.identity)
                if state is None:
                    state = self._known[cell.identity] = self._state(cell, kept)
                    new.append(state)
                    self._open[state] = trial
                states.append(state)
            if self.learns:
                self._replay(trial)
            if all(each.over for each in states):
                self._tell(trial)
        self.states += new
        return new

    def _replay(self, trial: Trial) -> None:
        """Let the search see the epochs of runs that are kept, as if they were trained now."""
        for state in self._by_trial[trial]:
            if not state.kept or state.folder is None:
                continue
            with suppress(BadRun):  # its result is known
                history = read_run(state.folder).history
                for epoch, value in enumerate(history.get(VALUE, ()), 1):
                    self._prunes(trial, epoch, value)

    def _prunes(self, trial: Trial, epoch: int, value: float | None) -> bool:
        return value is not None and math.isfinite(value) and self.cells.prune(trial, epoch, value)

    def _tell(self, trial: Trial) -> None:
        if not self.learns:
            return
        states = self._by_trial[trial]
        # A run that failed may have values too: those of its last epoch.
        values = [
            each.values.get(VALUE, math.nan)
            for each in states
            if each.status in ("finished", "pruned")
        ]
        known = len(values) == len(states) > 0 and all(map(math.isfinite, values))
        self.cells.tell(trial, fmean(values) if known else None)

    def _state(self, cell: PlannedCell, kept: Kept) -> CellState:
        done, differs = kept.done.get(cell.identity), ""
        differing = kept.differing.get(cell.identity)
        if done is None and differing is not None:
            if differing.usable(self.reuse):
                done, differs = differing.run, str(differing)
            else:
                self.differing.append(differing)
        if done is None:
            return CellState(cell, start=kept.unfinished.get(cell.identity))
        return CellState(
            cell,
            "pruned" if done.status == "pruned" else "finished",
            kept=True,
            differs=differs,
            epochs=done.epochs,
            values=done.last_epoch,
            test=done.test,
            seconds=done.seconds,
            folder=done.folder,
        )
