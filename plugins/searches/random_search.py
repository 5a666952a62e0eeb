"""The search `random`."""

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Annotated

from annotated_types import Ge, Le

from zookit.core import Choice, Doc, Point, Range, Search, Trials, text_of
from zookit.plugins.searches.grid import combinations

_MOST_LISTED = 100_000
"""The most combinations to list and shuffle; of more, some are drawn."""
_ATTEMPTS = 1000
"""How often to draw a combination that was not drawn before."""


@dataclass(frozen=True)
class RandomSearch(Search):
    """Random combinations, none twice. Other names: randomized search."""

    trials: Annotated[int, Ge(1), Le(1_000_000), Doc("The most combinations to try.")] = 50
    seed: Annotated[int, Ge(0), Doc("Seed of the random choice.")] = 0

    def open(self, varied: Sequence[Choice | Range]) -> Trials:
        """Return random combinations. Values of ranges have five significant digits."""
        return _RandomTrials(random_points(varied, self.seed), self.trials)


def random_points(varied: Sequence[Choice | Range], seed: int) -> Iterator[Point]:
    """Yield random combinations, none twice, until there are no more."""
    source = random.Random(seed)  # noqa: S311 - no secret
    choices = [each for each in varied if isinstance(each, Choice)]
    if len(choices) == len(varied):
        points = list(islice(combinations(choices), _MOST_LISTED + 1))
        if len(points) <= _MOST_LISTED:
            source.shuffle(points)
            yield from points
            return
    drawn: set[tuple[tuple[str, str], ...]] = set()
    attempts = 0
    while attempts < _ATTEMPTS:
        point = _drawn(varied, source)
        key = tuple(point.items())
        attempts = attempts + 1 if key in drawn else 0
        if not attempts:
            drawn.add(key)
            yield point


def range_text(value: float, range_: Range) -> str:
    """Return a value in a range as words: with five significant digits, and within the range."""
    rounded = round(value) if range_.whole else float(f"{value:.5g}")
    within = min(max(rounded, range_.low), range_.high)
    return text_of(int(within) if range_.whole else within)


def _drawn(varied: Sequence[Choice | Range], source: random.Random) -> dict[str, str]:
    point: dict[str, str] = {}
    for each in varied:
        if not each.applies(point):
            continue
        if isinstance(each, Choice):
            point[each.name] = source.choice(each.values)
        else:
            point[each.name] = range_text(_between(each, source), each)
    return point


def _between(range_: Range, source: random.Random) -> float:
    # A whole number at an end is as likely as the others.
    more = 0.4999 if range_.whole else 0.0
    low, high = range_.low - more, range_.high + more
    if range_.log:
        return math.exp(source.uniform(math.log(low), math.log(high)))
    return source.uniform(low, high)


class _RandomTrials(Trials):
    def __init__(self, points: Iterator[Point], trials: int) -> None:
        self._points, self._left = points, trials

    def ask(self) -> Point | None:
        if not self._left:
            return None
        self._left -= 1
        return next(self._points, None)

    def skip(self, point: Point) -> None:
        self._left += 1
