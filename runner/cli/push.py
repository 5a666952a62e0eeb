"""`zookit push`."""

from pathlib import Path
from typing import Annotated

import typer

from zookit.cli.run_argument import RUNS_DIR, RunName, RunsDir
from zookit.cli.training_options import Quiet
from zookit.core.messages import counted, printable


def push(
    name: RunName,
    url: Annotated[
        str,
        typer.Argument(
            metavar="URL",
            help="Where to: a folder, s3://BUCKET/RUN, gs://BUCKET/RUN or hf://USER/REPOSITORY/RUN.",
            show_default=False,
        ),
    ],
    sign: Annotated[
        Path | None,
        typer.Option(
            metavar="KEY.pem", help="Sign the run with this private key first.", show_default=False
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace another run there.", show_default=False)
    ] = False,
    quiet: Quiet = False,
    runs_dir: RunsDir = RUNS_DIR,
) -> None:
    """Copy a run to a folder or to a store of a cloud, for other machines or people.

    Files that are already there are not sent again. 'zookit pull URL' copies the run back, and
    other commands take the URL in place of a run.
    """
    from zookit.sharing import push as push_run  # neither --help nor completion needs this

    pushed = push_run(name, url, runs_dir=runs_dir, sign=sign, force=force, quiet=quiet)
    there = pushed.files - pushed.sent
    print(
        f"pushed {counted(pushed.files, 'file')}, {counted(pushed.size, 'byte')}, to "
        f"{printable(pushed.address)}{f'; {there:,} were there already' * (there > 0)}"
    )
