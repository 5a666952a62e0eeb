"""Shows what came out of a sweep."""

from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zookit.cli.json_output import print_json, print_reserved
from zookit.cli.run_argument import short_names
from zookit.core import BadParameter, BadRun, TrainingFailed, warn
from zookit.core.messages import counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zookit.leaderboard.leaderboard import Leaderboard
    from zookit.report.grid import Grid, GridCell
    from zookit.runs.summary import RunSummary
    from zookit.sweeps.request import SweepRequest
    from zookit.sweeps.state import CellState
    from zookit.sweeps.sweep import Sweep


@dataclass(frozen=True, kw_only=True)
class ResultOptions:
    """How the result is shown: what ranks it, and the file of a report if there is to be one."""

    by: str = "accuracy"
    report: Path | None = None
    force: bool = False
    quiet: bool = False
    as_json: bool = False
    as_csv: bool = False

    @property
    def as_data(self) -> bool:
        """Whether stdout is for a program."""
        return self.as_json or self.as_csv


def check_result_options(options: ResultOptions, request: "SweepRequest") -> None:
    """Raise ZookitError if options contradict each other, or the result could not be shown.

    That is so if no report can be written, or the runs do not measure what is to rank them.
    """
    from zookit.sweeps.measured import check_measured

    check_measured(options.by, request)
    if options.as_json and options.as_csv:
        raise BadParameter("sweep: got both --json and --csv. Use only one of them.")
    if options.report is not None:
        from zookit.report.sweep_page import check_sweep_report

        check_sweep_report(options.report, force=options.force)


def show_result(sweep: "Sweep", runs_dir: Path, options: ResultOptions) -> None:
    """Show the result of a sweep.

    Raises TrainingFailed if cells have failed, or their runs cannot be read any more.
    """
    from zookit.sweeps.view import summary
    from zookit.tables import output

    grid = _ranked(sweep, options.by)
    states = list(sweep.states)
    if options.as_json:
        print_json(_plain(sweep, grid))
    elif options.as_csv:
        _print_csv(grid.rows())
    else:
        console = output()
        _print_board(grid.board, runs_dir)
        for each in grid.cells:
            if each.status == "failed":
                console.print(f"failed: {each.words}: {each.reason}", soft_wrap=True)
        differing = [each for each in states if each.differs]
        if differing:
            ways = ", ".join(dict.fromkeys(each.differs for each in differing[:3]))
            console.print(
                f"{counted(len(differing), 'cell')} trained in another way: {ways}", soft_wrap=True
            )
        if not options.quiet:
            console.print(summary(states), soft_wrap=True)
        for best in grid.bests:
            where = f"best: {best.combination.words}, {grid.measure} {best.combination.result}"
            console.print(f"{where}. To predict with it: {best.command}", soft_wrap=True)
    if options.report is not None:
        _write_report(grid, options)
    failed = sum(each.status == "failed" for each in grid.cells)
    if failed:
        raise TrainingFailed(
            f"{failed} of {counted(len(states), 'cell')} failed; the reasons are above. To try "
            f"them again, and only them: {attach_command(sweep, runs_dir)}"
        )


def attach_command(sweep: "Sweep", runs_dir: Path) -> str:
    """Return what to type to continue a sweep, with the Python files that it needs."""
    from zookit.registry import default
    from zookit.runs.resume_command import command_with_files

    options = sweep.options
    owners = {owner for each in sweep.states for owner in each.cell.owners.values()}
    others = [
        default.searches.build(sweep.request.search).owner,
        default.launchers.build(options.launcher).owner,
        *(default.listeners.build(each).owner for each in options.listeners),
    ]
    owners.update(filter(None, others))
    return command_with_files(sorted(owners), "sweep", "--attach", str(runs_dir))


def _ranked(sweep: "Sweep", by: str) -> "Grid":
    """Return the cells of a sweep, ranked by the accuracy if no run has measured `by`."""
    try:
        return grid_of_sweep(sweep, by)
    except BadParameter as error:
        warn(f"{error} The runs are ranked by accuracy.")
        return grid_of_sweep(sweep, "accuracy")


def grid_of_sweep(sweep: "Sweep", by: str) -> "Grid":
    """Return the cells of a sweep and their results.

    A cell whose run cannot be read has failed. Raises BadParameter if no run has measured `by`.
    """
    from zookit.report.grid import GridCell, grid_of
    from zookit.runs.listing import intact_summaries

    runs = {each.name: each for each in intact_summaries(sweep.runs_dir)}
    cells = [_grid_cell(each, runs) for each in sweep.states]
    misfits = [
        GridCell(values=each.values, status="misfit", reason=each.reason) for each in sweep.misfits
    ]
    return grid_of([*cells, *misfits], by)


def _grid_cell(state: "CellState", runs: "Mapping[str, RunSummary]") -> "GridCell":
    from zookit.report.grid import GridCell
    from zookit.runs.run import read_run

    values, status, reason, run = state.cell.values, state.status, state.reason, None
    if state.over and state.folder:
        run = runs.get(state.folder.name)
        if run is None:
            status, reason = "failed", f"its run {state.folder} is missing"
            if state.folder.exists():
                try:
                    read_run(state.folder)
                except BadRun as error:
                    reason = str(error)
    return GridCell(values=values, status=status, reason=reason, run=run)


def _print_board(board: "Leaderboard", runs_dir: Path) -> None:
    from zookit.leaderboard.text import print_leaderboard
    from zookit.tables import output

    ranked = [run for table in board.tables for row in table.rows for run in row.summaries]
    if ranked:
        print_leaderboard(output(), board.tables, board.unranked, short_names(ranked, runs_dir))


def _print_csv(rows: "Sequence[Mapping[str, Any]]") -> None:
    import csv  # kept out of start-up

    lines = StringIO()
    writer = csv.DictWriter(lines, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    print_reserved(lines.getvalue().removesuffix("\n"))


def _write_report(grid: "Grid", options: ResultOptions) -> None:
    from zookit.core import say
    from zookit.report.sweep_page import write_sweep_report

    assert options.report is not None
    path = write_sweep_report(grid, options.report, force=options.force)
    say(f"report: {path}")


def _plain(sweep: "Sweep", grid: "Grid") -> dict[str, Any]:
    return {
        "format": 1,
        "cells": [
            {
                "values": dict(each.values),
                "status": each.status,
                "kept": state.kept,
                "differs": state.differs,
                "epochs": state.epochs,
                "test": dict(state.test),
                "reason": each.reason,
                "folder": None if each.run is None else str(each.run.folder),
                "identity": state.cell.identity,
            }
            for state, each in zip(sweep.states, grid.cells, strict=False)  # then come misfits
        ],
        "misfits": [{"values": dict(each.values), "reason": each.reason} for each in sweep.misfits],
        "combinations": grid.rows(),
        "leaderboard": grid.board.plain(),
    }
