"""Searches, each wrong in one way; ENTRIES names the checks that each must fail."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from zookit.core import Choice, Point, Range, Search, Trials

VALID = "asks for combinations"
SOMETHING = "asks for something"
TWICE = "asks for none twice"
AGAIN = "asks for the same again"
INDEPENDENT = "opens independent trials"
FAILURES = "goes on after failures"
SEVERAL = "several are tried at a time"
LEARNS = "says whether it learns"
PRUNES = "prunes with true or false"


def all_points(varied: Sequence[Choice | Range], *, conditions: bool = True) -> Iterator[Point]:
    """Yield all combinations; of a range its ends."""
    values = [
        each.values if isinstance(each, Choice) else (f"{each.low:g}", f"{each.high:g}")
        for each in varied
    ]
    seen = []
    for combination in product(*values):
        point: dict[str, str] = {}
        for each, value in zip(varied, combination, strict=True):
            if not conditions or each.applies(point):
                point[each.name] = value
        if point not in seen:
            seen.append(point)
            yield point


class ListedTrials(Trials):
    """Combinations in an order that is given."""

    def __init__(self, points: Sequence[Point]) -> None:
        self.points = list(points)

    def ask(self) -> Any:
        return self.points.pop(0) if self.points else None


@dataclass(frozen=True)
class Right(Search):
    """All combinations in their order; nothing is wrong."""

    def open(self, varied: Sequence[Choice | Range]) -> Trials:
        return ListedTrials(list(all_points(varied)))


@dataclass(frozen=True)
class ForgetsConditions(Right):
    """Gives a value to what does not apply."""

    def open(self, varied: Sequence[Choice | Range]) -> Trials:
        return ListedTrials(list(all_points(varied, conditions=False)))


@dataclass(frozen=True)
class Nothing(Right):
    """Asks for nothing."""

    def open(self, varied: Sequence[Choice | Range]) -> Trials:
        return ListedTrials([])


@dataclass(frozen=True)
class Repeats(Right):
    """Asks for each combination twice."""

    def open(self, varied: Sequence[Choice | Range]) -> Trials:
        return ListedTrials([each for each in all_points(varied) for _ in range(2)])


@dataclass(frozen=True)
class Unseeded(Right):
    """Has another order each time."""

    def open(self, varied: Sequence[Choice | Range]) -> Trials:
        points = list(all_points(varied))
        at = next(_COUNTER) % len(points)
        return ListedTrials(points[at:] + points[:at])


_COUNTER = iter(range(10**9))


class OneForAll(Trials):
    """What was asked, for all sweeps of the process."""

    asked: tuple[Point, ...] = ()

    def __init__(self, points: Sequence[Point]) -> None:
        self.points = points
        OneForAll.asked = ()

    def ask(self) -> Any:
        left = [each for each in self.points if each not in OneForAll.asked]
        OneForAll.asked += tuple(left[:1])
        return left[0] if left else None


@dataclass(frozen=True)
class Shares(Right):
    """All sweeps of a process have the same trials."""

    def open(self, varied: Sequence[Choice | Range]) -> Trials:
        return OneForAll(list(all_points(varied)))


class NeedsResults(ListedTrials):
    """Computes with the result."""

    def tell(self, point: Point, value: float | None) -> None:
        assert value is not None
        self.best = value + 1


@dataclass(frozen=True)
class FailsAfterFailure(Right):
    """Cannot go on if a training fails."""

    def open(self, varied: Sequence[Choice | Range]) -> Trials:
        return NeedsResults(list(all_points(varied)))


class OneAtATime(ListedTrials):
    """Waits for the result."""

    waiting = False

    def ask(self) -> Any:
        if self.waiting:
            raise RuntimeError("the last one is not done")
        self.waiting = bool(self.points)
        return super().ask()

    def tell(self, point: Point, value: float | None) -> None:
        self.waiting = False


@dataclass(frozen=True)
class Serial(Right):
    """Tries one combination at a time."""

    def open(self, varied: Sequence[Choice | Range]) -> Trials:
        return OneAtATime(list(all_points(varied)))


class Reverses(ListedTrials):
    """Goes the other way after a bad result."""

    def tell(self, point: Point, value: float | None) -> None:
        if value is not None and value < 0.5:
            self.points.reverse()


@dataclass(frozen=True)
class ConcealsLearning(Right):
    """Learns, and does not say so."""

    def open(self, varied: Sequence[Choice | Range]) -> Trials:
        return Reverses(list(all_points(varied)))


class Stops(ListedTrials):
    """Stops everything."""

    def prune(self, point: Point, epoch: int, value: float) -> Any:
        return True


@dataclass(frozen=True)
class ConcealsPruning(Right):
    """Stops trainings, and does not say that it learns."""

    def open(self, varied: Sequence[Choice | Range]) -> Trials:
        return Stops(list(all_points(varied)))


@dataclass(frozen=True)
class ReturnsList(Right):
    """Returns a list of combinations."""

    def open(self, varied: Sequence[Choice | Range]) -> Any:
        return list(all_points(varied))


ENTRIES = {
    "right": (Right, ()),
    "forgets_conditions": (ForgetsConditions, (VALID,)),
    "nothing": (Nothing, (SOMETHING,)),
    "repeats": (Repeats, (TWICE,)),
    "unseeded": (Unseeded, (AGAIN, INDEPENDENT, LEARNS)),
    "shares": (Shares, (INDEPENDENT,)),
    "fails_after_failure": (FailsAfterFailure, (FAILURES,)),
    "serial": (Serial, (SEVERAL,)),
    "conceals_learning": (ConcealsLearning, (LEARNS,)),
    "conceals_pruning": (ConcealsPruning, (PRUNES,)),
    "returns_list": (
        ReturnsList,
        (VALID, SOMETHING, TWICE, AGAIN, INDEPENDENT, FAILURES, SEVERAL, LEARNS, PRUNES),
    ),
}
