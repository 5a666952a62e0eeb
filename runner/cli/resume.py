"""`zookit resume`."""

from typing import Annotated

import typer

from zookit.cli.run_argument import RUNS_DIR, RunName, RunsDir
from zookit.cli.training_options import AsJson, Listeners, Quiet, shown


def resume(
    run: RunName,
    epochs: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Go on to so many epochs, instead of its own."),
    ] = None,
    listeners: Listeners = None,
    runs_dir: RunsDir = RUNS_DIR,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> int:
    """Go on with a run that was stopped, or train a finished one further.

    One that was killed, interrupted or failed ends as it would have had it never stopped, to the
    last bit.
    """
    from zookit.api import open_run  # neither --help nor completion gets here
    from zookit.training.listeners import chosen
    from zookit.training.session import resume as go_on

    kept = open_run(run, runs_dir)
    listening = chosen(listeners or [])
    return shown(
        lambda console: go_on(
            kept, listening, epochs=epochs, quiet=quiet, console=console, alone=True
        ),
        quiet=quiet,
        as_json=as_json,
    )
