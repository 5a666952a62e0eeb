"""`zookit reproduce`."""

from typing import TYPE_CHECKING, Annotated

import typer

from zookit.cli.json_output import json_option, print_json
from zookit.cli.run_argument import RUNS_DIR, RunName, RunsDir
from zookit.cli.shared_options import AllowWrites, ask_to_write
from zookit.cli.training_options import check_uninterrupted, training_view
from zookit.core.messages import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zookit.training.reproduce import Reproduction

_DIFFERENT = 1


def reproduce(
    name: RunName,
    runs_dir: RunsDir = RUNS_DIR,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Show only the comparison and warnings.")
    ] = False,
    as_json: Annotated[
        bool, json_option("Print the comparison as JSON, and progress on stderr.")
    ] = False,
    allow_writes: AllowWrites = False,
) -> int:
    """Train a run's experiment again, as a new run, and show what differs.

    The exit code is 0 if the results are identical to the last bit, otherwise 1.
    """
    # Neither --help nor completion needs these.
    from zookit.api import find_and_open
    from zookit.run_object import reproduce_run
    from zookit.tables import facts, output
    from zookit.training.destinations import destinations
    from zookit.training.resolve import recompose

    run = find_and_open(name, runs_dir)
    allow_writes = allow_writes or ask_to_write(lambda: destinations(recompose(run)))
    with training_view(quiet=quiet, as_json=as_json) as view:
        reproduction = reproduce_run(run, runs_dir, view, allow_writes=allow_writes)
    check_uninterrupted(reproduction.again)
    if as_json:
        print_json(reproduction.plain())
    else:
        output().print(facts(_lines(reproduction, with_folder=quiet)))
    return 0 if reproduction.identical else _DIFFERENT


def _lines(reproduction: "Reproduction", *, with_folder: bool) -> "Iterator[tuple[str, str]]":
    for line in reproduction.environment:
        yield "environment", line
    for line in reproduction.values:
        yield "differs", line
    if reproduction.identical:
        name = printable(reproduction.run.name)
        yield "identical", f"to {name}: {reproduction.compared}, to the last bit"
    if with_folder:
        yield "saved in", str(reproduction.again.folder)
