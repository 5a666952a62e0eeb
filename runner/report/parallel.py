"""The parallel-coordinates plot: a line for each combination through its values to its result."""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from zookit.core.messages import counted, printable
from zookit.report.drawing import INK, PAPER, colour, svg
from zookit.report.grid import Combination, Grid
from zookit.report.numbers import are_logarithmic, number_of, short
from zookit.report.scale import Scale, scales_of

MOST = 500
"""The most lines."""
_FEW = 60
"""Up to so many lines are drawn thick."""
_LABELLED = 8
"""The most numbers that have a label each, and equal distances."""
_TICKS = 5
_NAMED, _LONGEST = 16, 18
"""The most labels of an axis, and the most characters of one."""
_MISSING = -0.12
"""The height of what does not apply, below all values."""
_DASH = "–"  # noqa: RUF001
_LEAST = 560
"""The least width from the first axis to the last."""
_EDGE, _STEP, _LETTER, _HEIGHT = 16, 60, 6.6, 330


@dataclass(frozen=True)
class Parallel:
    """The plot.

    `drawn` is the number of lines in it, `results` that of the combinations that have a result.
    `has_missing` says whether there are values that do not apply.
    """

    drawing: Markup
    drawn: int
    results: int
    has_missing: bool


@dataclass(frozen=True)
class _Axis:
    """An axis: its name, its labels by height from 0 to 1, and the height of each value."""

    name: str
    labels: Mapping[float, str]
    heights: Mapping[str, float]


def parallel_of(grid: Grid, name: str) -> Parallel | None:
    """Return the plot, or None without a result. `name` is its id within the page."""
    results = [each for each in grid.combinations if each.result is not None]
    if not results or not grid.varied:
        return None
    values = [each.result.value for each in results if each.result]
    scales = scales_of(results, grid.ranking)
    axes = [
        *(_axis(grid, varied, values_) for varied, values_ in grid.varied.items()),
        _result_axis(grid, values, scales),
    ]
    lines = _lines(grid, results, axes, scales)
    label = (
        f"Parallel coordinates of {counted(len(lines), 'combination')}: "
        f"{', '.join(printable(axis.name) for axis in axes[:-1])} and the {grid.measure}, "
        f"from {min(values):.4f} to {max(values):.4f}. "
        f"{' '.join(f'Best: {printable(e.combination.words)}.' for e in grid.bests)}"
    )
    places = _places(axes)
    beyond = max(_longest(axes[-1]), len(axes[-1].name) * _LETTER / 2) + _EDGE
    size = (places[-1] + beyond, _HEIGHT)
    has_missing = any(_MISSING in axis.labels for axis in axes)

    def draw(figure: Figure) -> None:
        figure.set_layout_engine("none")
        plot = figure.add_axes((0, 0, 1, 1))
        plot.set(xlim=(0, size[0]), ylim=(-0.22 if has_missing else -0.06, 1.14))
        plot.set_axis_off()
        for line in lines:
            _draw_line(plot, places, line, many=len(lines) > _FEW)
        for place, axis in zip(places, axes, strict=True):
            _draw_axis(plot, place, axis, is_last=axis is axes[-1])

    return Parallel(svg(name, label, size, draw), len(lines), len(results), has_missing)


def _places(axes: Sequence[_Axis]) -> list[float]:
    """Return the horizontal places of axes, between which their labels and names fit."""
    names = [len(printable(axis.name)) * _LETTER for axis in axes]
    places = [max(_longest(axes[0]), names[0] / 2) + _EDGE]
    for at, axis in enumerate(axes[1:], start=1):
        beside = (names[at - 1] + names[at]) / 2 + _EDGE
        before = _STEP if axis is axes[-1] else _longest(axis) + _STEP
        places.append(places[-1] + max(before, beside, _LEAST / len(axes)))
    return places


def _longest(axis: _Axis) -> float:
    return max(map(len, axis.labels.values())) * _LETTER


@dataclass(frozen=True, eq=False)
class _Line:
    """A line: its height on each axis, and how good its result is, 0 to 1."""

    heights: Sequence[float]
    strength: float
    is_best: bool


def _lines(
    grid: Grid, results: Sequence[Combination], axes: Sequence[_Axis], scales: Mapping[str, Scale]
) -> list[_Line]:
    """Return the lines, the best last; if there are too many, those at equal distances in rank."""
    lines = [
        _Line(
            [
                *(axis.heights.get(each.values.get(axis.name, ""), _MISSING) for axis in axes[:-1]),
                axes[-1].heights[str(each.result.value)],
            ],
            scales[each.data].strength(each.result.value),
            any(each is best.combination for best in grid.bests),
        )
        for each in results
        if each.result
    ]
    lines.sort(key=lambda line: (not line.is_best, -line.strength))
    if len(lines) > MOST:
        lines = [lines[at * len(lines) // MOST] for at in range(MOST)]
    return lines[::-1]


def _draw_line(plot: Axes, places: Sequence[float], line: _Line, *, many: bool) -> None:
    # Many lines add up, so only the best of them are strong.
    faintest, strength = (0.06, line.strength**6) if many else (0.3, line.strength)
    width = (0.8 if many else 1.4) + (0.6 if many else 1.2) * strength
    plot.plot(
        places,
        line.heights,
        color=colour(2 if line.is_best else 1),
        alpha=1 if line.is_best else round(faintest + (0.9 - faintest) * strength, 2),
        linewidth=3 if line.is_best else width,
        solid_joinstyle="round",
    )


def _draw_axis(plot: Axes, place: float, axis: _Axis, *, is_last: bool) -> None:
    plot.plot([place, place], [0, 1], color=INK, linewidth=1, zorder=3)
    plot.text(place, 1.07, printable(axis.name), ha="center", va="bottom", weight="bold")
    for height, label in axis.labels.items():
        plot.plot([place - 3, place + 3], [height, height], color=INK, linewidth=1, zorder=3)
        plot.text(
            place + (6 if is_last else -6),
            height,
            label,
            ha="left" if is_last else "right",
            va="center_baseline",
            zorder=4,
            bbox={"facecolor": PAPER, "edgecolor": "none", "alpha": 0.8, "pad": 1},
        )


def _axis(grid: Grid, name: str, values: Sequence[str]) -> _Axis:
    numbers = [number_of(each) for each in values]
    known = [each for each in numbers if each is not None]
    if len(known) == len(values) > _LABELLED:
        axis = _scaled(name, dict(zip(values, known, strict=True)))
    else:
        last = max(len(values) - 1, 1)
        heights = {value: at / last for at, value in enumerate(values)}
        labels = list(zip(heights.values(), _shortened(values), strict=True))
        axis = _Axis(name, dict(labels[:: -(-len(labels) // _NAMED)]), heights)
    if all(name in each.values for each in grid.combinations):
        return axis
    return _Axis(name, {_MISSING: _DASH, **axis.labels}, axis.heights)


def _scaled(name: str, numbers: Mapping[str, float]) -> _Axis:
    """Return an axis from the lowest number to the highest, or by their logarithms."""
    logarithmic = are_logarithmic(list(numbers.values()))

    def scaled(number: float) -> float:
        return math.log(number) if logarithmic else number

    low, high = scaled(min(numbers.values())), scaled(max(numbers.values()))
    heights = {value: _share(scaled(number), low, high) for value, number in numbers.items()}
    ticks = {at / (_TICKS - 1): low + at / (_TICKS - 1) * (high - low) for at in range(_TICKS)}
    labels = {at: short(math.exp(tick) if logarithmic else tick) for at, tick in ticks.items()}
    return _Axis(name, labels, heights)


def _result_axis(grid: Grid, values: Sequence[float], scales: Mapping[str, Scale]) -> _Axis:
    """Return the axis of the results. Those that are far worse than the others are at its end."""
    ends = [end for scale in scales.values() for end in (scale.best, scale.worst)]
    low, high = min(ends), max(ends)
    heights = {str(value): _share(min(max(value, low), high), low, high) for value in values}
    if low == high:
        return _Axis(grid.measure, {1.0: f"{high:.4f}"}, heights)
    labels = {
        at / (_TICKS - 1): f"{low + at / (_TICKS - 1) * (high - low):.4f}" for at in range(_TICKS)
    }
    if min(values) < low:
        labels[0.0] = f"≤ {labels[0.0]}"
    if max(values) > high:
        labels[1.0] = f"≥ {labels[1.0]}"
    return _Axis(grid.measure, labels, heights)


def _share(number: float, low: float, high: float) -> float:
    return 1.0 if low == high else (number - low) / (high - low)


def _shortened(values: Sequence[str]) -> list[str]:
    """Return labels of values: how they begin or, if several begin alike, where they differ."""
    alike: dict[str, list[str]] = {}
    for each in values:
        alike.setdefault(_short(each), []).append(each)
    starts = {label: _differing(found) for label, found in alike.items() if len(found) > 1}
    return [
        f"…{_short(value[starts[label] :])}" if (label := _short(value)) in starts else label
        for value in values
    ]


def _differing(values: Sequence[str]) -> int:
    """Return where values differ first, or where that word begins."""
    letters = zip(*values, strict=False)
    same = itertools.takewhile(lambda each: len(set(each)) == 1, letters)
    common = "".join(each[0] for each in same)
    word = max(common.rfind(each) for each in " ,:") + 1
    return word if len(common) - word < _LONGEST // 2 else len(common)


def _short(text: str) -> str:
    shown = printable(text) or "none"
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"
