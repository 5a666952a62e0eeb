"""`zookit reproduce`."""

import json
import sys
from contextlib import ExitStack, redirect_stdout
from typing import Annotated

import typer

from zookit.commands.kept import RUNS_DIR, RunName, RunsDir


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
    from zookit.api import open_run
    from zookit.reproducing import reproduce as repeat

    kept = open_run(run, runs_dir)
    with ExitStack() as redirected:
        if as_json:  # what a plugin prints is not part of the JSON
            redirected.enter_context(redirect_stdout(sys.stderr))
        reproduction = repeat(kept, runs_dir, quiet=quiet or as_json)
    if reproduction.again.status == "interrupted":
        return 130
    if as_json:
        print(json.dumps(reproduction.plain(), indent=2))
        return 0 if reproduction.identical else 1
    for line in reproduction.surroundings:
        print(f"other      {line}")
    for line in reproduction.values:
        print(f"differs    {line}")
    if reproduction.identical:
        print(f"identical  to {kept.name}: history, test values and weights, to the last bit")
    if quiet:  # else it has been said
        print(f"kept in    {reproduction.again.folder}")
    return 0 if reproduction.identical else 1
