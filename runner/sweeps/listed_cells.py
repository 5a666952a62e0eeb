"""Cells that are given one by one, for experiments that no search and no grid describes."""

from collections.abc import Sequence

from zookit.sweeps.cells import Cell, Trial


class ListedCells:
    """Given cells, each a trial of its own, in this order. It stands where `CellTrials` does."""

    learns = False
    most_skipped = recorded = results = 0
    misfits: Sequence[Cell] = ()

    def __init__(self, cells: Sequence[Cell]) -> None:
        self._cells = iter(cells)

    def ask(self) -> Trial | None:
        """Return the next cell, if any."""
        cell = next(self._cells, None)
        return None if cell is None else Trial(cell.values, (cell,))

    def skip(self, trial: Trial) -> None:
        """Do nothing: `Trials` keeps why a cell cannot be trained."""

    def tell(self, trial: Trial, value: float | None) -> None:
        """Do nothing: no result decides what is trained next."""

    def prune(self, *_: object) -> bool:
        """Return False: no cell is stopped early."""
        return False
