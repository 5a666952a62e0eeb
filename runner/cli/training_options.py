"""What the commands that train have in common: their options, and how a training is shown."""

import json
import sys
from contextlib import contextmanager, nullcontext, redirect_stdout
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zookit.cli.completion import words_of
from zookit.core import Result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console

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


def shown(trained: "Callable[[Console], Result | None]", *, quiet: bool, as_json: bool) -> int:
    """Train, show it as the options say, and return the exit code."""
    from zookit.training.progress import show_result  # neither --help nor completion gets here

    with told(quiet=quiet, as_json=as_json) as console:
        result = trained(console)
    if result is None:
        return 0
    if as_json:
        print(json.dumps(_plain(result), indent=2))
    elif quiet:
        show_result(console, result)
    return 130 if result.status == "interrupted" else 0


@contextmanager
def told(*, quiet: bool, as_json: bool) -> "Iterator[Console]":
    """Where a training is shown, and what it says meanwhile, as the options have it."""
    from rich.console import Console

    from zookit.terminal import messages_shown

    # What a plugin prints is not part of the JSON.
    redirected = redirect_stdout(sys.stderr) if as_json else nullcontext()
    with messages_shown(quiet), redirected:
        yield Console(stderr=as_json)


def _plain(result: Result) -> dict[str, Any]:
    return {
        "format": 1,
        "status": result.status,
        "folder": str(result.folder),
        "experiment": result.experiment.plain(),
        "history": result.history,
        "seconds": result.seconds,
        "test": result.metrics,
        "environment": result.environment,
    }
