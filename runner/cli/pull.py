"""`zookit pull`."""

from pathlib import Path
from typing import Annotated

import typer

from zookit.cli.run_argument import RUNS_DIR, RunsDir
from zookit.cli.training_options import Quiet
from zookit.core.messages import counted, printable


def pull(
    url: Annotated[
        str,
        typer.Argument(
            metavar="URL",
            help="Where the run was pushed to, or a web address that serves it.",
            show_default=False,
        ),
    ],
    verify: Annotated[
        Path | None,
        typer.Option(
            metavar="KEY.pub",
            help="Refuse a run that was not signed with the private key of this public one.",
            show_default=False,
        ),
    ] = None,
    quiet: Quiet = False,
    runs_dir: RunsDir = RUNS_DIR,
) -> None:
    """Copy a run that was pushed into the folder of runs.

    Every file is checked by its hash. A pull that was interrupted continues where it stopped.
    """
    from zookit.sharing import pull_folder  # neither --help nor completion needs this

    pulled = pull_folder(url, runs_dir, verify=verify, quiet=quiet)
    what = f"{counted(pulled.files, 'file')}, {counted(pulled.size, 'byte')}"
    if pulled.was_there:
        print(f"{printable(pulled.folder)} is the same run already: {what}")
    else:
        print(f"pulled {what}, to {printable(pulled.folder)}")
