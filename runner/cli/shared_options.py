"""Options that several commands share: --force, --split, and --allow-writes with its question."""

import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer

from zookit.core.messages import printable

Force = Annotated[
    bool,
    typer.Option(
        "--force", help="Replace an existing file that zookit did not write.", show_default=False
    ),
]
AllowWrites = Annotated[
    bool,
    typer.Option(
        "--allow-writes",
        help="Allow callbacks to write outside the run's folder and to send to servers.",
        show_default=False,
    ),
]


def split_option(images: str, default: str) -> Any:
    """Return the option --split, which chooses the split that the numbers of images refer to."""
    return typer.Option(
        metavar="train|validation|test",
        help=f"The split of {images}. [default: {default}]",
        show_default=False,
    )


def ask_to_write(find_places: Callable[[], tuple[str, ...]]) -> bool:
    """Ask a person at a terminal whether an experiment may write to places outside its folder.

    False without a terminal, where `find_places` is not called, and if there are no such places.
    """
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    places = find_places()
    if not places:
        return False
    print("This experiment writes outside the run's folder:", file=sys.stderr)
    for place in places:
        print(f"  {printable(place)}", file=sys.stderr)
    return typer.confirm("Allow this?", err=True)
