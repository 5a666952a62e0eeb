"""`zookit new`."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from zookit.core import UnknownName
from zookit.core.errors import did_you_mean, quoted


def _kinds() -> list[str]:
    from zookit.scaffold.package import KINDS  # --help does not need it

    return list(KINDS)


def new(
    context: typer.Context,
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="The name of the package, such as zookit-stripes."),
    ],
    kinds: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[KIND]...",
            help="dataset, architecture, callback, listener or command. [default: all except "
            "command]",
            autocompletion=_kinds,
        ),
    ] = None,
    into: Annotated[
        Path, typer.Option(metavar="FOLDER", help="The folder to create the package in.")
    ] = Path(),
) -> None:
    """Create a plugin package with working code, tests and metadata.

    It is created in a new folder, and its plugins are named after the package, without 'zookit-'.
    Existing files are never overwritten.
    """
    from zookit.scaffold.package import KINDS, Package, write  # --help does not need it

    for kind in kinds or ():
        if kind not in KINDS:
            raise UnknownName(
                f"no kind named {quoted(kind)}.{did_you_mean(kind, KINDS)} Available: "
                f"{', '.join(KINDS)}."
            )
    # All that a single 'zookit run' can use.
    usual = (kind for kind in KINDS if kind != "command")
    package = Package(name, tuple(dict.fromkeys(kinds or usual)))
    group = context.parent and context.parent.command
    folder = write(package, into, own_commands=getattr(group, "commands", ()))
    print(f"created {folder} with {', '.join(package.plugins.values())}\n")
    print("Next, in a virtual environment:")
    for line in (
        f"cd {shlex.quote(str(folder))}",
        'pip install -e ".[test]"',
        "pytest",
        *package.uses(),
    ):
        print(f"  {line}")
