"""`zookit resume`."""

import json
import sys
from contextlib import ExitStack, redirect_stdout
from typing import Annotated

import typer

from zookit.commands.completion import words_of
from zookit.commands.kept import RUNS_DIR, RunName, RunsDir, opened


def resume(
    run: RunName,
    epochs: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Go on to so many epochs, instead of its own."),
    ] = None,
    listeners: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            metavar="LISTENER",
            help="A listener, as 'zookit run' takes them.",
            autocompletion=words_of("listeners"),
        ),
    ] = None,
    runs_dir: RunsDir = RUNS_DIR,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Show only the result and warnings.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the result as JSON; show the rest on stderr.")
    ] = False,
) -> int:
    """Go on with a run that was killed, interrupted or failed, or train a finished one further.

    It ends as it would have had it never stopped, to the last bit.
    """
    from rich.console import Console  # neither --help nor completion gets here

    from zookit.commands.run import plain
    from zookit.console import messages_shown
    from zookit.display import show_result
    from zookit.listening import chosen
    from zookit.training import resume as go_on

    kept = opened(run, runs_dir)
    listening = chosen(listeners or [])
    console = Console(stderr=as_json)
    with messages_shown(quiet), ExitStack() as redirected:
        if as_json:  # what a plugin prints is not part of the JSON
            redirected.enter_context(redirect_stdout(sys.stderr))
        result = go_on(kept, listening, epochs=epochs, quiet=quiet, console=console, alone=True)
    if result is None:
        return 0
    if as_json:
        print(json.dumps(plain(result), indent=2))
    elif quiet:
        show_result(console, result)
    return 130 if result.status == "interrupted" else 0
