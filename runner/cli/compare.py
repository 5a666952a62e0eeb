"""`zookit compare`: the leaderboard."""

import csv
import json
import re
import sys
from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from zookit.cli.run_argument import RUNS_DIR, RunNames, RunsDir, opened
from zookit.cli.runs import nothing_in
from zookit.core import BadParameter, warn
from zookit.terminal import printable

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from rich.console import Console

    from zookit.leaderboard.leaderboard import Leaderboard, Table

_TIMED = re.compile(r"^\d{8}-\d{6}-(?=[0-9a-f]{8})")
_HASH = 8
_LISTED = 3
"""Runs of an experiment that are named one by one."""
_MERGED = "what differs"


def compare(
    names: RunNames = None,
    runs_dir: RunsDir = RUNS_DIR,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print CSV: all tables below each other.")
    ] = False,
) -> None:
    """Rank runs, all or the named: a table for each data set, with what differs between them.

    By validation accuracy where there is one, else by test accuracy. Runs that are equal but for
    the seed are one line, with mean and spread.
    """
    from zookit.leaderboard.leaderboard import leaderboard
    from zookit.runs.naming import every_run

    if as_json and as_csv:
        raise BadParameter("compare: got both --json and --csv. Give one of them.")
    found = [opened(name, runs_dir) for name in names] if names else every_run(runs_dir)
    board = leaderboard(found)
    if as_json:
        print(json.dumps(board.plain(), indent=2))
    elif as_csv:
        _print_csv(board)
    elif not found:
        print(nothing_in(runs_dir))
    else:
        _print_tables(board, runs_dir)


def _print_csv(board: "Leaderboard") -> None:
    rows = board.flat()
    if rows:
        writer = csv.DictWriter(sys.stdout, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    for each in board.unranked:
        warn(f"not ranked: {printable(each.run.name)}: {each.reason}")


def _print_tables(board: "Leaderboard", runs_dir: "Path") -> None:
    from rich.console import Console  # neither --help nor completion gets here
    from rich.text import Text

    console = Console()
    names = _short_names(board, runs_dir)
    for at, table in enumerate(board.tables):
        if at:
            console.print()
        console.print(Text(printable(table.heading), "bold"))
        _print_table(console, table, names)
    if board.tables and board.unranked:
        console.print()
    for each in board.unranked:
        line = f"not ranked: {printable(each.run.name)}: {each.reason}"
        console.print(Text(line), soft_wrap=True)


def _short_names(board: "Leaderboard", runs_dir: "Path") -> dict[str, str]:
    """Of each run's name the hash at its end, which names it too, where no other has that hash."""
    from zookit.runs.naming import run_folders

    ranked = [run for table in board.tables for row in table.rows for run in row.runs]
    # Of a run that is kept elsewhere the hash would name nothing.
    inside = {run.name for run in ranked if run.folder.parent.resolve() == runs_dir.resolve()}
    there = run_folders(runs_dir)[0] if inside else []
    counted = Counter(_TIMED.sub("", folder.name)[:_HASH] for folder in there)
    names = {run.name: _TIMED.sub("", run.name) for run in ranked}
    return {
        name: printable(hashed if name in inside and counted[hashed[:_HASH]] == 1 else name)
        for name, hashed in names.items()
    }


def _print_table(console: "Console", table: "Table", names: dict[str, str]) -> None:
    from rich import table as rich_table
    from rich.text import Text

    rows = [
        {**cells, "runs": _listed([names[run.name] for run in row.runs])}
        for cells, row in zip(table.cells(), table.rows, strict=True)
    ]
    shown, gap = rows, 2
    if sum(_width(name, shown) + gap for name in shown[0]) > console.width:
        shown, gap = [_narrow(row, table.columns) for row in rows], 1
    grid = rich_table.Table(box=None, padding=(0, gap, 0, 0), pad_edge=False, header_style="bold")
    for name in shown[0]:
        grid.add_column(
            Text(_heading(name)), overflow="fold", no_wrap=name not in (_MERGED, "runs")
        )
    for row in shown:
        cells = ("\n".join(map(printable, cell.splitlines())) for cell in row.values())
        grid.add_row(*map(Text, cells))
    console.print(grid)


def _listed(names: list[str]) -> str:
    more = len(names) - _LISTED + 1
    return "\n".join(names if more <= 1 else [*names[: _LISTED - 1], f"and {more} more"])


def _heading(name: str) -> str:
    return printable(name).replace(" ", "\n")


def _width(name: str, rows: list[dict[str, str]]) -> int:
    texts = (_heading(name), *(row[name] for row in rows))
    return max((len(line) for text in texts for line in text.splitlines()), default=0)


def _narrow(row: dict[str, str], columns: "Collection[str]") -> dict[str, str]:
    """What differs in one column, as wide as there is room, and spreads in a second line."""
    differing = " ".join(f"{name}={row[name]}" for name in columns if row[name])
    rest = {name: cell for name, cell in row.items() if name not in columns}
    return {
        "#": rest.pop("#"),
        **({_MERGED: differing} if columns else {}),
        **{name: cell.replace(" ± ", "\n± ") for name, cell in rest.items()},
    }
