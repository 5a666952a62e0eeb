"""Searches: which combinations of a sweep are tried, and in which order."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from zookit.core.component import Component


@dataclass(frozen=True)
class Choice:
    """What varies in a sweep, such as `learning_rate`, and its values as words, at least one."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Range:
    """What varies in a sweep between two numbers, both included.

    Args:
        name: such as `learning_rate`.
        low: the least value.
        high: the greatest value.
        log: whether the logarithm varies evenly; `low` is positive then.
        whole: whether only whole numbers are meant.
    """

    name: str
    low: float
    high: float
    log: bool = False
    whole: bool = False


Point = Mapping[str, str]
"""One value, as words, for each thing that varies."""


class Trials(ABC):
    """The trials of one search."""

    @abstractmethod
    def ask(self) -> Point | None:
        """Return the next combination to try; None if there are no more."""

    def tell(self, point: Point, value: float | None) -> None:
        """Receive the result of a combination: greater is better; None if it failed."""

    def prune(self, point: Point, epoch: int, value: float) -> bool:
        """Return whether to stop a combination early, which has reached `value` after `epoch`."""
        return False


@dataclass(frozen=True)
class Search(Component, ABC):
    """Base class of searches.

    A search that is opened again for the same choices, and is told the same results, asks for the
    same combinations, so that a sweep can be continued.
    """

    learns: ClassVar[bool] = False
    """Whether results decide what is tried next. Then runs are judged on validation images."""

    @abstractmethod
    def open(self, varied: Sequence[Choice | Range]) -> Trials:
        """Return the trials for what varies.

        Raises ValueError if it cannot search them, such as a range in a grid; zookit reports it.
        """
