"""What a further training in a process costs beyond its epochs, in seconds.

    python benchmarks/further_cell.py --data FOLDER [--epochs 3] [--cells 5]

FOLDER contains `fashion-mnist`. Each side is a process that trains several cells of a sweep with
one thread, as a worker of a sweep does: the first one, `--cells` that differ from it in their seed
alone, so that its program is reused, and `--cells` of other widths, whose program is new. The cost
is the time of a whole training, with building, evaluating and writing the run, minus its epochs at
the pace of the later ones; it includes tracing and compiling. Convolutions train on the included
sample, because their epochs take long.
"""

import os
import sys
import tempfile
from functools import partial
from pathlib import Path

from measuring import SIDES, Column, Command, Run, Side, add_data, compare, last_line, parser

_CELLS = {
    "dense, XLA": ("dense:units=128", "full"),
    "dense with dropout": ("dense:dropout=0.1,units=128", "full"),
    "cnn": ("cnn:units=128", "sample"),
}
_KINDS = {"cold": "first", "new": "new program", "same": "same program"}


def main() -> None:
    """Measure all sides in turn."""
    asked = parser(__doc__, rounds=3)
    add_data(asked, "fashion-mnist")
    asked.add_argument("--epochs", type=int, default=3, help="at least 2 [%(default)s]")
    asked.add_argument("--cells", type=int, default=5, help="of each kind [%(default)s]")
    options = asked.parse_args()
    if options.data is None:
        raise SystemExit("Name a folder that contains fashion-mnist with --data.")
    with tempfile.TemporaryDirectory() as folder:
        variables = {**os.environ, "ZOOKIT_DATA_DIR": str(Path(options.data).absolute())}
        numbers = [str(options.epochs), str(options.cells), folder]
        sides = [_side(name, [*cell, *numbers], variables) for name, cell in _CELLS.items()]
        compare(sides, _columns(), options)


def _columns() -> list[Column]:
    return [
        Column(f"{title} {clock} s", partial(_value, kind=kind, clock=clock))
        for kind, title in _KINDS.items()
        for clock in ("wall", "cpu")
    ]


def _value(run: Run, kind: str, clock: str) -> float:
    return float(run.report[kind][clock])


def _side(name: str, words: list[str], variables: dict[str, str]) -> Side:
    command = Command([sys.executable, str(SIDES / "further_cell_zookit.py"), *words], variables)
    return Side(name, lambda _: command, last_line)


if __name__ == "__main__":
    main()
