"""Heat maps: the best result for each pair of values of two things that vary."""

import itertools
import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from zookit.core.messages import printable
from zookit.report.grid import DATASET, Combination, Grid, GridStatus
from zookit.report.numbers import are_logarithmic, number_of, short
from zookit.report.scale import Scale, results_by_data, scales_of

MOST = 12
"""The most maps of a page."""
_MOST_NUMBERS, _MOST_WORDS = 12, 20
"""The most values of an axis. More numbers are put together in ranges."""
_RANGES = 6
_MARKS: tuple[tuple[GridStatus, str, str], ...] = (
    ("failed", "failed", "these cells failed"),
    ("pruned", "pruned", "the search stopped these cells early"),
    ("finished", "no value", "these cells finished without this value"),
    ("interrupted", "not run", "these cells have not been trained to the end"),
    ("running", "not run", "these cells have not been trained to the end"),
    ("waiting", "not run", "these cells have not been trained to the end"),
    ("misfit", "no fit", "what is combined here does not fit together"),
)
"""What stands for a result that is missing, and what it means; the first one that applies."""
_NONE = "–", "no cell of the sweep has this combination"  # noqa: RUF001 - a dash
_STAR = "*", "some of the cells behind this number failed, or have not been trained to the end"
_HARMLESS = ("finished", "pruned", "misfit")


@dataclass(frozen=True)
class Entry:
    """A cell of a map: a number, or a mark, and what the number is of.

    `strength` is 0 to 1 for a number, the higher the better, and None for a mark.
    """

    text: str
    title: str
    strength: float | None = None
    is_best: bool = False


@dataclass(frozen=True)
class HeatMap:
    """The best results by two things that vary.

    `data` names the data of all of them, if results on other data have maps of their own.
    `left_out` is the number of values that are not shown, `marks` explains the marks. `spread` is
    the standard deviation of the numbers on the same data.
    """

    rows_of: str
    columns_of: str
    data: str
    columns: list[str]
    rows: list[tuple[str, list[Entry]]]
    left_out: int
    marks: dict[str, str]
    spread: float


def heat_maps(grid: Grid) -> list[HeatMap]:
    """Return a map for each pair of things that vary, those whose numbers differ most first.

    Results on different data have a map each, unless the data set is one of the pair.
    """
    maps = []
    by_data = _by_data(grid)
    together = [("", list(grid.combinations))]
    for names in itertools.combinations(grid.varied, 2):
        comparable = len(by_data) == 1 or (DATASET in names and _one_data_each(grid))
        for data, combinations in together if comparable else by_data:
            maps.append(_heat_map(grid, names, data, combinations))
    return sorted(filter(None, maps), key=lambda each: -each.spread)


@dataclass(frozen=True)
class _Axis:
    """An axis of a map: its labels, and the place of each value among them."""

    name: str
    labels: list[str]
    places: Mapping[str, int]
    left_out: int = 0


def _by_data(grid: Grid) -> list[tuple[str, list[Combination]]]:
    found: dict[str, list[Combination]] = {}
    for each in grid.combinations:
        found.setdefault(each.data, []).append(each)
    return list(found.items())


def _one_data_each(grid: Grid) -> bool:
    """Whether all results of a data set are on the same data."""
    pairs = {(each.values.get(DATASET, ""), each.data) for each in grid.combinations}
    return len(pairs) == len({words for words, _ in pairs})


def _heat_map(
    grid: Grid, names: tuple[str, str], data: str, combinations: Sequence[Combination]
) -> HeatMap | None:
    """Return a map; None if there are not two numbers and two values of each."""
    both = [each for each in combinations if all(name in each.values for name in names)]
    axes = [_axis(grid, name, both) for name in names]
    if any(len(axis.labels) < 2 for axis in axes):
        return None
    # The longer labels are those of the rows.
    down, across = sorted(axes, key=lambda axis: -max(map(len, axis.labels)))
    places: dict[tuple[int, int], list[Combination]] = {}
    for each in both:
        row = down.places.get(each.values[down.name])
        column = across.places.get(each.values[across.name])
        if row is not None and column is not None:
            places.setdefault((row, column), []).append(each)
    best = {place: found for place, group in places.items() if (found := _best(grid, group))}
    if len(best) < 2:
        return None
    scales = scales_of(best.values(), grid.ranking)
    marks: dict[str, str] = {}
    rows = [
        (
            label,
            [
                _entry(grid, places.get((row, column), []), scales, marks)
                for column in range(len(across.labels))
            ],
        )
        for row, label in enumerate(down.labels)
    ]
    return HeatMap(
        down.name,
        across.name,
        data,
        across.labels,
        rows,
        down.left_out + across.left_out,
        marks,
        _spread(list(best.values())),
    )


def _entry(
    grid: Grid, group: Sequence[Combination], scales: Mapping[str, Scale], marks: dict[str, str]
) -> Entry:
    """Return the entry of some combinations, and add what explains it to `marks`."""
    best = _best(grid, group)
    statuses = {cell.status for each in group for cell in each.cells}
    if best is None or best.result is None:
        text, meaning = next(
            ((text, meaning) for status, text, meaning in _MARKS if status in statuses), _NONE
        )
        marks[text] = meaning
        return Entry(text, meaning)
    star = ""
    if not statuses.issubset(_HARMLESS):
        star, meaning = _STAR
        marks[star] = meaning
    scale, value = scales[best.data], best.result.value
    title = printable(f"{best.words}: {best.result}")
    return Entry(f"{value:.4f}{star}", title, scale.strength(value), value == scale.best)


def _best(grid: Grid, group: Sequence[Combination]) -> Combination | None:
    known = [each for each in group if each.result is not None]
    return min(
        known,
        key=lambda each: grid.ranking.order(each.result.value) if each.result else math.inf,
        default=None,
    )


def _spread(best: Sequence[Combination]) -> float:
    return max(statistics.pstdev(values) for values in results_by_data(best).values())


def _axis(grid: Grid, name: str, combinations: Sequence[Combination]) -> _Axis:
    there = {each.values[name] for each in combinations}
    values = [each for each in grid.varied[name] if each in there]
    numbers = [number_of(each) for each in values]
    if None not in numbers and len(values) > _MOST_NUMBERS:
        return _ranges(name, {v: n for v, n in zip(values, numbers, strict=True) if n is not None})
    shown = values
    if len(values) > _MOST_WORDS:
        # Combinations are sorted: the values of the best ones come first.
        best_first = dict.fromkeys(each.values[name] for each in combinations)
        kept = set(list(best_first)[:_MOST_WORDS])
        shown = [each for each in values if each in kept]
    places = {value: at for at, value in enumerate(shown)}
    return _Axis(name, [printable(each) for each in shown], places, len(values) - len(shown))


def _ranges(name: str, numbers: Mapping[str, float]) -> _Axis:
    """Return an axis of ranges that are equally wide, or whose logarithms are."""
    logarithmic = are_logarithmic(list(numbers.values()))
    scaled = {v: math.log(number) if logarithmic else number for v, number in numbers.items()}
    low = min(scaled.values())
    width = (max(scaled.values()) - low) / _RANGES
    ranges: dict[int, list[str]] = {}
    for value in sorted(numbers, key=lambda value: numbers[value]):
        at = min(int((scaled[value] - low) / width), _RANGES - 1)
        ranges.setdefault(at, []).append(value)
    labels: list[str] = []
    places: dict[str, int] = {}
    for at, values in enumerate(ranges.values()):
        ends = dict.fromkeys(short(numbers[value]) for value in (values[0], values[-1]))
        labels.append(" to ".join(ends))
        places |= dict.fromkeys(values, at)
    return _Axis(name, labels, places)
