"""The parallel-coordinates plot."""

import re
from xml.etree import ElementTree as ET

import pytest
from made_grids import GridMaker

from zookit.report.grid import GridCell, grid_of
from zookit.report.parallel import MOST, Parallel, parallel_of

pytestmark = pytest.mark.xdist_group("report")


def plot_of(cells: list[GridCell]) -> Parallel:
    found = parallel_of(grid_of(cells), "plot")
    assert found
    return found


def labels(plot: Parallel) -> list[str]:
    return [each.text or "" for each in ET.fromstring(plot.drawing).iter("text")]


def lines(plot: Parallel, axes: int) -> list[ET.Element]:
    """The lines through so many axes: paths with a point on each."""
    found = []
    for each in ET.fromstring(plot.drawing).iter("path"):
        points = re.findall(r"[ML] ([\d.]+) ([\d.]+)", each.get("d", ""))
        if len(points) == axes and "fill: none" in each.get("style", ""):
            found.append(each)
    return found


def test_each_combination_is_a_line_through_its_values(cell: GridMaker) -> None:
    cells = [
        cell({"learning_rate": rate, "epochs": epochs}, 0.4 + int(epochs) / 100, seed=seed)
        for rate in ("0.1", "0.01")
        for epochs in ("1", "20", "3")
        for seed in (0, 1)
    ]
    cells.append(cell({"learning_rate": "0.1", "epochs": "4"}, status="failed"))
    plot = plot_of(cells)
    assert (plot.drawn, plot.results, plot.has_missing) == (6, 6, False)
    assert len(lines(plot, 3)) == 6
    # The last one, which is above the others, is the best.
    assert "var(--series-2)" in lines(plot, 3)[-1].get("style", "")
    shown = labels(plot)
    for name in ("learning_rate", "epochs", "validation accuracy", "0.1", "0.01", "1", "3", "20"):
        assert shown.count(name) == 1, name
    label = ET.fromstring(plot.drawing).get("aria-label", "")
    assert "6 combinations" in label
    assert "from 0.4100 to 0.6000" in label
    assert "Best: mnist dense learning_rate=0.1 epochs=20." in label


def test_what_does_not_apply_is_below_the_others(cell: GridMaker) -> None:
    cells = [
        cell({"dense.units": "64"}),
        cell({"dense.units": "128"}),
        cell({"architecture": "cnn"}, 0.7),
    ]
    plot = plot_of(cells)
    assert plot.has_missing
    assert "\N{EN DASH}" in labels(plot)
    heights = [
        float(re.findall(r"[ML] [\d.]+ ([\d.]+)", e.get("d", ""))[1]) for e in lines(plot, 3)
    ]
    assert max(heights) == heights[-1]  # downwards in SVG


def test_a_result_far_below_the_others_is_at_the_end_of_the_axis(cell: GridMaker) -> None:
    accuracies = (0.10, 0.90, 0.91, 0.92, 0.93)
    plot = plot_of([cell({"epochs": str(at)}, each) for at, each in enumerate(accuracies)])
    (least,) = (each for each in labels(plot) if each.startswith("≤"))
    assert float(least[2:]) > 0.8


def test_many_combinations_are_thinned_out_and_stay_small(cell: GridMaker) -> None:
    cells = [
        cell({"learning_rate": f"{1 / (at + 1):.6g}", "callbacks": f"c{at % 40}"}, at / 2000)
        for at in range(2000)
    ]
    plot = plot_of(cells)
    assert (plot.drawn, plot.results) == (MOST, 2000)
    assert len(lines(plot, 3)) == MOST
    assert len(plot.drawing) < 300_000
    # Not every one of 40 words has a label.
    assert sum(each.startswith("c") for each in labels(plot)) <= 20


def test_long_words_have_different_labels(cell: GridMaker) -> None:
    words = [f"keras_application:name=ResNet{depth},weights=imagenet" for depth in (50, 101)]
    words += [f"dense:units=512,activation=relu,dropout=0.{at}" for at in (1, 2)]
    shown = labels(plot_of([cell({"architecture": each}) for each in words]))
    assert len({each for each in shown if "…" in each}) == 4


def test_without_a_result_there_is_no_plot(cell: GridMaker) -> None:
    assert parallel_of(grid_of([cell({"epochs": at}, status="failed") for at in "12"]), "a") is None
    assert parallel_of(grid_of([cell({})]), "a") is None
