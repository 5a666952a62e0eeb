"""How good a value is among others, as the strength of a colour."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from zookit.leaderboard.ranking import Ranking
from zookit.report.grid import Combination

_FAR = 4
"""Values this many times as far from the best as the median are as pale as the worst."""


@dataclass(frozen=True)
class Scale:
    """From the best of some values, whose strength is 1, to the worst, whose strength is 0.

    The worst values, such as those of trainings that diverged, do not count if they are far off.
    Otherwise all others would look alike.
    """

    best: float
    worst: float

    @classmethod
    def among(cls, values: Sequence[float], ranking: Ranking) -> Self:
        """Return the scale of at least one value."""
        ordered = sorted(values, key=ranking.order)
        best, worst = ordered[0], ordered[-1]
        far = best + _FAR * (statistics.median(ordered) - best)
        if far != best and abs(far - best) < abs(worst - best):
            worst = far
        return cls(best, worst)

    def strength(self, value: float) -> float:
        """Return 0 to 1, which is more the better the value is."""
        if self.best == self.worst:
            return 1.0
        return min(max((value - self.worst) / (self.best - self.worst), 0.0), 1.0)


def scales_of(combinations: Iterable[Combination], ranking: Ranking) -> dict[str, Scale]:
    """Return the scale of the results on each data."""
    values = results_by_data(combinations)
    return {data: Scale.among(found, ranking) for data, found in values.items()}


def results_by_data(combinations: Iterable[Combination]) -> dict[str, list[float]]:
    """Return the results of combinations by their data."""
    found: dict[str, list[float]] = {}
    for each in combinations:
        if each.result is not None:
            found.setdefault(each.data, []).append(each.result.value)
    return found
