"""What ranks runs: the accuracy, the loss, or a metric that they measured."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from zookit.core import BadParameter, did_you_mean
from zookit.core.errors import quoted
from zookit.core.messages import option
from zookit.leaderboard.names import recipes_of, renamed_columns
from zookit.registry import default
from zookit.registry.built import report_old_names
from zookit.runs.metrics import directions
from zookit.runs.summary import Recipe, RunSummary

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

    def value(self, run: RunSummary, by: Measure) -> float | None:
        """Return the value of the last whole epoch on the validation split, or on the test split.

        None if the run has none, or it is not finite, or it is an accuracy but not from 0 to 1.
        """
        on_test = by == "test"
        found = run.test.get(self.name) if on_test else run.last_epoch.get(f"val_{self.name}")
        if found is None or not math.isfinite(found):
            return None
        return None if self.name == ACCURACY and not 0 <= found <= 1 else found

    def measure(self, run: RunSummary) -> Measure | None:
        """Return the split on which a run is ranked: validation if it has one."""
        measures: tuple[Measure, ...] = ("validation", "test")
        return next((by for by in measures if self.value(run, by) is not None), None)

    def order(self, value: float) -> float:
        """Return a number that is lower the better the value is."""
        return -value if self.higher_is_better else value


def ranking_by(name: str, runs: Sequence[RunSummary], named: Sequence[RunSummary]) -> Ranking:
    """Return what ranks the runs, of which `named` has each under the newest names.

    An old name of a metric means the new one, with a warning; and the new name means the old one if
    only runs of before have measured it. Raises BadParameter if no run has.
    """
    recipes = recipes_of(named)
    known = dict(_OWN)
    for recipe in recipes:
        known |= directions(recipe.experiment, recipe.components)
    if name in known:
        return Ranking(name, known[name])
    pairs = {(run.recipe, now.recipe) for run, now in zip(runs, named, strict=True)}
    today = {
        old: new
        for run, now in pairs
        for old, new in renamed_columns(run.experiment, now.experiment).items()
    }
    before = {new: old for recipe in recipes for old, new in _installed_columns(recipe)}
    found = today.get(name) or before.get(name)
    if found is None:
        metric = option("--metric", "metrics")
        raise BadParameter(
            f"{option('--by', 'by')} is {quoted(name)}, which no run has measured."
            f"{did_you_mean(name, known)} "
            f"Expected {', '.join(known)}, or what runs measure with {metric}."
        )
    old, new = (name, found) if name in today else (found, name)
    report_old_names([f"{old!r} is now called {new!r}"])
    return Ranking(found, known[found])


def _installed_columns(recipe: Recipe) -> Iterator[tuple[str, str]]:
    """Yield the old and the new name of each metric that the installed packages call otherwise.

    Imports no plugin.
    """
    for spec in recipe.experiment.metrics:
        if spec.name in default.metrics:
            now = default.metrics[spec.name].full_name
            yield spec.identifier, replace(spec, name=now).identifier
