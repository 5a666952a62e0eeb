"""A mean over seeds."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Mean:
    """The mean over the seeds of one experiment.

    `spread` is the sample standard deviation, or None for a single seed. Repetitions of a seed
    count once.
    """

    value: float
    spread: float | None
    seeds: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        """Return the mean of at least one value, one for each seed."""
        if len(values) == 1:
            return cls(values[0], None, 1)
        return cls(statistics.mean(values), statistics.stdev(values), len(values))

    def __str__(self) -> str:
        """Return text such as `0.8931 ± 0.0021`."""
        return f"{self.value:.4f}" + ("" if self.spread is None else f" ± {self.spread:.4f}")
