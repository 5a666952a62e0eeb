"""The floor: the matrix products of the dense network alone, in seconds an epoch.

    python benchmarks/floor.py

Each of 1,875 steps passes a batch of 32 images of 784 pixels through 128 units to 10 classes. It
has five products: two forward, and three backward for the gradients of both layers' weights and of
the hidden units. There is no data to read, no activation, no loss and no optimizer, so everything
that trains this network in float32 has at least this much to compute. NumPy calls the products one
by one; XLA runs all steps in one compiled loop.
"""

import statistics
import sys

from measuring import MEMORY, SIDES, Column, Command, Run, Side, compare, last_line, parser

_COLUMNS = [
    Column("epoch wall s", lambda run: _epoch(run, "wall"), 3, ratio=True),
    Column("epoch CPU s", lambda run: _epoch(run, "cpu"), 3, ratio=True),
    MEMORY,
]


def main() -> None:
    """Compare NumPy and XLA, with one thread and with all."""
    asked = parser(__doc__, rounds=5)
    asked.add_argument("--steps", type=int, default=1875, metavar="N", help="[%(default)s]")
    asked.add_argument("--epochs", type=int, default=5, help="[%(default)s]")
    options = asked.parse_args()
    numbers = [str(options.epochs), str(options.steps)]
    sides = [
        _side(f"{library}, {threads}", f"products_{library.lower()}.py", [*numbers, number])
        for library in ("NumPy", "XLA")
        for threads, number in (("one thread", "1"), ("all threads", "all"))
    ]
    compare(sides, _COLUMNS, options)


def _epoch(run: Run, kind: str) -> float:
    return float(statistics.median(epoch[kind] for epoch in run.report["epochs"]))


def _side(name: str, file: str, numbers: list[str]) -> Side:
    command = Command([sys.executable, str(SIDES / file), *numbers])
    return Side(name, lambda _: command, last_line)


if __name__ == "__main__":
    main()
