"""What the page shows of several runs side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from zookit.core.messages import printable
from zookit.leaderboard.leaderboard import Leaderboard
from zookit.leaderboard.names import under_newest_names
from zookit.leaderboard.table import Table
from zookit.report.curves import MOST, draw_curves
from zookit.report.metrics import logged_metrics
from zookit.runs.run import RunRecord


@dataclass(frozen=True)
class RankedTable:
    """A table of the leaderboard: its heading, its columns, and for each row its cells' lines."""

    heading: str
    columns: list[str]
    rows: list[list[list[str]]]


@dataclass(frozen=True)
class Overlay:
    """The curves of runs on the same data. Only the first `drawn` of `names` have curves."""

    heading: str
    names: list[str]
    drawings: list[Markup]
    drawn: int


@dataclass(frozen=True)
class Comparison:
    """Several runs side by side. `unranked` has names and reasons."""

    tables: list[RankedTable]
    unranked: list[tuple[str, str]]
    overlays: list[Overlay]


def comparison_of(board: Leaderboard) -> Comparison:
    """Return the comparison of the runs of a leaderboard."""
    best_first = [
        *(run for table in board.tables for row in table.rows for run in row.runs),
        *(each.run for each in board.unranked),
    ]
    by_data: dict[str, list[RunRecord]] = {}
    for run in under_newest_names(best_first):
        if run.epochs:
            by_data.setdefault(run.environment.data.hash, []).append(run)
    return Comparison(
        [ranked(table) for table in board.tables],
        [(printable(each.run.name), printable(each.reason)) for each in board.unranked],
        [_overlay(f"data-{at}", alike) for at, alike in enumerate(by_data.values(), start=1)],
    )


def ranked(table: Table) -> RankedTable:
    """Return a table of the leaderboard as the page shows it."""
    cells = table.cells()
    return RankedTable(
        printable(table.heading),
        [*map(printable, cells[0]), "runs"],
        [
            [
                *([printable(text)] for text in texts.values()),
                [printable(run.name) for run in row.summaries],
            ]
            for texts, row in zip(cells, table.rows, strict=True)
        ],
    )


def _overlay(anchor: str, runs: Sequence[RunRecord]) -> Overlay:
    shown = runs[:MOST]
    drawings = []
    logged = [logged_metrics(run, printable(run.name)) for run in shown]
    for what in dict.fromkeys(name for each in logged for name in each):
        found = [each[what] for each in logged if what in each]
        drawings.append(draw_curves(f"{anchor}-{what}", what, found))
    data, dataset = runs[0].environment.data, runs[0].experiment.dataset
    return Overlay(
        printable(f"{dataset.short_name} ({data.origin}, data {data.hash[:8]})"),
        [printable(run.name) for run in runs],
        drawings,
        len(shown),
    )
