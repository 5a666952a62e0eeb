"""`zookit resume`."""

from typing import Annotated

import typer

from zookit.cli.run_argument import RUNS_DIR, RunName, RunsDir
from zookit.cli.training_options import AsJson, Listeners, Quiet, show_run, training_view


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
    from zookit.api import open_run, resume_run  # neither --help nor completion gets here

    with training_view(quiet=quiet, as_json=as_json) as view:
        resumed = resume_run(open_run(run, runs_dir), epochs, listeners or (), view)
    return show_run(resumed, quiet=quiet, as_json=as_json)
