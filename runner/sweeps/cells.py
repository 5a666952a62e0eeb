"""The cells of a sweep: what is asked for, as experiments."""

from collections.abc import Mapping
from dataclasses import dataclass

from zookit.core.search import Point
from zookit.sweeps.request import SweepRequest
from zookit.training.composition import Composition


@dataclass(frozen=True, eq=False)
class Cell:
    """One experiment of a sweep.

    Args:
        values: what distinguishes it, as words: `dataset`, `architecture`, `callbacks`, what varies
            and `seed`, in this order. What does not apply, such as `dense.units` of a cnn, is not
            there.
        composition: the experiment with its components; None if they do not fit together.
        misfit: why they do not fit together, in one line; else empty.
    """

    values: Mapping[str, str]
    composition: Composition | None
    misfit: str = ""


@dataclass(frozen=True, eq=False)
class Trial:
    """A combination that a search asks for, as one cell per seed."""

    point: Point
    cells: tuple[Cell, ...]


class CellTrials:
    """The trials of a request's search, as cells.

    Combinations that are excluded, that do not fit, or that are the same experiment as one before
    are left out; `misfits` and `same` say which.

    Raises ZookitError if a word of the request is not valid.
    """

    def __init__(self, request: SweepRequest) -> None:
        self.misfits: list[Cell] = []
        self.same: list[tuple[Cell, Cell]] = []
        """Cells that are left out, each with the one that is the same experiment."""
        self.excluded = 0
        self.learns = False
        raise NotImplementedError

    def ask(self) -> Trial | None:
        """Return the next combination to train, if any."""
        raise NotImplementedError

    def tell(self, trial: Trial, value: float | None) -> None:
        """Pass on the result of a combination, such as the mean over its seeds."""
        raise NotImplementedError

    def prune(self, trial: Trial, epoch: int, value: float) -> bool:
        """Return whether to stop a combination early."""
        raise NotImplementedError


def cells(request: SweepRequest) -> list[Cell]:
    """Return all cells of a request whose search does not learn, also those that do not fit.

    Raises ZookitError if a word of the request is not valid.
    """
    raise NotImplementedError
