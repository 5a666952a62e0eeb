"""`zookit resume`."""

from typing import Annotated

import typer

from zookit.cli.run_argument import RUNS_DIR, OwnRunName, RunsDir
from zookit.cli.shared_options import AllowWrites, ask_to_write
from zookit.cli.training_options import AsJson, Listeners, Quiet, show_trained, training_view


def resume(
    name: OwnRunName,
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
    allow_writes: AllowWrites = False,
) -> int:
    """Continue a run that was stopped, or train a finished run further.

    A run that was killed, interrupted or failed ends with the same result, to the last bit, as if
    it had never stopped.
    """
    # Neither --help nor completion needs these.
    from zookit.api import find_and_open
    from zookit.run_object import resume_run
    from zookit.runs.models import check_resumable
    from zookit.training.destinations import destinations
    from zookit.training.resolve import recompose

    run = find_and_open(name, runs_dir)
    check_resumable(run)  # before anything is asked
    allow_writes = allow_writes or ask_to_write(lambda: destinations(recompose(run), run.folder))
    with training_view(quiet=quiet, as_json=as_json) as view:
        resumed = resume_run(run, epochs, listeners or (), view, allow_writes=allow_writes)
    return show_trained(resumed, quiet=quiet, as_json=as_json)
