"""The cells of a sweep: what is asked for, as experiments."""

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from zookit.core import BadExperiment, BrokenPlugin, Experiment, Search, ZookitError
from zookit.core.errors import quoted
from zookit.core.messages import option
from zookit.core.search import Point, point_complaint
from zookit.registry import default
from zookit.registry.blame import (
    advice_for,
    blamed_reason_of,
    describe,
    plugins_blamed,
    values_refused,
)
from zookit.sweeps.composing import Composer
from zookit.sweeps.exclusion import Exclusion
from zookit.sweeps.recorded_trials import RecordedTrials
from zookit.sweeps.request import SEED, SweepRequest
from zookit.sweeps.space import Space
from zookit.sweeps.starts import Starts
from zookit.training.composition import Composition

MOST_CELLS = 100_000
"""The most cells of a sweep whose search does not learn."""
_MOST_SKIPPED = 200
"""How many combinations of very many may be left out in a row, until the search ends."""


@dataclass(frozen=True, eq=False)
class Cell:
    """One experiment of a sweep.

    Args:
        values: what distinguishes it, as words: `dataset`, `architecture`, `callbacks`, what varies
            and `seed`, in this order. What does not apply, such as `dense.units` of a cnn, is not
            there.
        composition: the experiment with its components; None if they do not fit together.
        misfit: why they do not fit together, in one line; else empty.
    """

    values: Mapping[str, str]
    composition: Composition | None
    misfit: str = ""


@dataclass(frozen=True, eq=False)
class Trial:
    """A combination that a search asks for, as one cell per seed."""

    point: Point
    cells: tuple[Cell, ...]


class CellTrials:
    """The trials of a request's search, as cells.

    Combinations that are excluded, that do not fit, or that are the same experiment as one before
    are left out; `misfits`, `same` and `excluded` say which. `starts` reads what cells start from.

    Raises ZookitError if a word of the request is not valid, or there are too many combinations.
    """

    def __init__(self, request: SweepRequest, starts: Starts | None = None) -> None:
        self.misfits: list[Cell] = []
        """Cells that do not fit, in the order of the others."""
        self.same: list[tuple[Cell, Cell]] = []
        """Cells that are left out, each with the one that is the same experiment."""
        self.excluded = 0
        """The number of cells that are excluded."""
        self.space = Space(request)
        self._request = request
        self._composer = Composer(self.space, starts or Starts())
        self._exclusion = Exclusion(request, self.space)
        built = default.searches.build(request.search)
        self._search: Search = built.component
        self.learns = self._search.learns
        with plugins_blamed(self._search), values_refused(self._search):
            self._trials = self._search.open(self.space.varied)
        self._opened = f"{built.spec.name} {built.owner}"
        self._recorded: RecordedTrials | None = None
        # Of endless combinations it may be that none fits.
        count = self.space.count
        self.most_skipped = count if count <= MOST_CELLS else _MOST_SKIPPED
        """How many trials in a row may be left out, until the search ends."""
        self._known: dict[tuple[str, int], Cell] = {}
        self._asked = deque(self._first_points())

    def record(self, path: Path) -> None:
        """Record what a search that learns is asked and receives, and continue what is recorded."""
        key = f"{self._opened}\n{replace(self._request, search='').to_toml()}"
        with plugins_blamed(self._search):
            self._recorded = RecordedTrials(self._trials, path, key)
        self._trials = self._recorded

    @property
    def recorded(self) -> int:
        """The number of trials that an earlier process asked for, and that are asked for next."""
        return self._recorded.left if self._recorded else 0

    @property
    def results(self) -> int:
        """The number of results that the search received from an earlier process."""
        return self._recorded.results if self._recorded else 0

    def ask(self) -> Trial | None:
        """Return the next combination to train, if any."""
        skipped = 0
        while skipped <= self.most_skipped and (point := self._point()):
            trial = Trial(point, tuple(self._cells(point)))
            if trial.cells:
                return trial
            self.skip(trial)
            skipped += 1
        return None

    def skip(self, trial: Trial) -> None:
        """Learn that none of the cells of a combination can be trained."""
        with plugins_blamed(self._search):
            self._trials.skip(trial.point)

    def tell(self, trial: Trial, value: float | None) -> None:
        """Pass on the result of a combination, such as the mean over its seeds."""
        with plugins_blamed(self._search):
            self._trials.tell(trial.point, value)

    def prune(self, trial: Trial, epoch: int, value: float) -> bool:
        """Return whether to stop a combination early, which has not reached its last epoch."""
        composition = trial.cells[0].composition
        if composition is None or epoch >= composition.experiment.settings.epochs:
            return False
        with plugins_blamed(self._search):
            return self._trials.prune(trial.point, epoch, value)

    def _first_points(self) -> list[Point]:
        """Return all combinations of a search that does not learn, before any is composed.

        Raises BadExperiment if there are too many.
        """
        if self.learns:
            return []
        most = MOST_CELLS // len(self._request.seeds)
        points = list(islice(iter(self._next_point, None), most + 1))
        if len(points) > most:
            number = self.space.count * len(self._request.seeds)
            has = f"{number:,.0f}" if math.isfinite(number) else f"more than {MOST_CELLS:,}"
            raise BadExperiment(
                f"this sweep has {has} combinations of values and seeds, expected at most "
                f"{MOST_CELLS:,}. Use fewer values, or try some: "
                f"{option('--search random:trials=100', 'search=random:trials=100')}."
            )
        return points

    def _point(self) -> Point | None:
        return self._asked.popleft() if self._asked else self._next_point()

    def _next_point(self) -> Point | None:
        with plugins_blamed(self._search):
            point = self._trials.ask()
        complaint = None if point is None else point_complaint(self.space.varied, point)
        if complaint:
            raise BrokenPlugin(
                f"{describe(self._search)} asks for {quoted(dict(point or {}))}, but {complaint}. "
                f"{advice_for(self._search)}"
            )
        return point

    def _cells(self, point: Point) -> list[Cell]:
        """Return the cells of a combination that are to be trained."""
        seeds = [each for each in self._request.seeds if not self._exclusion.has(point, each)]
        self.excluded += len(self._request.seeds) - len(seeds)
        if not seeds:
            return []
        composition, misfit = self._composed(point)
        cells = [_cell(point, seed, composition, misfit) for seed in seeds]
        if composition is None:
            self.misfits += cells
            return []
        identity = composition.experiment.identity("", composition.owners)
        new = []
        for seed, cell in zip(seeds, cells, strict=True):
            before = self._known.setdefault((identity, seed), cell)
            if before is cell:
                new.append(cell)
            else:
                self.same.append((cell, before))
        return new

    def _composed(self, point: Point) -> tuple[Composition | None, str]:
        try:
            with plugins_blamed():
                return self._composer.compose(point), ""
        except ZookitError as error:
            return None, " ".join(filter(None, (error.message, error.hint, error.advice)))
        except Exception as error:  # noqa: BLE001 - a plugin's, which other cells do not use
            return None, blamed_reason_of(error)


def cells(request: SweepRequest) -> list[Cell]:
    """Return all cells of a request whose search does not learn, including those that do not fit.

    Raises ZookitError if a word of the request is not valid.
    """
    trials = CellTrials(request)
    found: list[Cell] = []
    misfits = 0
    while trial := trials.ask():
        found += [*trials.misfits[misfits:], *trial.cells]
        misfits = len(trials.misfits)
    return [*found, *trials.misfits[misfits:]]


def without_validation(experiment: Experiment) -> BadExperiment:
    """Return the error of a search that learns, if an experiment has no validation images."""
    return BadExperiment(
        "this search learns from the results on validation images, and "
        f"{experiment.dataset.short_name} has none. Hold out a part of the training images: "
        f"{option('--validation 0.1', 'validation=0.1')}."
    )


def _cell(point: Point, seed: int, composition: Composition | None, misfit: str) -> Cell:
    values = {**point, SEED: str(seed)}
    if composition is None:
        return Cell(values, None, misfit)
    experiment = composition.experiment.with_settings(seed=seed)
    return Cell(values, replace(composition, experiment=experiment))
