"""Tables and facts for people, as wide as the terminal is.

console = output()
console.print(table(("name", "images"), [("a", "12"), ("b", "7")], numbers=("images",)))
console.print(facts([("data", "mnist"), ("classes", "10")]))
"""

import os
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import IO, Any

from rich.cells import cell_len, chop_cells
from rich.console import Console as AnyConsole  # noqa: TID251 - what Rich passes
from rich.console import ConsoleOptions, RenderResult
from rich.containers import Lines
from rich.measure import Measurement
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from zookit.console import Console
from zookit.core.messages import printable

Cell = str | Sequence[str]
"""A cell of one line, or of several."""

_UNLIMITED = 100_000
"""The width of an output that is not a terminal."""
_NARROWEST = 14
"""The width down to which a column of text may be narrowed."""
_GAP = 2
"""The blanks between two columns."""
_BETWEEN = " " * _GAP
_LONGEST = 2000
"""The longest line of a cell, in characters."""
_BLOCK = 20
"""The lines that are handed to Rich at once."""
_BREAK = re.compile(r"(?<=\s)(?=\S)|(?<=,)(?=[a-z])")


def output(file: IO[str] | None = None, *, stderr: bool = False) -> Console:
    """Return a console for tables and lines, on stdout, on stderr or in a file.

    It is as wide as the terminal. A pipe or a file gets whole lines, unless COLUMNS is set.
    """
    console = Console(file=file, stderr=stderr, highlight=False, markup=False, emoji=False)
    piped = not console.is_terminal and not os.environ.get("COLUMNS", "").isdigit()
    if piped or file is not None:
        console.width = _UNLIMITED
    return console


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    numbers: Collection[str] = (),
    whole: Collection[str] = (),
    header: bool = True,
) -> "DataTable":
    """Return a table for `output().print`.

    Args:
        columns: the headings, all different.
        rows: for each column one cell, which is text. Control characters are escaped.
        numbers: headings of the columns that are right-aligned and never broken.
        whole: headings of further columns that are never broken, such as names to copy.
        header: whether the headings are printed above the columns.
    """
    return DataTable(
        tuple(columns), tuple(map(tuple, rows)), frozenset(numbers), frozenset(whole), header
    )


def fitting(console: AnyConsole, *tables: "DataTable") -> "DataTable":
    """Return the first table that fits the console, or else the first one."""
    return next((each for each in tables if each.narrowest <= console.width), tables[0])


def print_table(console: AnyConsole, shown: "DataTable") -> None:
    """Print a table. To crop it, Rich would measure each line, so it does where that is needed."""
    console.print(shown, crop=shown.narrowest > console.width)


def facts(pairs: Iterable[tuple[str, Cell]]) -> Table:
    """Return a table of names and values, one line each, for `output().print`."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in pairs:
        grid.add_row(_text(name), _text(value))
    return grid


def shortened(line: str) -> str:
    """Return a line that is not too long for a person; an experiment's file may have any text."""
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}..."


@dataclass(frozen=True)
class DataTable:
    """A table that adapts to the width.

    If it is too wide, columns of text become narrower, and their cells take several lines. If it is
    still too wide, each row is printed as a record, with a line for each column.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numbers: frozenset[str]
    whole: frozenset[str]
    header: bool

    @cached_property
    def narrowest(self) -> int:
        """The width that the table needs at least."""
        unbroken = self.numbers | self.whole
        return _with_gaps(
            width if name in unbroken else min(width, _NARROWEST)
            for name, width in zip(self.columns, self._widths, strict=True)
        )

    def __rich_measure__(self, console: AnyConsole, options: ConsoleOptions) -> Measurement:
        """Return the width of the table, or all of it if records are printed instead."""
        del console
        most = options.max_width
        width = _with_gaps(self._widths) if self.narrowest <= most else most
        return Measurement(0, min(width, most))

    def __rich_console__(self, console: AnyConsole, options: ConsoleOptions) -> RenderResult:
        """Yield the table or, if it does not fit, records."""
        most = options.max_width
        if self.narrowest > most:
            for at, row in enumerate(self.rows):
                if at:
                    yield ""
                yield facts(zip(self.columns, row, strict=True))
            return
        wrapped = [name not in self.numbers | self.whole for name in self.columns]
        widths = _narrowed(self._widths, wrapped, _with_gaps(self._widths) - most)
        if self.header:
            yield self._heading(widths)
        lines = self._lines(widths)
        # Thousands of short segments take Rich as long as everything else.
        while block := list(islice(lines, _BLOCK)):
            shown = block if options.is_terminal else [line.rstrip(" ") for line in block]
            yield Segment("\n".join([*shown, ""]))

    @cached_property
    def _headings(self) -> list[list[str]]:
        # A heading is often wider than the numbers below it.
        return [name.split(" ") if name in self.numbers else [name] for name in self.columns]

    @cached_property
    def _cells(self) -> list[list[str]]:
        """The cells by column, with line feeds between the lines of each."""
        by_column = zip(*self.rows, strict=True) if self.rows else ((),) * len(self.columns)
        return [_plain_column(cells) for cells in by_column]

    @cached_property
    def _widths(self) -> list[int]:
        """The widths of the columns."""
        found = []
        for headings, cells in zip(self._headings, self._cells, strict=True):
            shown = [*map(printable, headings), *cells] if self.header else cells
            found.append(_widest("\n".join(shown)))
        return found

    def _heading(self, widths: Sequence[int]) -> Table:
        grid = Table(
            box=None, padding=(0, _GAP, 0, 0), pad_edge=False, header_style="bold", show_header=True
        )
        for name, heading, width in zip(self.columns, self._headings, widths, strict=True):
            grid.add_column(
                _text(heading),
                width=width,
                justify="right" if name in self.numbers else "left",
                no_wrap=name in self.numbers | self.whole,
                overflow="fold",
            )
        return grid

    def _lines(self, widths: Sequence[int]) -> Iterator[str]:
        """Yield the lines of all rows. Rich takes ten times longer for them."""
        columns = []
        for name, cells, width in zip(self.columns, self._cells, widths, strict=True):
            right = name in self.numbers
            lines = {cell: _wrapped(cell, width, right) for cell in dict.fromkeys(cells)}
            columns.append([lines[cell] for cell in cells])
        blank = [" " * width for width in widths]
        for row in zip(*columns, strict=True):
            yield _BETWEEN.join([lines[0] for lines in row])
            for at in range(1, max(map(len, row))):
                texts = zip(row, blank, strict=True)
                yield _BETWEEN.join(
                    [lines[at] if at < len(lines) else none for lines, none in texts]
                )


def _plain_column(cells: Sequence[Cell]) -> list[str]:
    """Return the text of a column's cells, of which thousands are checked at once."""
    texts = [cell if isinstance(cell, str) else "".join(cell) for cell in cells]
    if "".join(texts).isprintable() and max(map(len, texts), default=0) <= _LONGEST:
        return [cell if isinstance(cell, str) else "\n".join(cell) for cell in cells]
    return [_plain(cell) for cell in cells]


def _plain(cell: Cell) -> str:
    lines = (cell,) if isinstance(cell, str) else cell
    return "\n".join(printable(shortened(line)) for line in lines)


def _widest(text: str) -> int:
    """Return the width of the widest line."""
    return max(map(len if text.isascii() else _width, text.split("\n")))


def _width(text: str) -> int:
    return len(text) if text.isascii() else cell_len(text)


def _padded(text: str, width: int, right: bool) -> str:
    blanks = " " * (width - _width(text))
    return blanks + text if right else text + blanks


def _narrowed(widths: Sequence[int], wrapped: Sequence[bool], excess: int) -> list[int]:
    """Return narrower widths, the widest column of those that may be wrapped narrowed first."""
    found = [width + _GAP for width in widths[:-1]] + list(widths[-1:])
    while excess > 0:
        candidates = [at for at, may in enumerate(wrapped) if may]
        widest = max(found[at] for at in candidates)
        shared = [at for at in candidates if found[at] == widest]
        next_widest = max((found[at] for at in candidates if at not in shared), default=0)
        for place, at in enumerate(shared):
            share = min(round(excess / (len(shared) - place)), widest - next_widest)
            found[at] -= share
            excess -= share
    return [width - _GAP for width in found[:-1]] + found[-1:]


def _wrapped(cell: str, width: int, right: bool) -> list[str]:
    """Return the lines of a cell, all of this width."""
    if "\n" not in cell and _width(cell) <= width:
        return [_padded(cell.rstrip(), width, right)]
    parts = (
        part.rstrip()
        for line in cell.split("\n")
        for part in ([line] if _width(line) <= width else _broken(line, width))
    )
    return [_padded(part, width, right) for part in parts]


def _with_gaps(widths: Iterable[int]) -> int:
    total = list(widths)
    return sum(total) + _GAP * (len(total) - 1)


class _Words(Text):
    """Text that is broken after a comma too, as in `dense:units=8,dropout=0.1`."""

    def wrap(self, console: AnyConsole, width: int, *args: Any, **options: Any) -> Lines:
        """Return the lines of the text."""
        lines = self.plain.split("\n")
        if max(map(cell_len, lines)) <= width:
            return super().wrap(console, width, *args, **options)
        broken = [line for each in lines for line in _broken(each, width)]
        return Text("\n".join(broken), style=self.style).wrap(console, width, *args, **options)


def _broken(line: str, width: int) -> Iterator[str]:
    """Yield the lines into which a line is broken, none wider than `width`."""
    begun = ""
    for piece in _BREAK.split(line):
        if begun and cell_len(begun) + cell_len(piece.rstrip()) > width:
            yield begun.rstrip()
            begun = ""
        *full, rest = chop_cells(piece, width) or [""]
        yield from full
        begun += rest
    yield begun


def _text(cell: Cell) -> Text:
    lines = (cell,) if isinstance(cell, str) else cell
    return _Words("\n".join(printable(shortened(line)) for line in lines))
