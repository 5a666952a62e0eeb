"""`zookit doctor`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from zookit.cli.json_output import json_option, print_json
from zookit.core import BadParameter

_FAULTS = 1
_LONGEST = 86_400


def doctor(
    timeout: Annotated[
        float, typer.Option(metavar="SECONDS", help="The longest time to load one plugin.")
    ] = 20,
    as_json: Annotated[bool, json_option()] = False,
) -> int:
    """Examine the installation, and load every plugin in a separate process.

    Shows the versions, the devices, the cache and the available data. The exit code is 1 if
    something is wrong.
    """
    # Neither --help nor completion needs these.
    from zookit.doctor.diagnosis import print_report
    from zookit.doctor.examination import examine
    from zookit.registry import default
    from zookit.tables import output

    if not 0 < timeout <= _LONGEST:
        raise BadParameter(
            f"--timeout must be greater than 0 and at most {_LONGEST:,} seconds, got {timeout:g}."
        )
    report = examine(default, timeout, _bar)
    if as_json:
        print_json(report.plain())
    else:
        print_report(output(), report)
    return 0 if report.ok else _FAULTS


@contextmanager
def _bar(total: int) -> Iterator[Callable[[], None]]:
    """Show a progress bar on stderr, if that is a terminal."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from zookit.console import Console

    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bars:
        task = bars.add_task("loading plugins and TensorFlow", total=total)
        yield lambda: bars.advance(task)
