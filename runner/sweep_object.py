"""A sweep, as Python programs start and see it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, Unpack

from zookit.arguments import path_of, run_name_of
from zookit.core import BadParameter, TrainingKeywords
from zookit.core.errors import quoted
from zookit.core.messages import counted
from zookit.core.progress import silent
from zookit.leaderboard.leaderboard import Leaderboard, leaderboard
from zookit.run_object import Run, open_folder
from zookit.sweeps import sweep as sweeps
from zookit.sweeps.kept import Reuse
from zookit.sweeps.options import SweepOptions
from zookit.sweeps.request import SweepRequest
from zookit.sweeps.state import CellState, CellStatus
from zookit.sweeps.view import summary
from zookit.terminal import bar, messages_shown


def sweep(
    datasets: str | Sequence[str],
    architectures: str | Sequence[str],
    callbacks: Sequence[str | Sequence[str]] = ((),),
    *,
    seeds: int | Sequence[int] = 1,
    vary: Mapping[str, object] | None = None,
    exclude: Sequence[Mapping[str, object]] = (),
    search: str = "grid",
    launcher: str = "local",
    listeners: str | Sequence[str] = (),
    limit: float | None = None,
    accept_versions: bool = False,
    reuse: Literal["exact", "any"] = "exact",
    runs_dir: str | Path = "runs",
    quiet: bool = False,
    **settings: Unpack[TrainingKeywords],
) -> "Sweep":
    """Train combinations in the background, as `zookit sweep` does.

    What is in the folder already is not trained again.

    Args:
        datasets: the words of one data set or several; no instances, since other processes train.
        architectures: likewise.
        callbacks: sets of callbacks, such as `["stop_at_loss:0.3 terminate_on_nan", ""]`.
        seeds: how many seeds, from 0, or the seeds.
        vary: values by the name of a setting or a parameter: `{"dense.units": [64, 128]}`.
        exclude: combinations that are not trained, each as values by name.
        search: the words of a search, such as `"random:trials=50"`.
        launcher: the words of a launcher.
        listeners: the words of the listeners of each run, in addition to those in ZOOKIT_WITH.
        limit: how many seconds one run may take.
        accept_versions: use runs of other versions of the components.
        reuse: "any" also uses runs with another number of threads.
        runs_dir: the folder of the runs.
        quiet: show only warnings.
        **settings: what all runs have in common: see `zookit.core.TrainingKeywords`.

    Returns:
        The sweep, which can be iterated while it runs.

    Raises:
        ZookitError: the sweep cannot be planned, or the launcher cannot be used.
    """
    request = SweepRequest.of(
        datasets=_listed(datasets),
        architectures=_listed(architectures),
        callbacks=_listed(callbacks),
        seeds=seeds,
        vary={} if vary is None else vary,
        exclude=exclude,
        search=search,
        options=_with_text(settings),
    )
    reused = Reuse(versions=accept_versions, threads=_takes_threads(reuse))
    where, words = _words("launcher", launcher), _several_words("listeners", listeners)
    options = SweepOptions(launcher=where, listeners=words, limit=limit, reuse=reused)
    return _started(request, options, path_of(runs_dir, "runs_dir"), quiet=quiet)


def _with_text(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings with the run to start from as text, for the other processes."""
    init = settings.get("init")
    return {**settings, **({} if init is None else {"init": run_name_of(init)})}


def _takes_threads(reuse: str) -> bool:
    if reuse not in ("exact", "any"):
        raise BadParameter(f"reuse must be 'exact' or 'any', got {quoted(reuse)}.")
    return reuse == "any"


def _several_words(name: str, given: object) -> tuple[str, ...]:
    listed = given if isinstance(given, list | tuple) else [given]
    return tuple(_words(name, each) for each in listed)


def _words(name: str, given: object) -> str:
    if isinstance(given, str):
        return given
    raise BadParameter(f"{name} must be words, such as 'NAME:KEY=VALUE', got {quoted(given)}.")


def _listed(given: object) -> object:
    """Return words, or sets of words, as a list; what is neither is reported by the request."""
    if isinstance(given, str):
        return [given]
    return list(given) if isinstance(given, Iterable) else given


def _started(
    request: SweepRequest, options: SweepOptions, runs_dir: Path, *, quiet: bool
) -> "Sweep":
    with messages_shown(quiet):
        planned = sweeps.plan(request, options, runs_dir, silent if quiet else bar)
        try:
            planned.start(messages=messages_shown(quiet=True))
        except BaseException:
            planned.close()
            raise
    return Sweep(planned)


@dataclass(frozen=True, repr=False)
class SweepCell:
    """One experiment of a sweep, as it was when it was asked for.

    Attributes:
        values: what distinguishes it, as words: `dataset`, `architecture`, `callbacks`, what
            varies and `seed`. What does not apply to it is not there.
        status: "waiting", "running", "finished", "pruned", "failed" or "interrupted".
        kept: whether its run was there before the sweep.
        epochs: the whole epochs trained so far.
        logged: what its last epoch logged, such as "loss" and "val_accuracy".
        reason: why it failed, in one line.
        folder: its run folder; None if it has none yet.
    """

    values: Mapping[str, str]
    status: CellStatus
    kept: bool
    epochs: int
    logged: Mapping[str, float]
    reason: str
    folder: Path | None

    @property
    def run(self) -> Run | None:
        """Its run, read from the folder; None if it has none yet. Raises BadRun."""
        return None if self.folder is None else open_folder(self.folder)

    def __repr__(self) -> str:
        """Return what it is and how far, in one line."""
        words = " ".join(f"{name}={value}" for name, value in self.values.items())
        return f"<cell {words}: {self.status}, {counted(self.epochs, 'epoch')}>"


class Sweep:
    """A sweep that runs in the background.

    Iterating yields each cell once it is over, in the order in which they end:

        with zookit.sweep("mnist", ["dense", "cnn"], seeds=3) as sweep:
            for cell in sweep:
                print(cell.values, cell.status)
        print(sweep.leaderboard())

    At the end of the `with` block, or by `close()`, cells that still train write a checkpoint and
    stop. The same call goes on where they stopped.
    """

    def __init__(self, sweep: sweeps.Sweep) -> None:
        self._sweep = sweep

    @property
    def cells(self) -> tuple[SweepCell, ...]:
        """All cells, in their order, as they are now."""
        return tuple(_cell(each) for each in self._sweep.states)

    @property
    def misfits(self) -> Mapping[str, str]:
        """Why combinations do not fit together, by what distinguishes them, in one line."""
        return {
            " ".join(f"{name}={value}" for name, value in each.values.items()): each.reason
            for each in self._sweep.misfits
        }

    def __iter__(self) -> Iterator[SweepCell]:
        """Yield each cell once it is over. Raises ZookitError if the sweep cannot go on."""
        for state in self._sweep.ended():
            yield _cell(state)

    def wait(self) -> Self:
        """Wait until all cells are over. Raises ZookitError if the sweep cannot go on."""
        for _ in self:
            pass
        return self

    def leaderboard(self, by: str = "accuracy") -> Leaderboard:
        """Return the leaderboard of the cells that have ended; see `zookit.compare`."""
        folders = [each.folder for each in self._sweep.states if each.over and each.folder]
        return leaderboard([open_folder(each) for each in folders], by)

    def close(self) -> None:
        """Stop what still trains, after a checkpoint, and wait until it has stopped."""
        self._sweep.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        """Return how many cells are in which state, in one line."""
        return f"<Sweep in {self._sweep.runs_dir}: {summary(list(self._sweep.states))}>"


def _cell(state: CellState) -> SweepCell:
    return SweepCell(
        dict(state.cell.values),
        state.status,
        state.kept,
        state.epochs,
        dict(state.values),
        state.reason,
        state.folder,
    )
