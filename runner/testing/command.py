"""The contract of commands."""

import contextlib
import io

from zookit.testing.check import require
from zookit.testing.component import is_known_without_tensorflow, loads
from zookit.testing.target import Target
from zookit.typer_commands import load_command


def helps(target: Target) -> None:
    """Its --help works, and its docstring says what it does."""
    command = load_command(target.entry)
    with contextlib.redirect_stdout(io.StringIO()):
        command.main(["--help"], prog_name=str(target.words), standalone_mode=False)
    require((command.help or "").strip(), "--help does not say what it does; add a docstring")


CHECKS = (loads, is_known_without_tensorflow, helps)
