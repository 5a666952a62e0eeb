"""`--json`, and `--csv` of a sweep: standard output carries zookit's JSON or CSV alone.

What a plugin prints, from Python, from C++ code or in a child process, goes to standard error.
"""

import json
import sys
from typing import Any, cast

import typer

from zookit.streams import GuardedStream

_reserved: list[GuardedStream] = []
"""Standard output, while a command that prints JSON runs."""


def json_option(meaning: str = "Print JSON.", flag: str = "--json") -> Any:
    """Return the option --json of a command, or another one that prints for programs."""
    return typer.Option(flag, help=meaning, callback=_reserve_stdout, is_eager=True)


def print_json(value: Any, *, indent: int | None = 2) -> None:
    """Print a value as JSON on the standard output that `json_option` reserves."""
    print_reserved(json.dumps(value, indent=indent))


def print_reserved(text: str) -> None:
    """Print text on the standard output that `json_option` reserves."""
    print(text, file=_reserved[-1] if _reserved else sys.stdout, flush=True)


def _reserve_stdout(context: typer.Context, given: bool) -> bool:
    if given and not context.resilient_parsing:
        stdout = cast(Any, sys.stdout)
        stream = stdout if isinstance(stdout, GuardedStream) else GuardedStream(stdout)
        context.with_resource(stream.exclusive())
        _reserved.append(stream)
        context.call_on_close(_reserved.pop)
    return given
