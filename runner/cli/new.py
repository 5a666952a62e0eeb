"""`zookit new`."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from zookit.core import UnknownName
from zookit.core.errors import did_you_mean, quoted


def _kinds() -> list[str]:
    from zookit.scaffold.package import KINDS  # --help needs it not

    return list(KINDS)


def new(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="What pip will call it, such as zookit-stripes.")
    ],
    kinds: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[KIND]...",
            help="dataset, architecture, callback, listener or command; if none is named, one of "
            "each but the command.",
            autocompletion=_kinds,
        ),
    ] = None,
    into: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where the package's folder is made.")
    ] = Path(),
) -> None:
    """Make a plugin package to begin from.

    Code that works, its tests and what pip needs go into a new folder NAME; nothing is ever
    overwritten. What it offers is called after it, without 'zookit-'.
    """
    from zookit.scaffold.package import KINDS, Package, write  # --help needs it not

    for kind in kinds or ():
        if kind not in KINDS:
            raise UnknownName(
                f"no kind {quoted(kind)}.{did_you_mean(kind, KINDS)} There are: {', '.join(KINDS)}."
            )
    # One of each that a single 'zookit run' can name: what is not wanted is easily removed.
    tour = (kind for kind in KINDS if kind != "command")
    package = Package(name, tuple(dict.fromkeys(kinds or tour)))
    group = context.parent and context.parent.command
    folder = write(package, into, own_commands=getattr(group, "commands", ()))
    print(f"made {folder}, which offers {', '.join(package.plugins.values())}\n")
    print("Next, in an environment of your own:")
    for line in (
        f"cd {shlex.quote(str(folder))}",
        'pip install -e ".[test]"',
        "pytest",
        *package.uses(),
    ):
        print(f"  {line}")
