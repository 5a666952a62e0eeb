"""`zookit install`."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zookit.core import UnknownName
from zookit.core.errors import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zookit.registry import Entry

_ADDRESS = re.compile(r"(\w+\+)?\w+://.*")


def install(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME...",
            help="Packages as pip takes them: names, also with versions, files, folders or "
            "addresses. What follows -- is passed on to pip.",
        ),
    ],
) -> int:
    """Install packages with plugins into this environment, with its own pip or with uv.

    Then says which plugins are new, gone or renamed. The exit code is that of pip or uv.
    """
    from zookit.cli import packages  # --help does not need it

    chosen, options = packages.split_arguments(names)
    installed = packages.entries()
    for each in chosen:
        _check_package(each, installed)
    code = packages.call([*packages.tool("install"), *chosen, *options])
    if code == 0:
        before, after = packages.plugins(installed), packages.plugins(packages.entries())
        lines = list(packages.changes(before, after, packages.former_names()))
        for line in lines or ["No plugins have changed."]:
            print(line)
    return code


def _check_package(text: str, installed: "Sequence[Entry[Any]]") -> None:
    """Raise UnknownName if a text cannot be a package to install.

    A name alone can, also that of a plugin: onnx, tensorboard and mlflow are both.
    """
    from packaging.requirements import InvalidRequirement, Requirement

    if text.endswith(".py"):
        raise UnknownName(
            f"{text} is a Python file, which needs no installation. Name it: zookit --plugin "
            f"{text} list"
        )
    if _ADDRESS.fullmatch(text) or Path(text).expanduser().exists():
        return
    try:
        Requirement(text)
    except InvalidRequirement:
        plain = text.partition(":")[0]
        for entry in installed:
            if plain == entry.name:
                raise UnknownName(
                    f"{plain!r} is one of the {entry.kind.plural} of {entry.owner}, which is "
                    "installed. Expected the name of a package."
                ) from None
        raise UnknownName(
            f"{quoted(text)} cannot be a package. Expected a name, such as zookit-stripes, or a "
            "file or folder that exists."
        ) from None
