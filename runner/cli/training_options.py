"""What the commands that train have in common: their options, and how a training is shown."""

import json
import sys
from contextlib import contextmanager, nullcontext, redirect_stdout
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zookit.cli.completion import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zookit.run_object import Run
    from zookit.training.session import View

Listeners = Annotated[
    list[str] | None,
    typer.Option(
        "--with",
        metavar="LISTENER",
        help="A listener to the run, such as tensorboard; may be given several times, as may "
        "names in ZOOKIT_WITH.",
        autocompletion=words_of("listeners"),
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show only the result and warnings.")]
AsJson = Annotated[
    bool, typer.Option("--json", help="Print the result as JSON; show the rest on stderr.")
]


@contextmanager
def training_view(*, quiet: bool, as_json: bool) -> "Iterator[View]":
    """Show a training and its messages as the options ask for."""
    from rich.console import Console  # neither --help nor completion gets here

    from zookit.terminal import messages_shown
    from zookit.training.session import View

    # What a plugin prints is not part of the JSON.
    redirected = redirect_stdout(sys.stderr) if as_json else nullcontext()
    with messages_shown(quiet), redirected:
        yield View(quiet, Console(stderr=as_json))


def show_run(run: "Run", *, quiet: bool, as_json: bool) -> int:
    """Print the result as the options ask for, and return the exit code."""
    from rich.console import Console

    from zookit.training.progress import show_result

    if as_json:
        print(json.dumps(_plain(run), indent=2))
    elif quiet:
        show_result(Console(), run)
    return 130 if run.status == "interrupted" else 0


def _plain(run: "Run") -> dict[str, Any]:
    return {
        "format": 2,
        "status": run.status,
        "folder": str(run.folder),
        "experiment": run.experiment.plain(),
        "history": dict(run.history),
        "seconds": list(run.seconds),
        "test": dict(run.metrics),
        "environment": run.environment.plain(),
    }
