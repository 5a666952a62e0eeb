"""`zookit compare`."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from zookit.cli.json_output import json_option, print_json
from zookit.cli.run_argument import (
    RUNS_DIR,
    RunNames,
    RunsDir,
    check_runs_dir,
    no_runs,
    short_names,
)
from zookit.core import BadParameter, warn
from zookit.core.messages import printable
from zookit.own_process import without_garbage_collection

if TYPE_CHECKING:
    from zookit.leaderboard.leaderboard import Leaderboard


@without_garbage_collection()
def compare(
    names: RunNames = None,
    runs_dir: RunsDir = RUNS_DIR,
    by: Annotated[
        str,
        typer.Option(help="What ranks them: accuracy, loss, or a metric.", metavar="METRIC"),
    ] = "accuracy",
    as_json: Annotated[bool, json_option()] = False,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print CSV, with the rows of all tables.")
    ] = False,
) -> None:
    """Rank runs, with one table for each data set.

    Runs are ranked by validation accuracy, or by test accuracy if they have no validation. Runs
    that differ only in the seed form one row, with mean and standard deviation.
    """
    # Neither --help nor completion needs these.
    from zookit.api import compare as rank
    from zookit.api import compare_folder, open_run

    if as_json and as_csv:
        raise BadParameter("compare: got both --json and --csv. Use only one of them.")
    check_runs_dir(runs_dir)
    if names:
        board = rank([open_run(name, runs_dir) for name in names], by)
    else:
        board = compare_folder(runs_dir, by)
    if as_json:
        print_json(board.plain())
    elif as_csv:
        _print_csv(board)
    elif not board.tables and not board.unranked:
        print(no_runs(runs_dir))
    else:
        from zookit.leaderboard.text import print_leaderboard
        from zookit.tables import output

        ranked = [run for table in board.tables for row in table.rows for run in row.summaries]
        short = short_names(ranked, runs_dir)
        print_leaderboard(output(), board.tables, board.unranked, short)


def _print_csv(board: "Leaderboard") -> None:
    import csv  # kept out of start-up

    rows = board.flat()
    if rows:
        writer = csv.DictWriter(sys.stdout, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    for each in board.unranked:
        warn(f"{printable(each.name)} is not ranked: {each.reason}")
