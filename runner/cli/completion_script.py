"""`zookit completion`."""

from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated

import typer

from zookit.core import UnknownName
from zookit.core.errors import did_you_mean

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


def _shells() -> list[str]:
    return sorted(_scripts())


def completion(
    shell: Annotated[
        str, typer.Argument(metavar="SHELL", help="bash, fish or zsh.", autocompletion=_shells)
    ],
) -> None:
    """Print a script that completes names and parameters in a shell.

    Add one line to the start file of your shell:

    ~/.bashrc: eval "$(zookit completion bash)"

    ~/.zshrc, after compinit: eval "$(zookit completion zsh)"

    ~/.config/fish/config.fish: zookit completion fish | source
    """
    scripts = _scripts()
    if shell not in scripts:
        raise UnknownName(
            f"no completion for the shell {shell!r}.{did_you_mean(shell, scripts)} "
            f"Available: {', '.join(sorted(scripts))}."
        )
    print(scripts[shell].read_text(encoding="utf-8"), end="")


def _scripts() -> "dict[str, Traversable]":
    """Return the scripts by the name of their shell."""
    from importlib.resources import files  # kept out of start-up

    folder = files("zookit.cli") / "shells"
    return {PurePath(each.name).suffix[1:]: each for each in folder.iterdir()}
