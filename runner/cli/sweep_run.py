"""Runs a sweep for `zookit sweep`, and shows what came out."""

import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zookit.cli.json_output import print_json
from zookit.cli.run_argument import RUNS_DIR, short_names
from zookit.cli.training_options import Interrupted
from zookit.core import TrainingFailed, say, warn
from zookit.core.messages import counted

if TYPE_CHECKING:
    from collections.abc import Callable

    from zookit.console import Console
    from zookit.leaderboard.leaderboard import Leaderboard
    from zookit.run_object import Run
    from zookit.sweeps.request import SweepRequest
    from zookit.sweeps.sweep import Sweep, SweepOptions


def run_sweep(
    request: "SweepRequest",
    options: "SweepOptions",
    runs_dir: Path,
    *,
    by: str = "accuracy",
    quiet: bool = False,
    as_json: bool = False,
) -> int:
    """Train what is missing of a sweep, show the result, and return the exit code.

    Raises:
        Interrupted: after Ctrl-C. The cells that trained have written a checkpoint.
        TrainingFailed: cells failed; all others are trained.
        ZookitError: the sweep cannot be planned, or cannot go on.
    """
    # Neither --help nor completion needs these.
    from zookit.sweeps.sweep import plan
    from zookit.sweeps.view import View
    from zookit.tables import output
    from zookit.terminal import bar, messages_shown

    with messages_shown(quiet):
        with _cells_counted(quiet) as done:
            sweep = plan(request, options, runs_dir, bar, done)
        _tell_left_out(sweep)
        console = output(stderr=as_json)
        with View(sweep, console, quiet=quiet or not sweep.missing) as view:
            _train(sweep, view.changed, runs_dir)
        _show(sweep, runs_dir, console, by, quiet=quiet, as_json=as_json)
    return 0


def _tell_left_out(sweep: "Sweep") -> None:
    """Warn of the combinations that are not trained, once for each reason."""
    reasons: dict[str, list[str]] = {}
    for each in sweep.misfits:
        reasons.setdefault(each.reason, []).append(" ".join(filter(None, each.values.values())))
    for reason, names in reasons.items():
        more = f" and {len(names) - 1:,} more" if len(names) > 1 else ""
        warn(f"left out: {names[0]}{more}: {reason}")
    if sweep.same:
        say(f"{counted(sweep.same, 'combination')} left out: the same as others.")


def _train(sweep: "Sweep", changed: "Callable[..., None]", runs_dir: Path) -> None:
    try:
        sweep.start(changed)
        for _ in sweep.ended():
            pass
    except KeyboardInterrupt:
        say("stopping: the cells that train write a checkpoint. Ctrl-C again ends them at once.")
        sweep.stop()
        sweep.close()
        command = shlex.join(["zookit", "sweep", "--attach", str(runs_dir)])
        raise Interrupted(f"interrupted. To continue: {command}") from None
    finally:
        sweep.close()


@contextmanager
def _cells_counted(quiet: bool) -> "Iterator[Callable[[], None]]":
    """Yield a function to call for each cell that is planned, which shows their number."""
    from rich.console import Console as Plain  # noqa: TID251 - no text of others is shown

    if quiet or not sys.stderr.isatty():
        yield lambda: None
        return
    count = 0
    with Plain(stderr=True).status("planning ...") as status:

        def done() -> None:
            nonlocal count
            count += 1
            if count % 100 == 0:
                status.update(f"planning {counted(count, 'cell')} ...")

        yield done


def _show(
    sweep: "Sweep", runs_dir: Path, console: "Console", by: str, *, quiet: bool, as_json: bool
) -> None:
    from zookit.leaderboard.leaderboard import leaderboard
    from zookit.run_object import open_folder
    from zookit.sweeps.view import summary

    states = list(sweep.states)
    runs = [open_folder(each.folder) for each in states if each.over and each.folder]
    board = leaderboard(runs, by)
    if as_json:
        print_json(_plain(sweep, board))
    else:
        _print_board(console, board, runs_dir)
        for each in states:
            if each.status == "failed":
                console.print(f"failed: {each.cell.words}: {each.reason}", soft_wrap=True)
        if not quiet:
            console.print(summary(states), soft_wrap=True)
            for line in _best(board, runs_dir):
                console.print(line, soft_wrap=True)
    failed = sum(each.status == "failed" for each in states)
    if failed:
        raise TrainingFailed(
            f"{failed} of {counted(len(states), 'cell')} failed; the reasons are above. The same "
            "command tries them again, and only them."
        )


def _print_board(console: "Console", board: "Leaderboard", runs_dir: Path) -> None:
    from zookit.leaderboard.text import print_leaderboard

    ranked = [run for table in board.tables for row in table.rows for run in row.runs]
    if ranked:
        print_leaderboard(console, board.tables, board.unranked, short_names(ranked, runs_dir))


def _best(board: "Leaderboard", runs_dir: Path) -> Iterator[str]:
    """Yield the best cell for each data, and the command that predicts with it."""
    names = short_names([run for table in board.tables for run in table.rows[0].runs[:1]], runs_dir)
    for table in board.tables:
        run: Run = table.rows[0].runs[0]  # type: ignore[assignment] - they were opened here
        words = ["zookit", "predict", names[run.name], "IMAGE"]
        if runs_dir.resolve() != RUNS_DIR.resolve():
            words += ["--runs-dir", str(runs_dir)]
        experiment = run.experiment
        yield (
            f"best on {experiment.dataset.short_words}: {experiment.architecture.short_words}. "
            f"To predict with it: {shlex.join(words)}"
        )


def _plain(sweep: "Sweep", board: "Leaderboard") -> dict[str, Any]:
    return {
        "format": 1,
        "cells": [
            {
                "values": dict(each.cell.values),
                "status": each.status,
                "kept": each.kept,
                "epochs": each.epochs,
                "test": dict(each.test),
                "reason": each.reason,
                "folder": None if each.folder is None else str(each.folder),
                "identity": each.cell.identity,
            }
            for each in sweep.states
        ],
        "misfits": [{"values": dict(each.values), "reason": each.reason} for each in sweep.misfits],
        "leaderboard": board.plain(),
    }
