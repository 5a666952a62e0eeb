"""Shows a sweep while it runs: a table on a terminal, otherwise a line for each cell that ends."""

import time
from collections.abc import Sequence
from threading import Lock
from types import TracebackType
from typing import Self

from rich.console import Group
from rich.live import Live
from rich.text import Text

from zookit.console import Console
from zookit.core.messages import counted
from zookit.sweeps.state import CellState, counts
from zookit.sweeps.sweep import Sweep
from zookit.tables import table
from zookit.training.state import format_values

_ROWS = 30
"""The most cells in the table; the others are only counted."""
_NUMBERS = ("epoch", "loss", "accuracy", "seconds", "left")
_ORDER = ("running", "failed", "waiting", "interrupted", "pruned", "finished")
"""Which cells come first, if not all have a place in the table."""
_MINUTE = 60


class View:
    """Shows a sweep on a console, unless it is quiet."""

    def __init__(self, sweep: Sweep, console: Console, *, quiet: bool) -> None:
        self._sweep, self._console, self._quiet = sweep, console, quiet
        self._lock = Lock()
        self._started = time.monotonic()
        self._live: Live | None = None

    def __enter__(self) -> Self:
        """Begin to show it."""
        if not self._quiet and self._console.is_terminal:
            self._live = Live(
                console=self._console, get_renderable=self._table, refresh_per_second=4
            )
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Show the last state."""
        if self._live is not None:
            self._live.stop()

    def changed(self, state: CellState) -> None:
        """Print a line for a cell that is over, if there is no table."""
        if self._quiet or self._live is not None or not state.over or state.kept:
            return
        states = list(self._sweep.states)
        done = sum(each.over and each.status != "interrupted" for each in states)
        with self._lock:
            self._console.print(Text(f"{done}/{len(states)}  {ending_of(state)}"), soft_wrap=True)

    def _table(self) -> Group:
        states = list(self._sweep.states)
        rows = shown(states, min(_ROWS, max(3, self._console.height - 4)))
        lines = table(
            ("cell", "status", *_NUMBERS), [_row(each) for each in rows], numbers=_NUMBERS
        )
        more = len(states) - len(rows)
        return Group(lines, Text(f"{summary(states)}{f' ({more:,} not shown)' * bool(more)}"))


def shown(states: Sequence[CellState], most: int) -> list[CellState]:
    """Return the cells that have a place in a table, in their order: those that train first."""
    by_need = sorted(range(len(states)), key=lambda at: (_ORDER.index(states[at].status), at))
    return [states[at] for at in sorted(by_need[:most])]


def summary(states: Sequence[CellState]) -> str:
    """Return how many cells are in which state, in one line."""
    kept = sum(each.kept for each in states)
    found = counts(states)
    parts = [f"{found[name]:,} {name}" for name in _ORDER if name in found]
    before = f", {kept:,} of them before" if kept else ""
    left = _left(states)
    return f"{counted(len(states), 'cell')}: {', '.join(parts)}{before}{left}"


def ending_of(state: CellState) -> str:
    """Return a cell and how it ended, in one line."""
    if state.status == "finished":
        what = f"test {format_values(state.test)}  {state.seconds:.1f} s"
    elif state.status == "failed":
        what = f"failed: {state.reason}"
    else:
        what = f"{state.status} after {counted(state.epochs, 'epoch')}"
    return f"{state.cell.words}  {what}"


def _row(state: CellState) -> list[str]:
    total = state.cell.experiment.settings.epochs
    status = f"kept{'*' * bool(state.differs)}" if state.kept else state.status
    left = ""
    if state.status == "running" and state.epochs:
        left = rough_duration(state.seconds / state.epochs * (total - state.epochs))
    return [
        state.cell.words,
        status,
        f"{state.epochs}/{total}",
        _value(state, "loss"),
        _value(state, "accuracy"),
        f"{state.seconds:.1f}" if state.seconds else "",
        left if state.status != "failed" else "",
    ]


def _value(state: CellState, name: str) -> str:
    """Return a value on the test split, or before that on the validation or training split."""
    for found in (state.test.get(name), state.values.get(f"val_{name}"), state.values.get(name)):
        if found is not None:
            return f"{found:.4f}"
    return ""


def _left(states: Sequence[CellState]) -> str:
    """Return about how long the sweep takes still, judged by the cells that have ended."""
    done = [each.seconds for each in states if each.status == "finished" and each.seconds]
    running = [each for each in states if each.status == "running"]
    waiting = sum(each.status == "waiting" for each in states)
    if not done or not running:
        return ""
    mean = sum(done) / len(done)
    rest = sum(max(0.0, mean - each.seconds) for each in running)
    return f"; about {rough_duration((rest + waiting * mean) / len(running))} left"


def rough_duration(seconds: float) -> str:
    """Return `5 s`, `3 min` or `2 h 5 min`."""
    if round(seconds) < _MINUTE:
        return f"{max(1, round(seconds))} s"
    hours, minutes = divmod(round(seconds / _MINUTE), _MINUTE)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
