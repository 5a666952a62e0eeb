"""The option --force of the commands that write a file."""

from typing import Annotated

import typer

Force = Annotated[
    bool,
    typer.Option(
        "--force", help="Replace an existing file that zookit did not write.", show_default=False
    ),
]
