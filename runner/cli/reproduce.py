"""`zookit reproduce`."""

import json
from typing import Annotated

import typer

from zookit.cli.run_argument import RUNS_DIR, RunName, RunsDir
from zookit.cli.training_options import training_view
from zookit.terminal import printable


def reproduce(
    run: RunName,
    runs_dir: RunsDir = RUNS_DIR,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Show only the comparison and warnings.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the comparison as JSON; show the rest on stderr.")
    ] = False,
) -> int:
    """Train a run's experiment again, as a run of its own, and say what differs, if anything.

    The exit code is 0 where the results are identical to the last bit, else 1.
    """
    from zookit.api import open_run, reproduce_run  # neither --help nor completion gets here

    kept = open_run(run, runs_dir)
    with training_view(quiet=quiet, as_json=as_json) as view:
        reproduction = reproduce_run(kept, runs_dir, view)
    if reproduction.again.status == "interrupted":
        return 130
    if as_json:
        print(json.dumps(reproduction.plain(), indent=2))
        return 0 if reproduction.identical else 1
    for line in reproduction.environment:
        print(f"other      {printable(line)}")
    for line in reproduction.values:
        print(f"differs    {printable(line)}")
    if reproduction.identical:
        compared = f"{reproduction.compared}, to the last bit"
        print(f"identical  to {printable(kept.name)}: {compared}")
    if quiet:  # else it has been said
        print(f"kept in    {printable(str(reproduction.again.folder))}")
    return 0 if reproduction.identical else 1
