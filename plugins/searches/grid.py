"""The search `grid`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from zookit.core import Choice, Point, Range, Search, Trials, option


@dataclass(frozen=True)
class Grid(Search):
    """All combinations, in the order in which the values are given.

    What is given first changes last.
    """

    def open(self, varied: Sequence[Choice | Range]) -> Trials:
        """Return the combinations. Raises ValueError for a range, which has no end of them."""
        choices = [each for each in varied if isinstance(each, Choice)]
        ranges = [each.name for each in varied if isinstance(each, Range)]
        if ranges:
            raise ValueError(
                f"{ranges[0]} is a range, which has too many values for all combinations. List "
                f"some values, or use {option('--search random', 'search=random')}."
            )
        return _GridTrials(combinations(choices))


def combinations(varied: Sequence[Choice], point: Point | None = None) -> Iterator[Point]:
    """Yield all combinations that begin with `point`, the values of the last choice first."""
    point = point or {}
    if not varied:
        yield point
        return
    first, rest = varied[0], varied[1:]
    if not first.applies(point):
        yield from combinations(rest, point)
        return
    for value in first.values:
        yield from combinations(rest, {**point, first.name: value})


class _GridTrials(Trials):
    def __init__(self, points: Iterator[Point]) -> None:
        self._points = points

    def ask(self) -> Point | None:
        return next(self._points, None)
