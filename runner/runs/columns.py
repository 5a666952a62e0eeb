"""The columns of `history.csv` and `times.csv`."""

import csv
import io
import math
from array import array

_ALWAYS = ("epoch", "seconds", "loss", "val_loss")
"""The columns that have a value in every epoch."""
_LONGEST = 200
"""The longest name to show, in characters."""


def columns_of(text: str) -> dict[str, tuple[float, ...]]:
    """Return the columns of a CSV text except `epoch`. Raises ValueError or csv.Error."""
    rows = csv.reader(io.StringIO(text))
    values = array("d")  # eight bytes each, however many there are
    header = next(rows, [])
    if header[:1] != ["epoch"] or len(set(header)) != len(header):
        columns = ", ".join(header)[:_LONGEST]
        raise ValueError(f"its columns are {columns}, expected epoch and unique names")
    for at, cells in enumerate(rows, start=1):
        row = array("d", map(_value, header, cells))
        if len(cells) != len(header) or row[0] != at:
            raise ValueError(f"line {at + 1} is not a valid row for epoch {at}")
        values += row
    width = len(header)
    return {name: tuple(values[at::width]) for at, name in enumerate(header) if at}


def _value(name: str, cell: str) -> float:
    """Return the number in a cell, NaN if it is empty. Raises ValueError for any other cell."""
    if not cell and name not in _ALWAYS:
        return math.nan  # a callback logs this value, and did not in this epoch
    value = float(cell)
    if not math.isfinite(value):
        raise ValueError(f"{name[:_LONGEST]} is {value}")
    return value
