"""`zookit doctor`."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from zookit.core import BadParameter

_NOT_WELL = 1
_LONGEST = 86_400


def doctor(
    timeout: Annotated[
        float, typer.Option(metavar="SECONDS", help="How long one plugin may take to load.")
    ] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> int:
    """Load every plugin in a process of its own and tell what is wrong; exits with 1 if there is.

    Also tells of Python, TensorFlow, the devices, the cache and the data that is here.
    """
    from rich.console import Console  # neither --help nor completion gets here

    from zookit.doctor.diagnosis import diagnose, plain
    from zookit.doctor.examination import examine
    from zookit.registry import default

    if not 0 < timeout <= _LONGEST:
        raise BadParameter(f"--timeout: {timeout:g} is not a number of seconds up to {_LONGEST:,}.")
    report = examine(default, timeout, _bar)
    if as_json:
        print(json.dumps(plain(report), indent=2))
    else:
        diagnose(Console(soft_wrap=True), report)
    return 0 if report.is_well else _NOT_WELL


@contextmanager
def _bar(total: int) -> Iterator[Callable[[], None]]:
    """A bar on stderr, where that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bars:
        task = bars.add_task("loading plugins and TensorFlow", total=total)
        yield lambda: bars.advance(task)
