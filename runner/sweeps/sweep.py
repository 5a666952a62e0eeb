"""A sweep in its folder: started, continued, watched and stopped."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Condition, Event, Thread

from zookit.core import BadRun, Jobs, Launcher, ZookitError
from zookit.core.data.writing import written_aside
from zookit.core.errors import reason_of
from zookit.core.progress import Progress, silent
from zookit.core.reading import parse_json, read_text_bounded
from zookit.registry import default
from zookit.registry.blame import plugins_blamed
from zookit.runs.writer import check_runs_dir
from zookit.sweeps.cells import CellTrials
from zookit.sweeps.coordinator import Coordinator
from zookit.sweeps.located import located
from zookit.sweeps.options import SweepOptions
from zookit.sweeps.plan import Misfit, Planner
from zookit.sweeps.request import SweepRequest
from zookit.sweeps.starts import Starts
from zookit.sweeps.state import CellState
from zookit.sweeps.store import FOLDER, Store, open_store
from zookit.sweeps.trials import Trials
from zookit.training.listeners import listener_words

REQUEST = "sweep.toml"
"""The file in the runs folder that says what its last sweep was asked for."""
_OPTIONS = "options.json"
_SEARCH = "search.jsonl"
_LARGEST = 10_000_000
"""The largest file to read, in bytes."""


@dataclass(eq=False, kw_only=True)
class Sweep:
    """A sweep that has been planned. `start` trains what is missing in a thread of its own.

    When all cells are over, its workers end and others can use the folder.
    """

    request: SweepRequest
    options: SweepOptions
    runs_dir: Path
    cells: CellTrials
    trials: Trials
    store: Store
    _held: ExitStack
    _stop: Event = field(default_factory=Event)
    _thread: Thread | None = None
    _error: BaseException | None = None
    _over: list[CellState] = field(default_factory=list)
    _complete: bool = False
    _news: Condition = field(default_factory=Condition)

    @property
    def states(self) -> Sequence[CellState]:
        """The cells, in their order. A search that learns adds some as it goes on."""
        return self.trials.states

    @property
    def misfits(self) -> Sequence[Misfit]:
        """The combinations whose words or data do not fit together."""
        of_words = [Misfit(each.values, each.misfit) for each in self.cells.misfits]
        return [*of_words, *self.trials.misfits]

    @property
    def same(self) -> int:
        """The number of combinations that are left out, because another one is the same."""
        return len(self.cells.same)

    @property
    def missing(self) -> int:
        """The number of known cells that are still to be trained."""
        return sum(not each.over for each in self.states)

    def start(
        self,
        changed: Callable[[CellState], None] = lambda _: None,
        messages: AbstractContextManager[None] | None = None,
    ) -> None:
        """Train what is missing in another thread, within `messages`.

        `changed` is called there, with a cell that changes.

        Raises ZookitError if the launcher cannot be used.
        """
        self._over += [each for each in self.states if each.over]
        if not self.missing and not self.trials.learns:
            self._held.close()
            self._complete = True
            return
        launcher, jobs = open_launcher(self.options.launcher, self.store)
        self._held.callback(jobs.close)
        coordinator = Coordinator(
            trials=self.trials,
            launcher=launcher,
            jobs=jobs,
            store=self.store,
            listeners=listener_words(self.options.listeners),
            limit=self.options.limit,
            changed=lambda state: self._changed(state, changed),
        )
        arguments = (coordinator, launcher, messages or nullcontext())
        self._thread = Thread(target=self._run, args=arguments, name="sweep")
        self._thread.start()

    def ended(self) -> Iterator[CellState]:
        """Yield each cell once it is over, until all are. Each call begins with the first.

        The last one comes when others can use the folder. Raises ZookitError if the sweep cannot go
        on.
        """
        at = 0
        while True:
            with self._news:
                while not self._complete and (at == len(self._over) or self._is_closing):
                    self._news.wait()
                new = self._over[at:]
            if not new:
                break
            yield from new
            at += len(new)
        if self._error is not None:
            raise self._error

    @property
    def _is_closing(self) -> bool:
        """Whether all cells are over, and only the launcher and the folder are still in use."""
        return not self.trials.learns and len(self._over) == len(self.states)

    def stop(self) -> None:
        """Ask the cells that train to write a checkpoint and stop. Does not wait."""
        self._stop.set()

    def close(self) -> None:
        """Stop what still trains, wait until it has stopped, and let others use the folder."""
        self.stop()
        if self._thread is not None:
            self._thread.join()
        self._held.close()

    def _run(
        self,
        coordinator: Coordinator,
        launcher: Launcher,
        messages: AbstractContextManager[None],
    ) -> None:
        try:
            with messages:
                for step in (partial(self._train, coordinator), self._held.close):
                    try:
                        with plugins_blamed(launcher):
                            step()
                    except BaseException as error:  # noqa: BLE001 - `ended` raises the first one
                        self._error = self._error or error
        finally:
            with self._news:
                self._complete = True
                self._news.notify_all()

    def _train(self, coordinator: Coordinator) -> None:
        coordinator.run(self._stop)
        if not self._stop.is_set():
            self.trials.check_any()

    def _changed(self, state: CellState, changed: Callable[[CellState], None]) -> None:
        if state.over:
            with self._news:
                self._over.append(state)
                self._news.notify_all()
        changed(state)


def open_launcher(words: str, store: Store) -> tuple[Launcher, Jobs]:
    """Return a launcher, and the jobs that it runs for a store. Raises ZookitError."""
    built = default.launchers.build(words)
    launcher: Launcher = built.component
    folder = store.transit.parent / built.spec.short_name
    folder.mkdir(exist_ok=True)
    with plugins_blamed(launcher):
        return launcher, launcher.open(folder)


def plan(
    request: SweepRequest,
    options: SweepOptions,
    runs_dir: Path,
    progress: Progress = silent,
    done: Callable[[], None] = lambda: None,
) -> Sweep:
    """Plan a sweep: its cells, their data, and which of them are trained already.

    `progress` reports downloading and decoding, `done` is called for each cell that is planned.

    Raises:
        ZookitError: a word of the request is not valid, the folder cannot be written, or another
            sweep runs in it.
    """
    options.check()  # before any work
    starts = Starts(runs_dir)
    request = located(request, starts)
    cells = CellTrials(request, starts)
    check_runs_dir(runs_dir)
    runs_dir = runs_dir.absolute()
    new = partial(Trials, planner=Planner(progress), runs_dir=runs_dir, reuse=options.reuse)
    held = ExitStack()
    try:
        store = open_store(runs_dir, held)
        starts.save()
        trials = new(cells=cells)
        if cells.learns:
            record = runs_dir / FOLDER / _SEARCH
            cells.record(record)
            if not trials.ask_again(done):
                record.unlink()
                cells = CellTrials(request, starts)
                cells.record(record)
                trials = new(cells=cells)
        else:
            trials.ask_all(done)
            trials.check_any()
        _write(runs_dir, request, options)
    except BaseException:
        held.close()
        raise
    return Sweep(
        request=request,
        options=options,
        runs_dir=runs_dir,
        cells=cells,
        trials=trials,
        store=store,
        _held=held,
    )


def read_request(runs_dir: Path) -> tuple[SweepRequest, SweepOptions]:
    """Return what the last sweep of a folder was asked for. Raises BadRun if there is none."""
    path = runs_dir / REQUEST
    try:
        request = SweepRequest.from_toml(read_text_bounded(path, _LARGEST), str(path))
    except FileNotFoundError:
        raise BadRun(
            f"{runs_dir} has no sweep: {REQUEST} is missing. Name the folder of a sweep, or start "
            "one: zookit sweep -d DATASET -a ARCHITECTURE"
        ) from None
    except ZookitError as error:  # it names the file
        raise _unreadable(runs_dir, error.message) from None
    except (OSError, ValueError) as error:
        raise _unreadable(runs_dir, f"{path}: {reason_of(error)}") from None
    path = runs_dir / FOLDER / _OPTIONS
    try:
        options = SweepOptions.from_plain(parse_json(read_text_bounded(path, _LARGEST)))
    except FileNotFoundError:
        raise _unreadable(runs_dir, f"{path} is missing") from None
    except (KeyError, TypeError):
        raise _unreadable(runs_dir, f"{path} is damaged") from None
    except (OSError, ValueError) as error:
        raise _unreadable(runs_dir, f"{path}: {reason_of(error)}") from None
    return request, options


def _unreadable(runs_dir: Path, reason: str) -> BadRun:
    return BadRun(
        f"the sweep in {runs_dir} cannot be read: {reason.removesuffix('.')}. Start it again with "
        "all its options; what is trained is kept."
    )


def _write(runs_dir: Path, request: SweepRequest, options: SweepOptions) -> None:
    with written_aside(runs_dir / REQUEST) as aside:
        aside.write_text(request.to_toml(), encoding="utf-8")
    with written_aside(runs_dir / FOLDER / _OPTIONS) as aside:
        aside.write_text(json.dumps(options.plain()), encoding="utf-8")
