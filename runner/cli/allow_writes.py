"""The option --allow-writes of the commands that train somebody's run or experiment."""

import sys
from typing import Annotated

import typer

from zookit.core.messages import printable

AllowWrites = Annotated[
    bool,
    typer.Option(
        "--allow-writes",
        help="Allow callbacks to write outside the run's folder and to send to servers.",
        show_default=False,
    ),
]


def can_ask() -> bool:
    """Whether a person can answer a question."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def confirmed(places: tuple[str, ...]) -> bool:
    """Show where an experiment writes to, and ask whether it may; no question if nowhere."""
    if not places:
        return False
    print("This experiment writes outside the run's folder:", file=sys.stderr)
    for place in places:
        print(f"  {printable(place)}", file=sys.stderr)
    return typer.confirm("Allow this?", err=True)
