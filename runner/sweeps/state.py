"""How far a cell of a sweep is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from zookit.sweeps.plan import PlannedCell

CellStatus = Literal["waiting", "running", "finished", "pruned", "failed", "interrupted"]


@dataclass(eq=False)
class CellState:
    """A cell, and how far it is.

    `kept` says that its run was there before the sweep started, and `differs` in what it is not
    quite the same experiment. `folder` is its run folder once it has one, `values` is what its last
    epoch logged and `test` what was measured on the test split; `reason` is why it failed. `start`
    is an unfinished run folder that the next job continues.
    """

    cell: PlannedCell
    status: CellStatus = "waiting"
    kept: bool = False
    differs: str = ""
    epochs: int = 0
    values: Mapping[str, float] = field(default_factory=dict)
    test: Mapping[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    reason: str = ""
    place: str = ""
    folder: Path | None = None
    start: Path | None = None
    attempts: int = 0

    @property
    def over(self) -> bool:
        """Whether nothing more happens to it in this sweep."""
        return self.status not in ("waiting", "running")


def counts(states: Iterable[CellState]) -> dict[CellStatus, int]:
    """Return the number of cells by status."""
    found: dict[CellStatus, int] = {}
    for state in states:
        found[state.status] = found.get(state.status, 0) + 1
    return found
