"""What a person sees in a terminal: messages on stderr, progress bars, tables and facts.

Rich is imported by the functions that need it, because `--help` and completion do not.
"""

import logging
import os
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TextIO

from zookit.core.messages import logger

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
    from rich.table import Table
    from rich.text import Text

    from zookit.core.progress import Advance

Cell = str | Sequence[str]
"""One line of a table's cell, or several."""

_UNLIMITED = 100_000
"""Columns of an output that is not a terminal."""
_NARROWEST = 14
"""Columns to which a table may narrow its texts before it is printed as records."""


def printable(text: object) -> str:
    r"""Return the text on one line, with control characters escaped: `\\n` for a line break."""
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in str(text)
    )


class _Lines(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        # sys.stderr is looked up each time, because an active progress bar replaces it.
        text = " ".join(record.getMessage().split())
        print(f"zookit: {printable(text)}", file=sys.stderr)


@contextmanager
def messages_shown(quiet: bool) -> Iterator[None]:
    """Show zookit's log messages on stderr, unless the program has its own handler for them."""
    if any(not isinstance(handler, _Lines) for handler in logger.handlers):
        yield
        return
    before = logger.handlers[:], logger.level, logger.propagate
    # Without this, a program that configured the root logger would show each line twice.
    logger.handlers, logger.propagate = [_Lines()], False
    logger.setLevel(logging.WARNING if quiet else logging.INFO)
    try:
        yield
    finally:
        logger.handlers, logger.propagate = before[0], before[2]
        logger.setLevel(before[1])


@contextmanager
def waiting(label: str, *, quiet: bool) -> Iterator[None]:
    """Show a spinner with the label on stderr, if that is a terminal."""
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
    """Show a progress bar on stderr; implements `zookit.core.data.Progress`."""
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


def output(file: TextIO | None = None, *, stderr: bool = False) -> "Console":
    """Return a console for tables and lines, by default on stdout.

    It is as wide as the terminal. Elsewhere nothing limits the width, unless COLUMNS does, so that
    a pipe or a file receives whole lines.
    """
    from rich.console import Console

    console = Console(file=file, stderr=stderr, highlight=False, markup=False, emoji=False)
    if not console.is_terminal and not os.environ.get("COLUMNS", "").isdigit():
        console.width = _UNLIMITED
    return console


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    numbers: Collection[str] = (),
    whole: Collection[str] = (),
) -> "DataTable":
    """Return a table for `output().print`.

    Args:
        columns: the headings, each different.
        rows: one cell for each column, as text. Control characters are escaped.
        numbers: headings of the columns that are right-aligned and never broken.
        whole: headings of the other columns that are never broken, such as a name to copy.
    """
    return DataTable(tuple(columns), tuple(map(tuple, rows)), frozenset(numbers), frozenset(whole))


def facts(pairs: Iterable[tuple[str, Cell]]) -> "Table":
    """Return names with their values, one below the other, for `output().print`."""
    from rich.table import Table

    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in pairs:
        grid.add_row(_text(name), _text(value))
    return grid


@dataclass(frozen=True)
class DataTable:
    """A table that fits the width it is given.

    Texts are wrapped where the width is short. Where that is not enough, each row is printed as a
    record instead: a line for each column. Nothing is cut off.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numbers: frozenset[str]
    whole: frozenset[str]

    def fits(self, console: "Console") -> bool:
        """Return whether the console is wide enough for a table rather than records."""
        options = console.options.update(width=_UNLIMITED)
        return console.measure(self._grid(_NARROWEST), options=options).maximum <= console.width

    def __rich_console__(self, console: "Console", options: "ConsoleOptions") -> "RenderResult":
        """Yield the table, or the records."""
        if self.fits(console):
            yield self._grid(None)
            return
        for at, row in enumerate(self.rows):
            if at:
                yield ""
            yield facts(zip(self.columns, row, strict=True))

    def _grid(self, widest: int | None) -> "RenderableType":
        from rich.table import Table

        grid = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
        for name in self.columns:
            breaks = name not in self.numbers | self.whole
            grid.add_column(
                _text(name.split(" ") if not breaks else name),
                justify="right" if name in self.numbers else "left",
                no_wrap=not breaks,
                overflow="fold",
                max_width=widest if breaks else None,
            )
        for row in self.rows:
            grid.add_row(*map(_text, row))
        return grid


def _text(cell: Cell) -> "Text":
    from rich.text import Text

    return Text("\n".join(map(printable, (cell,) if isinstance(cell, str) else cell)))
