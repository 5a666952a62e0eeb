"""`zookit report`."""

from pathlib import Path
from typing import Annotated

import typer

from zookit.cli.run_argument import RUNS_DIR, RunsDir, run_names
from zookit.cli.shared_options import Force
from zookit.core.messages import printable


def report(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN...",
            help="One or more runs: a folder, the start of a name or of a hash, 'latest', or a "
            "model.",
            autocompletion=run_names,
            show_default=False,
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The file to write. [default: report.html, in the run's folder or, for several "
            "runs and for a model, in the current folder]",
            show_default=False,
        ),
    ] = None,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain",
            help="Show where the model looked in its surest mistakes. This rebuilds the model, "
            "which takes a few seconds.",
        ),
    ] = False,
    force: Force = False,
    runs_dir: RunsDir = RUNS_DIR,
) -> None:
    """Write an HTML page about a run, or about several runs side by side.

    It shows curves, mistakes, scores and settings. It is a single file that you can open in a
    browser or send to somebody.
    """
    # Neither --help nor completion needs these.
    from zookit.api import open_run
    from zookit.report.page import write_report

    runs = [open_run(name, runs_dir) for name in names]
    print(printable(write_report(runs, output, force=force, explain=explain)))
