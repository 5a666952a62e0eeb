"""What ranks runs: the accuracy, the loss, or a metric that they measured."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from zookit.core import BadParameter, did_you_mean
from zookit.core.errors import quoted
from zookit.core.messages import option
from zookit.runs.metrics import directions
from zookit.runs.run import Ending, RunRecord

Measure = Literal["validation", "test"]
"""The split on which runs are ranked."""
ACCURACY = "accuracy"
_OWN = {ACCURACY: True, "loss": False}
"""What every run has, and whether a higher value is better."""


@dataclass(frozen=True)
class Ranking:
    """A value that ranks runs, under the name that it is logged with."""

    name: str = ACCURACY
    higher_is_better: bool = True

    def value(self, ending: Ending, by: Measure) -> float | None:
        """Return the value of the last whole epoch on the validation split, or on the test split.

        None if the run has none, or it is not finite, or it is an accuracy but not from 0 to 1.
        """
        on_test = by == "test"
        found = ending.test.get(self.name) if on_test else ending.last_epoch.get(f"val_{self.name}")
        if found is None or not math.isfinite(found):
            return None
        return None if self.name == ACCURACY and not 0 <= found <= 1 else found

    def measure(self, run: RunRecord) -> Measure | None:
        """Return the split on which a run is ranked: validation if it has one."""
        if run.ending is None:
            return None
        measures: tuple[Measure, ...] = ("validation", "test")
        return next((by for by in measures if self.value(run.ending, by) is not None), None)

    def order(self, value: float) -> float:
        """Return a number that is lower the better the value is."""
        return -value if self.higher_is_better else value


def ranking_by(name: str, runs: Sequence[RunRecord]) -> Ranking:
    """Return what ranks the runs. Raises BadParameter if none of them measured it."""
    known = _OWN | {metric: best for run in runs for metric, best in directions(run).items()}
    if name not in known:
        metric = option("--metric", "metrics")
        raise BadParameter(
            f"compare: by is {quoted(name)}, which no run has measured.{did_you_mean(name, known)} "
            f"Expected {', '.join(known)}, or what runs measure with {metric}."
        )
    return Ranking(name, known[name])
