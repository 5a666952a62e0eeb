"""Searches: which combinations of a sweep are tried, and in which order."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from zookit.core.component import Component

Point = Mapping[str, str]
"""A combination: one value, as words, for each thing that varies and applies."""
_NAMED_BY_ITSELF = ("dataset", "architecture", "callbacks")
"""What is clear without its name."""


@dataclass(frozen=True)
class Varied:
    """What varies in a sweep: a `Choice` or a `Range`.

    Args:
        name: such as `architecture`, `learning_rate` or `dense.units`.
        when: the values of earlier choices with which it applies, by their names; all if empty. So
            `dense.units` does not vary where the architecture is `cnn`.
    """

    name: str
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict, kw_only=True)

    def applies(self, point: Point) -> bool:
        """Return whether it varies with the values that a combination has so far."""
        return all(point.get(name) in values for name, values in self.when.items())


@dataclass(frozen=True)
class Choice(Varied):
    """What varies over values, which are words, at least one."""

    values: tuple[str, ...]

    def allows(self, value: str) -> bool:
        """Return whether a text is one of the values."""
        return value in self.values


@dataclass(frozen=True)
class Range(Varied):
    """What varies between two numbers, both included.

    Args:
        low: the least value.
        high: the greatest value.
        log: whether the logarithm varies evenly; `low` is positive then.
        whole: whether only whole numbers are meant.
    """

    low: float
    high: float
    log: bool = False
    whole: bool = False

    def allows(self, value: str) -> bool:
        """Return whether a text is a number in the range."""
        try:
            number = int(value) if self.whole else float(value)
        except (TypeError, ValueError):
            return False
        return self.low <= number <= self.high


class Trials(ABC):
    """The trials of one search."""

    @abstractmethod
    def ask(self) -> Point | None:
        """Return the next combination to try; None if there is none, or only after more results.

        Several are tried at a time, so not all results need be known. zookit asks again after each
        result, and the search ends when it has returned None and nothing is being tried.
        """

    def skip(self, point: Point) -> None:
        """Learn that a combination is not tried, such as because its parts do not fit together.

        It does not count as one of the trials; by default it is one that failed.
        """
        self.tell(point, None)

    def tell(self, point: Point, value: float | None) -> None:  # noqa: B027 - most do not learn
        """Receive the result of a combination: greater is better; None if it failed."""

    def prune(self, point: Point, epoch: int, value: float) -> bool:  # noqa: ARG002 - as above
        """Return whether to stop a combination early, which has reached `value` after `epoch`."""
        return False


@dataclass(frozen=True)
class Search(Component, ABC):
    """Base class of searches.

    A search that is opened again for the same choices, and is called in the same order with the
    same results, asks for the same combinations, so that a sweep can be continued.
    """

    learns: ClassVar[bool] = False
    """Whether results decide what is tried next. Then runs are judged on validation images."""

    @abstractmethod
    def open(self, varied: Sequence[Choice | Range]) -> Trials:
        """Return the trials for what varies; a choice stands before those that depend on it.

        Raises ValueError if it cannot search them, such as a range in a grid; zookit reports it.
        """


def point_words(point: Point) -> str:
    """Return a combination in one line, such as `mnist dense learning_rate=0.1`."""
    return " ".join(
        value if name in _NAMED_BY_ITSELF else f"{name}={value}"
        for name, value in point.items()
        if value
    )


def point_complaint(varied: Sequence[Choice | Range], point: Point) -> str | None:
    """Return what is wrong with a combination; None if it has a value for all that varies."""
    rest = dict(point)
    for each in varied:
        if not each.applies(point):
            continue
        if each.name not in rest:
            return f"{each.name} has no value"
        value = rest.pop(each.name)
        if not each.allows(value):
            return f"{value!r} is not a value of {each.name}"
    return f"{next(iter(rest))} does not vary there" if rest else None
