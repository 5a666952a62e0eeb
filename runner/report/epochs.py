"""The numbers of each epoch."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from zookit.core.messages import printable
from zookit.report.numbers import Number, duration, number
from zookit.runs.run import RunRecord

ROWS = 500
"""The most rows of a table."""


@dataclass(frozen=True)
class Epochs:
    """A table with the logged values of each epoch, or of every `every`th one."""

    names: list[str]
    rows: list[tuple[int, list[Number | None]]]
    every: int


def epochs_of(run: RunRecord) -> Epochs:
    """Return the table of a run."""
    columns = [*run.history.values(), run.seconds]
    every = -(-max(run.epochs, 1) // ROWS)
    shown = [at for at in range(run.epochs) if at % every == 0 or at == run.epochs - 1]
    rows: list[tuple[int, list[Number | None]]] = [
        # A run that was killed between writing the two files has one duration less.
        (at + 1, [number(each[at]) if at < len(each) else None for each in columns])
        for at in shown
    ]
    return Epochs([printable(name) for name in (*run.history, "seconds")], rows, every)


def durations(seconds: Sequence[float]) -> str:
    """Describe the durations of epochs in a sentence; empty if there are none."""
    if not seconds:
        return ""
    first, rest = duration(seconds[0]), seconds[1:]
    if not rest:
        return f"The epoch took {first}."
    return (
        f"{len(seconds):,} epochs took {duration(sum(seconds))}: the first {first} including "
        f"start-up, the others {duration(statistics.median(rest))} each (median)."
    )
