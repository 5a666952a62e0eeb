"""`zookit resume`."""

from typing import Annotated

import typer

from zookit.cli.run_argument import RUNS_DIR, RunName, RunsDir
from zookit.cli.training_options import AsJson, Listeners, Quiet, show_trained, training_view


def resume(
    name: RunName,
    epochs: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            help="Train up to this epoch. [default: the number that the run was started with]",
        ),
    ] = None,
    listeners: Listeners = None,
    runs_dir: RunsDir = RUNS_DIR,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> int:
    """Continue a run that was stopped, or train a finished run further.

    A run that was killed, interrupted or failed ends with the same result, to the last bit, as if
    it had never stopped.
    """
    # Neither --help nor completion needs these.
    from zookit.api import find_and_open
    from zookit.run_object import resume_run

    run = find_and_open(name, runs_dir)
    with training_view(quiet=quiet, as_json=as_json) as view:
        resumed = resume_run(run, epochs, listeners or (), view)
    return show_trained(resumed, quiet=quiet, as_json=as_json)
