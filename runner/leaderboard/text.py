"""The leaderboard in a terminal."""

from collections.abc import Iterator, Mapping, Sequence

from rich.console import RenderableType
from rich.text import Text

from zookit.console import Console
from zookit.core.messages import printable
from zookit.leaderboard.table import Table
from zookit.leaderboard.unranked import Unranked
from zookit.tables import Cell, DataTable, fitting, print_table, shortened, table

_LISTED = 3
"""The most runs of one experiment that are named."""
_MERGED = "parameters"


def print_leaderboard(
    console: Console,
    tables: Sequence[Table],
    unranked: Sequence[Unranked],
    short_names: Mapping[str, str],
) -> None:
    """Print the tables, and the runs that are not ranked.

    `short_names` maps the names of runs to shorter ones.
    """
    for at, each in enumerate(tables):
        if at:
            console.print()
        console.print(Text(printable(shortened(each.heading)), "bold"))
        print_table(console, _fitting(console, each, short_names))
    if tables and unranked:
        console.print()
    elif not tables and not unranked:
        console.print("No runs.")
    for line in _unranked(unranked):
        console.print(line, soft_wrap=True)


def _unranked(unranked: Sequence[Unranked]) -> Iterator[RenderableType]:
    for each in unranked:
        yield Text(f"{printable(each.name)} is not ranked: {each.reason}")


def _fitting(console: Console, shown: Table, short_names: Mapping[str, str]) -> DataTable:
    """Return the table or, in a narrow terminal, one with all parameters in one column."""
    wide: list[dict[str, Cell]] = [
        {**cells, "runs": _listed([short_names.get(name, name) for name in row.names])}
        for cells, row in zip(shown.cells(), shown.rows, strict=True)
    ]
    whole = _table(wide, shown.numbers)
    if whole.narrowest <= console.width:
        return whole
    narrow = [_merged(row, shown.columns) for row in wide]
    return fitting(console, whole, _table(narrow, shown.numbers))


def _table(rows: Sequence[Mapping[str, Cell]], numbers: Sequence[str]) -> DataTable:
    columns = list(rows[0])
    return table(columns, [list(row.values()) for row in rows], numbers=numbers, whole=("runs",))


def _listed(names: Sequence[str]) -> list[str]:
    more = len(names) - _LISTED + 1
    return list(names) if more <= 1 else [*names[: _LISTED - 1], f"and {more} more"]


def _merged(row: Mapping[str, Cell], columns: Sequence[str]) -> dict[str, Cell]:
    """Return the row with all parameters in one cell, and each spread on a line of its own."""
    merged = " ".join(f"{name}={row[name]}" for name in columns if row[name])
    rest = {name: cell for name, cell in row.items() if name not in columns}
    return {
        "#": rest.pop("#"),
        **({_MERGED: merged} if columns else {}),
        **{
            name: cell.replace(" ± ", "\n± ").split("\n") if isinstance(cell, str) else cell
            for name, cell in rest.items()
        },
    }
