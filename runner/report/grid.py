"""The cells of a sweep as a grid: what varies, and the result of each combination over its seeds.

It imports neither TensorFlow, plugins nor Matplotlib.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Literal

from zookit.core.search import point_words
from zookit.leaderboard.leaderboard import Leaderboard, leaderboard_of
from zookit.leaderboard.mean import Mean
from zookit.leaderboard.names import recipes_of, summaries_under_newest_names
from zookit.leaderboard.ranking import ACCURACY, Measure, Ranking, ranking_by
from zookit.report.numbers import in_order
from zookit.runs.metrics import directions
from zookit.runs.resume_command import command_with_files
from zookit.runs.run import read_run
from zookit.runs.summary import RunSummary

DATASET, SEED = "dataset", "seed"
GridStatus = Literal["finished", "failed", "pruned", "interrupted", "running", "waiting", "misfit"]
"""The status of a cell. The components or the data of a misfit do not fit together."""
_SPLITS: tuple[Measure, ...] = ("validation", "test")


@dataclass(frozen=True, eq=False, kw_only=True)
class GridCell:
    """One experiment of a sweep.

    Args:
        values: what distinguishes it, as words: `dataset`, `architecture`, `callbacks`, what varies
            and `seed`. What does not apply to it is not there.
        status: how far it is.
        reason: why it failed or does not fit, in one line.
        run: its run, if it has one.
    """

    values: Mapping[str, str]
    status: GridStatus
    reason: str = ""
    run: RunSummary | None = None

    @property
    def words(self) -> str:
        """What distinguishes it, in one line."""
        return point_words(self.values)


@dataclass(frozen=True, eq=False)
class Combination:
    """The cells that differ in nothing but the seed.

    `values` are theirs without the seed, `finished` has the runs that finished. `data` names their
    data; results on different data are never compared. `result` is the mean over seeds of what
    ranks them; None if there is no such value.
    """

    values: Mapping[str, str]
    data: str
    cells: tuple[GridCell, ...]
    finished: tuple[RunSummary, ...]
    result: Mean | None

    @property
    def words(self) -> str:
        """What distinguishes it, in one line."""
        return point_words(self.values)


@dataclass(frozen=True, eq=False)
class Best:
    """The best combination on some data, its best run, and the command that predicts with it."""

    combination: Combination
    run: RunSummary

    @property
    def command(self) -> str:
        """The command that predicts with the run."""
        folder, here = self.run.folder, Path.cwd()
        near = folder.relative_to(here) if folder.is_relative_to(here) else folder
        return command_with_files(self.run.owners.values(), "predict", str(near), "IMAGE")


@dataclass(frozen=True, eq=False)
class Grid:
    """A sweep's cells, and its combinations: those on the same data together, the best first.

    `ranking` is what ranks them, on the split `by`: the validation split if all finished runs have
    one.
    """

    cells: tuple[GridCell, ...]
    combinations: tuple[Combination, ...]
    ranking: Ranking
    by: Measure

    @property
    def measure(self) -> str:
        """What ranks the combinations, such as `validation accuracy`."""
        return f"{self.by} {self.ranking.name}"

    @cached_property
    def board(self) -> Leaderboard:
        """The leaderboard of the cells' runs."""
        runs = [each.run for each in self.cells if each.run]
        return leaderboard_of(runs, self.ranking.name, read_run)

    @cached_property
    def varied(self) -> Mapping[str, tuple[str, ...]]:
        """What varies except the seed, and its values; numbers ascend."""
        found: dict[str, dict[str, None]] = {}
        for each in self.cells:
            for name, value in each.values.items():
                found.setdefault(name, {})[value] = None
        return {
            name: in_order(values)
            for name, values in found.items()
            if name != SEED and len(values) > 1
        }

    @cached_property
    def bests(self) -> tuple[Best, ...]:
        """The best on each data."""
        firsts: dict[str, Combination] = {}
        for each in self.combinations:
            if each.result is not None:
                firsts.setdefault(each.data, each)
        return tuple(Best(each, self._best_run(each)) for each in firsts.values())

    def rows(self) -> list[dict[str, Any]]:
        """Return a row for each combination, all with the same keys, as for CSV or a data frame.

        It has the values, the numbers of cells and of those that finished, the seeds of these, and
        for each metric the mean over them and `_spread`, the sample standard deviation. What a
        combination does not have is None.
        """
        names = [name for name in _names(self.cells) if name != SEED]
        measured = self._measured()
        rows = []
        for each in self.combinations:
            row: dict[str, Any] = {name: each.values.get(name) for name in names}
            row |= {"cells": len(each.cells), "finished": len(each.finished)}
            row["seeds"] = " ".join(str(run.seed) for run in each.finished)
            for key, value in measured.items():
                mean = _mean(each.finished, value)
                row |= {key: mean and mean.value, f"{key}_spread": mean and mean.spread}
            seconds = [run.seconds for run in each.finished]
            row["seconds"] = Mean.of(seconds).value if seconds else None
            row["runs"] = " ".join(run.name for run in each.finished)
            rows.append(row)
        return rows

    def _best_run(self, combination: Combination) -> RunSummary:
        def order(run: RunSummary) -> float:
            value = self.ranking.value(run, self.by)
            return math.inf if value is None else self.ranking.order(value)

        return min(combination.finished, key=order)

    def _measured(self) -> dict[str, Callable[[RunSummary], float | None]]:
        """Return the metrics that a run has measured, by the split and the name."""
        finished = [run for each in self.combinations for run in each.finished]
        known = {ACCURACY: True, "loss": False}
        for recipe in recipes_of(finished):
            known |= directions(recipe.experiment, recipe.components)
        found = {
            f"{split}_{name}": partial(Ranking(name, best).value, by=split)
            for name, best in known.items()
            for split in _SPLITS
        }
        return {
            key: value
            for key, value in found.items()
            if any(value(run) is not None for run in finished)
        }


def grid_of(cells: Iterable[GridCell], by: str = ACCURACY) -> Grid:
    """Return the grid of cells, ranked by the accuracy, the loss or a metric.

    Raises BadParameter if no run has measured it.
    """
    found = _under_newest_names(list(cells))
    runs = [each.run for each in found if each.run]
    ranking = ranking_by(by, runs, runs) if runs else Ranking()
    finished = [each.run for each in found if each.status == "finished" and each.run]
    validated = all(ranking.value(each, "validation") is not None for each in finished)
    split: Measure = "validation" if validated else "test"
    groups: dict[tuple[tuple[str, str], ...], list[GridCell]] = {}
    for each in found:
        key = tuple(pair for pair in each.values.items() if pair[0] != SEED)
        groups.setdefault(key, []).append(each)
    combinations = [
        _combination(dict(key), data, each, partial(ranking.value, by=split))
        for (key, each), data in zip(groups.items(), _data_of(groups.values()), strict=True)
    ]
    places = {data: at for at, data in enumerate(dict.fromkeys(each.data for each in combinations))}

    def order(each: Combination) -> tuple[int, float]:
        worst = math.inf if each.result is None else ranking.order(each.result.value)
        return places[each.data], worst

    return Grid(tuple(found), tuple(sorted(combinations, key=order)), ranking, split)


def _data_of(groups: Iterable[Sequence[GridCell]]) -> list[str]:
    """Return a name of the data of each group of cells that differ in the seed alone.

    That is the words of the data set, with the origin or the hash where these have several. Groups
    without a run are taken to have the data of the others.
    """
    found = []
    for cells in groups:
        data = next((each.run.recipe.data for each in cells if each.run), None)
        found.append((cells[0].values.get(DATASET, ""), data))
    hashes: dict[str, dict[str, str]] = {}
    for words, data in found:
        if data is not None:
            hashes.setdefault(words, {})[data.hash] = data.origin
    names = []
    for words, data in found:
        several = hashes.get(words, {})
        if data is None or len(several) < 2:
            names.append(words)
        elif len(set(several.values())) == len(several):
            names.append(f"{words}, {data.origin}")
        else:
            names.append(f"{words}, data {data.hash[:8]}")
    return names


def _under_newest_names(cells: Sequence[GridCell]) -> list[GridCell]:
    named = iter(summaries_under_newest_names([each.run for each in cells if each.run]))
    return [replace(each, run=next(named)) if each.run else each for each in cells]


def _combination(
    values: Mapping[str, str],
    data: str,
    cells: Sequence[GridCell],
    value: Callable[[RunSummary], float | None],
) -> Combination:
    finished = [each.run for each in cells if each.status == "finished" and each.run]
    finished.sort(key=lambda run: run.seed)
    return Combination(values, data, tuple(cells), tuple(finished), _mean(finished, value))


def _mean(runs: Sequence[RunSummary], value: Callable[[RunSummary], float | None]) -> Mean | None:
    found = [value(run) for run in runs]
    known = [each for each in found if each is not None]
    return Mean.of(known) if known else None


def _names(cells: Sequence[GridCell]) -> list[str]:
    return list(dict.fromkeys(name for each in cells for name in each.values))
