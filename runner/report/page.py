"""The page as a whole."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from zookit.leaderboard.leaderboard import Leaderboard, Table, leaderboard
from zookit.report.curves import MOST, draw_curves
from zookit.report.view import logged, told
from zookit.runs.run import RunRecord
from zookit.terminal import printable

OURS = '<meta name="generator" content="zookit report">'
"""What a report has near its beginning, and other pages have not."""


_BREAK = re.compile(r",(?=[a-z])|_")


@dataclass(frozen=True)
class Ranked:
    """A table of the leaderboard: its heading, those of its columns, and its rows of lines."""

    heading: str
    columns: list[str]
    rows: list[list[list[str]]]


@dataclass(frozen=True)
class Overlay:
    """The curves of runs on the same data, of the first `drawn` of them, best first."""

    heading: str
    names: list[str]
    drawings: list[Markup]
    drawn: int


@dataclass(frozen=True)
class Compared:
    """Several runs side by side. `unranked` are names and reasons."""

    tables: list[Ranked]
    unranked: list[tuple[str, str]]
    overlays: list[Overlay]


def page_of(runs: Sequence[RunRecord]) -> str:
    """The report on one run, or on several: HTML that refers to nothing outside itself.

    Reads the runs' folders alone: no data, no plugin, no TensorFlow. Raises BadRun where a file of
    theirs is damaged.
    """
    several = len(runs) > 1
    tellings = [told(run, at, alone=not several) for at, run in enumerate(runs, start=1)]
    return _template().render(
        ours=Markup(OURS),  # noqa: S704 - it is ours
        title=f"{len(runs)} runs compared" if several else tellings[0].title,
        runs=tellings,
        compared=_compared(leaderboard(runs)) if several else None,
        anchors={each.name: each.anchor for each in reversed(tellings)},
    )


def _compared(board: Leaderboard) -> Compared:
    best_first = [
        *(run for table in board.tables for row in table.rows for run in row.runs),
        *(each.run for each in board.unranked),
    ]
    by_data: dict[str, list[RunRecord]] = {}
    for run in best_first:
        if run.epochs:
            by_data.setdefault(run.environment.data.hash, []).append(run)
    return Compared(
        [_ranked(table) for table in board.tables],
        [(printable(each.run.name), printable(each.reason)) for each in board.unranked],
        [_overlay(f"data-{at}", runs) for at, runs in enumerate(by_data.values(), start=1)],
    )


def _ranked(table: Table) -> Ranked:
    cells = table.cells()
    return Ranked(
        printable(table.heading),
        [printable(name) for name in cells[0]],
        [
            [[printable(line) for line in text.split("\n")] for text in row.values()]
            for row in cells
        ],
    )


def _overlay(anchor: str, runs: Sequence[RunRecord]) -> Overlay:
    shown = runs[:MOST]
    drawings = []
    for what in ("loss", "accuracy"):
        found = [logged(run, printable(run.name)).get(what) for run in shown]
        if any(found):
            drawings.append(draw_curves(f"{anchor}-{what}", what, [each for each in found if each]))
    data, dataset = runs[0].environment.data, runs[0].experiment.dataset
    return Overlay(
        printable(f"{dataset.short_name} ({data.origin}, data {data.hash[:8]})"),
        [printable(run.name) for run in runs],
        drawings,
        len(shown),
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("zookit.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["breakable"] = _breakable
    return environment.get_template("page.html")


def _breakable(text: str) -> Markup:
    """Escaped, and words of many parameters may be broken after a comma or an underscore."""
    return Markup(_BREAK.sub(r"\g<0><wbr>", str(escape(text))))  # noqa: S704
