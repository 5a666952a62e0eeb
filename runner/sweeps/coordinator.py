"""Submits the cells of a sweep to a launcher, and takes in what comes back."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Event

from zookit.core import BrokenPlugin, ZookitError, warn
from zookit.core.launcher import Jobs, JobStatus, Launcher
from zookit.registry.blame import advice_for, describe
from zookit.runs.pruned import mark_pruned
from zookit.runs.run import RunRecord
from zookit.sweeps.state import CellState, CellStatus
from zookit.sweeps.store import Store
from zookit.sweeps.trials import Trials

_POLL = 0.1
"""Seconds between two looks at the jobs."""
_ATTEMPTS = 2
"""How often a job that is lost is started in all."""
_STOPPING = 60.0
"""Seconds that running jobs have to write their checkpoint and stop."""


@dataclass(eq=False, kw_only=True)
class Coordinator:
    """Trains the cells of a sweep by the jobs of a launcher.

    `limit` is how many seconds a cell may take. `changed` is called with each cell whose state has
    changed, from the thread that runs `run`.
    """

    trials: Trials
    launcher: Launcher
    jobs: Jobs
    store: Store
    listeners: tuple[str, ...]
    limit: float | None
    changed: Callable[[CellState], None]
    _waiting: list[CellState] = field(default_factory=list)
    _active: dict[str, CellState] = field(default_factory=dict)
    _pruned: set[str] = field(default_factory=set)
    _warned: set[str] = field(default_factory=set)
    _exhausted: bool = False

    def run(self, stop: Event) -> None:
        """Train all cells that wait; when `stop` is set, stop those that train, and return.

        Raises ZookitError if the launcher cannot go on; the cells that have ended are kept.
        """
        self._adopt()
        self._waiting = [
            each
            for each in reversed(self.trials.states)  # the next one is the last
            if not each.over and each.cell.name not in self._active
        ]
        while not stop.is_set():
            self._submit()
            ended = self._exhausted or not self.trials.learns
            if ended and not self._active and not self._waiting:
                return
            found = self.jobs.poll()
            self._check_complete(found)
            for name, status in found.items():
                if name in self._active:
                    self._take_in(self._active[name], status)
            stop.wait(_POLL)
        self._stop()

    def _check_complete(self, found: Mapping[str, JobStatus]) -> None:
        """Raise BrokenPlugin if a job was submitted, but is not polled: it would never end."""
        missing = sorted(self._active.keys() - found.keys())
        if missing:
            raise BrokenPlugin(
                f"{describe(self.launcher)}: poll does not list the job {missing[0]}, which was "
                f"submitted and not yet collected. {advice_for(self.launcher)}"
            )

    def _adopt(self) -> None:
        """Take over the jobs that an earlier process submitted; cancel those of other cells."""
        jobs = self.jobs.poll()
        states = {each.cell.name: each for each in self.trials.states if not each.over}
        for name, status in jobs.items():
            if name in states:
                self._active[name] = states[name]
                states[name].attempts = 1
            elif not status.is_over:
                self.jobs.cancel(name)

    def _ask(self) -> list[CellState]:
        """Return the cells to train of the next trial, and report those that are kept."""
        known = len(self.trials.states)
        new = self.trials.ask()
        for state in self.trials.states[known:]:
            if state.over:
                self.changed(state)
        self._exhausted = not new
        return new

    def _submit(self) -> None:
        """Submit as many cells as the launcher can take."""
        for _ in range(self.jobs.capacity()):
            if not self._waiting and self.trials.learns and not self._exhausted:
                self._waiting = self._ask()[::-1]
            if not self._waiting:
                return
            state = self._waiting.pop()
            name = state.cell.name
            start = None
            try:
                if state.start is not None:
                    start = self.store.archive(state.start, name)
                self.jobs.submit(state.cell.job(self.listeners, self.limit, start))
            except ZookitError as error:
                self._end(state, "failed", str(error))
                continue
            state.attempts += 1
            self._active[name] = state

    def _take_in(self, state: CellState, status: JobStatus) -> None:
        """Update a cell with the status of its job."""
        name = state.cell.name
        state.seconds = status.seconds
        for text in status.warnings:
            if text not in self._warned:  # most warnings concern all cells
                self._warned.add(text)
                warn(f"{state.cell.words}: {text}")
        if status.is_over:
            self._settle(state, status)
            return
        before = (state.status, state.epochs, state.place)
        if (status.state, status.epochs, status.place) == before:
            return
        state.status = "running" if status.state == "running" else "waiting"
        state.epochs, state.place, state.values = status.epochs, status.place, dict(status.values)
        self.changed(state)
        if name not in self._pruned and self.trials.prunes(state):
            self._pruned.add(name)
            self.jobs.cancel(name)

    def _settle(self, state: CellState, status: JobStatus) -> None:
        """Take in the run of a job that is over, and end the cell or start it again."""
        name = state.cell.name
        del self._active[name]
        pruned = name in self._pruned
        self._pruned.discard(name)  # if it is started again, it is stopped again
        try:
            run = self._received(state)
            pruned = pruned and status.state == "interrupted" and run is not None
            if pruned and run is not None:
                mark_pruned(run)
        except ZookitError as error:
            self._end(state, "failed", str(error))
            return
        reason = status.reason or "its process ended without a result"
        if status.state == "finished" and run is not None:
            self._end(state, "finished")
        elif status.state == "failed":
            self._end(state, "failed", reason)
        elif pruned:
            self._end(state, "pruned")
        elif state.attempts >= _ATTEMPTS:
            self._end(state, "failed", f"{reason} ({_ATTEMPTS} times)")
        else:
            warn(f"{state.cell.words}: {reason}. It is started again.")
            state.status, state.start = "waiting", state.start if run is None else run.folder
            self.changed(state)
            self._waiting.append(state)

    def _received(self, state: CellState) -> RunRecord | None:
        """Move the run of a job that is over into the folder; None if it has written nothing."""
        path = self.store.transit / f"{state.cell.name}.tar"
        try:
            sha256 = self.jobs.collect(state.cell.name, path)
        except FileNotFoundError:
            return None
        try:
            record = self.store.receive(path, sha256, state.cell)
        finally:
            path.unlink(missing_ok=True)
        state.folder, state.epochs = record.folder, record.epochs
        state.seconds = sum(record.seconds)
        if record.ending is not None:
            state.values, state.test = dict(record.ending.last_epoch), dict(record.metrics)
        return record

    def _end(self, state: CellState, status: CellStatus, reason: str = "") -> None:
        state.status, state.reason = status, reason
        self._exhausted = False  # a search may ask for more after each result
        self.store.forget(state.cell.name)
        self.trials.ended(state)
        self.changed(state)

    def _stop(self) -> None:
        """Ask all jobs to stop, and take in what they have written."""
        for name in self._active:
            self.jobs.cancel(name)
        deadline = time.monotonic() + _STOPPING
        while self._active and time.monotonic() < deadline:
            found = self.jobs.poll()
            for name, state in list(self._active.items()):
                if name not in found:
                    self._end(state, "interrupted", "its launcher has lost it")
                elif found[name].is_over:
                    self._interrupt(state, found[name])
                else:
                    continue
                del self._active[name]
            time.sleep(_POLL)
        for state in self._active.values():
            self._end(state, "interrupted", "it did not stop in time")

    def _interrupt(self, state: CellState, status: JobStatus) -> None:
        try:
            run = self._received(state)
        except ZookitError as error:
            self._end(state, "failed", str(error))
            return
        ended: Mapping[str, CellStatus] = {"finished": "finished", "failed": "failed"}
        found = ended.get(status.state, "interrupted")
        if found == "finished" and run is None:
            found = "interrupted"
        self._end(state, found, status.reason)
