"""What a person sees: messages as lines on stderr, progress as bars."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from zookit.core.messages import logger
from zookit.printable import printable

if TYPE_CHECKING:
    from zookit.core.progress import Advance


class _Lines(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        # sys.stderr is looked up each time: a bar that is being drawn stands in for it.
        text = " ".join(record.getMessage().split())
        print(f"zookit: {printable(text)}", file=sys.stderr)


@contextmanager
def messages_shown(quiet: bool) -> Iterator[None]:
    """Show what components say on stderr, unless the program handles the logger itself."""
    if any(not isinstance(handler, _Lines) for handler in logger.handlers):
        yield
        return
    before = logger.handlers[:], logger.level, logger.propagate
    # Else a program that set logging up for everything would show each line a second time.
    logger.handlers, logger.propagate = [_Lines()], False
    logger.setLevel(logging.WARNING if quiet else logging.INFO)
    try:
        yield
    finally:
        logger.handlers, logger.propagate = before[0], before[2]
        logger.setLevel(before[1])


@contextmanager
def waiting(label: str, *, quiet: bool) -> Iterator[None]:
    """Show on a terminal's stderr what is being waited for, until it is there."""
    from rich.console import Console
    from rich.markup import escape

    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield
        return
    with console.status(escape(f"{label} ...")):
        yield


@contextmanager
def bar(label: str, total: int | None, unit: Literal["bytes", "images"]) -> "Iterator[Advance]":
    """A progress bar on stderr for data; implements `zookit.core.data.Progress`."""
    from rich import progress
    from rich.console import Console

    amount = progress.DownloadColumn() if unit == "bytes" else progress.MofNCompleteColumn()
    columns = (
        progress.TextColumn("{task.description}", markup=False),
        progress.BarColumn(),
        amount,
        progress.TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    if not console.is_terminal:
        print(f"zookit: {label}", file=sys.stderr)
    with progress.Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bars:
        task = bars.add_task(label, total=total)
        yield lambda amount: bars.advance(task, amount)
