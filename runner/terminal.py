"""Terminal output: messages on stderr and progress bars.

Rich is imported by the functions that need it, because `--help` and completion do not.
"""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Literal

from zookit.core.messages import logger, printable, warnings_given_once
from zookit.streams import guarded

if TYPE_CHECKING:
    from zookit.core.progress import Advance


_SECONDS = 10
"""Between two lines about the progress of a task."""


class _Lines(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        # sys.stderr is looked up each time, because an active progress bar replaces it.
        text = " ".join(record.getMessage().split())
        print(f"zookit: {printable(text)}", file=guarded(sys.stderr))


class _Blocks:
    """The blocks that show messages. Those of several threads end in any order."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._quiet: dict[object, bool] = {}
        self._level = logging.NOTSET
        self._propagate = True

    def begin(self, quiet: bool) -> object:
        """Show messages from now on; the level is that of the block which began last."""
        block = object()
        with self._lock:
            if not self._quiet:
                self._level, self._propagate = logger.level, logger.propagate
                # Otherwise a program that configured the root logger would show each line twice.
                logger.handlers, logger.propagate = [_Lines()], False
            self._quiet[block] = quiet
            self._set_level()
        return block

    def end(self, block: object) -> None:
        """Restore the logger if no other block shows messages."""
        with self._lock:
            del self._quiet[block]
            if self._quiet:
                self._set_level()
                return
            logger.handlers, logger.propagate = [], self._propagate
            logger.setLevel(self._level)

    def _set_level(self) -> None:
        last = next(reversed(self._quiet.values()))
        logger.setLevel(logging.WARNING if last else logging.INFO)


_blocks = _Blocks()


@contextmanager
def messages_shown(quiet: bool) -> Iterator[None]:
    """Show zookit's log messages on stderr, unless the program has its own handler for them."""
    with warnings_given_once():
        if any(not isinstance(handler, _Lines) for handler in logger.handlers):
            yield
            return
        block = _blocks.begin(quiet)
        try:
            yield
        finally:
            _blocks.end(block)


@contextmanager
def waiting(label: str, *, quiet: bool) -> Iterator[None]:
    """Show a spinner with the label on stderr, if that is a terminal."""
    from rich.markup import escape

    from zookit.console import Console

    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield
        return
    with console.status(escape(f"{label} ...")):
        yield


@contextmanager
def bar(label: str, total: int | None, unit: Literal["bytes", "images"]) -> "Iterator[Advance]":
    """Show a progress bar on stderr, or lines; implements `zookit.core.data.Progress`."""
    from rich import progress

    from zookit.console import Console

    amount = progress.DownloadColumn() if unit == "bytes" else progress.MofNCompleteColumn()
    columns = (
        progress.TextColumn("{task.description}", markup=False),
        progress.BarColumn(),
        amount,
        progress.TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    if not console.is_terminal:
        print(f"zookit: {label}", file=guarded(sys.stderr))
    with progress.Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bars:
        task = bars.add_task(label, total=total)
        lines = _LinesOfProgress(label, total, unit)
        advance = partial(bars.advance, task) if console.is_terminal else lines.advance
        yield advance


class _LinesOfProgress:
    """Says on stderr how far a task is, every ten seconds, where a bar cannot be shown."""

    def __init__(self, label: str, total: int | None, unit: str) -> None:
        self._label, self._unit = label, unit
        self._of = "" if total is None else f" of {total:,}"
        self._done, self._said = 0, monotonic()

    def advance(self, done: int) -> None:
        self._done += done
        if monotonic() - self._said >= _SECONDS:
            self._said = monotonic()
            text = f"{self._label}: {self._done:,}{self._of} {self._unit}"
            print(f"zookit: {text}", file=guarded(sys.stderr))
