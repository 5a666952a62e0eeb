"""The search `optuna`."""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from annotated_types import Ge, Le

from zookit.core import Choice, Doc, Point, Range, Search, Trials
from zookit.plugins.searches.random_search import random_points, range_text

if TYPE_CHECKING:
    from optuna.trial import Trial

_REPEATS = 20
"""How often Optuna may suggest what was tried already, until something random is tried."""
_UNPRUNED_TRIALS = 5
"""The trials that end before others are stopped early."""
_UNPRUNED_EPOCHS = 1
"""The epochs of each trial after which it is not stopped."""


@dataclass(frozen=True)
class OptunaSearch(Search):
    """Combinations near the good ones (Optuna's TPE); stops those early that do worse than most.

    Other names: tpe, bayesian, hyperopt. A trial is stopped early if its best value is worse than
    the median of the others after the same number of epochs. The first ten trials are random.
    """

    packages: ClassVar[Mapping[str, str]] = {"optuna": "zookit[optuna]"}
    learns = True

    trials: Annotated[int, Ge(1), Le(100_000), Doc("The most combinations to try.")] = 50
    seed: Annotated[int, Ge(0), Doc("Seed of the random choice.")] = 0
    prune: Annotated[bool, Doc("Stop combinations early that do worse than most.")] = True

    def open(self, varied: Sequence[Choice | Range]) -> Trials:
        """Return the trials of a new study, which is kept in memory."""
        return _OptunaTrials(varied, self.trials, self.seed, prune=self.prune)


class _OptunaTrials(Trials):
    def __init__(
        self, varied: Sequence[Choice | Range], trials: int, seed: int, *, prune: bool
    ) -> None:
        import optuna

        self._varied, self._left = varied, trials
        self._random = random_points(varied, seed)
        self._trials: dict[tuple[tuple[str, str], ...], Trial] = {}
        self._values: dict[tuple[tuple[str, str], ...], float | None] = {}
        self._epochs: dict[int, int] = {}
        self._pruned: set[int] = set()
        pruner = optuna.pruners.MedianPruner(_UNPRUNED_TRIALS, _UNPRUNED_EPOCHS)
        with _quiet():
            self._study = optuna.create_study(
                direction="maximize",
                sampler=optuna.samplers.TPESampler(seed=seed),
                pruner=pruner if prune else optuna.pruners.NopPruner(),
            )

    def ask(self) -> Point | None:
        if not self._left:
            return None
        with _quiet():
            trial, point = self._new()
        if trial is None:
            return None
        self._left -= 1
        self._trials[_key(point)] = trial
        return point

    def _new(self) -> "tuple[Trial | None, Point]":
        """Return a trial that was not tried before; no trial if there are no more."""
        for _ in range(_REPEATS):
            trial = self._study.ask()
            point = self._suggested(trial)
            if _key(point) not in self._trials:
                return trial, point
            self._end(trial, self._values.get(_key(point)))
        for point in self._random:
            if _key(point) not in self._trials:
                self._study.enqueue_trial(self._parameters(point))
                trial = self._study.ask()
                return trial, self._suggested(trial)
        return None, {}

    def skip(self, point: Point) -> None:
        self._left += 1
        with _quiet():
            self._end(self._trials[_key(point)], None)

    def tell(self, point: Point, value: float | None) -> None:
        trial = self._trials[_key(point)]
        self._values[_key(point)] = value
        with _quiet():
            self._end(trial, None if trial.number in self._pruned else value)

    def prune(self, point: Point, epoch: int, value: float) -> bool:
        trial = self._trials[_key(point)]
        # The same epoch again is that of another seed.
        if epoch > self._epochs.get(trial.number, 0) and math.isfinite(value):
            self._epochs[trial.number] = epoch
            with _quiet():
                trial.report(value, epoch)
                if trial.should_prune():
                    self._pruned.add(trial.number)
        return trial.number in self._pruned

    def _end(self, trial: "Trial", value: float | None) -> None:
        from optuna.trial import TrialState

        if value is None or not math.isfinite(value):
            # Of failed trials Optuna would learn nothing, and suggest their like again and again.
            self._study.tell(trial, state=TrialState.PRUNED)
        else:
            self._study.tell(trial, value)

    def _suggested(self, trial: "Trial") -> Point:
        point: dict[str, str] = {}
        for each in self._varied:
            if not each.applies(point):
                continue
            if isinstance(each, Choice):
                point[each.name] = trial.suggest_categorical(each.name, each.values)
            elif each.whole:
                value = trial.suggest_int(each.name, int(each.low), int(each.high), log=each.log)
                point[each.name] = str(value)
            else:
                number = trial.suggest_float(each.name, each.low, each.high, log=each.log)
                point[each.name] = range_text(number, each)
        return point

    def _parameters(self, point: Point) -> dict[str, Any]:
        """Return the values of a combination as Optuna has them."""
        kinds = {each.name: each for each in self._varied}
        found: dict[str, Any] = {}
        for name, text in point.items():
            each = kinds[name]
            number = int if isinstance(each, Range) and each.whole else float
            found[name] = text if isinstance(each, Choice) else number(text)
        return found


def _key(point: Point) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(point.items()))


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Optuna's own lines about its trials to itself."""
    from optuna import logging

    before = logging.get_verbosity()
    logging.set_verbosity(logging.ERROR)
    try:
        yield
    finally:
        logging.set_verbosity(before)
