"""`zookit new`."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from zookit.core import UnknownName
from zookit.core.errors import did_you_mean, quoted
from zookit.registry import Registry
from zookit.registry.kind import Row

_KINDS = {kind.stem: kind for kind in Registry.kinds() if not kind.is_data}


def _kinds() -> list[str]:
    return list(_KINDS)


def usual_kinds() -> tuple[Row, ...]:
    """Return the kinds of a package if none is given: those that words select, and listeners."""
    words = (kind for kind in Registry.kinds() if kind.base is not None and not kind.option)
    return (*words, Registry.listeners)


_USUAL = ", ".join(kind.stem for kind in usual_kinds())


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
            help=f"{', '.join(_KINDS)}. [default: {_USUAL}]",
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
    from zookit.scaffold.package import Package, write  # --help does not need it

    for kind in kinds or ():
        if kind not in _KINDS:
            raise UnknownName(
                f"no kind named {quoted(kind)}.{did_you_mean(kind, _KINDS)} Available: "
                f"{', '.join(_KINDS)}."
            )
    chosen = tuple(_KINDS[kind] for kind in dict.fromkeys(kinds or ()))
    package = Package(name, chosen or usual_kinds())
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
