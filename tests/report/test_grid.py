"""The grid of a sweep: what varies, means over seeds, the best, and the rows for CSV."""

import statistics
from pathlib import Path

import pytest
from made_grids import GridMaker

from zookit.core import BadParameter
from zookit.report.grid import grid_of
from zookit.report.scale import scales_of

pytestmark = pytest.mark.xdist_group("report")


def test_a_combination_has_mean_and_spread_over_its_seeds(cell: GridMaker) -> None:
    values = (0.7, 0.8, 0.84)
    cells = [cell({"batch_size": "32"}, each, seed=at) for at, each in enumerate(values)]
    cells += [
        cell({"batch_size": "64"}, 0.9),
        cell({"batch_size": "64"}, seed=1, status="failed", reason="out of memory"),
        cell({"batch_size": "128"}, status="waiting"),
    ]
    grid = grid_of(cells)
    best, several, none = grid.combinations
    assert several.result
    assert several.result.value == pytest.approx(statistics.mean(values))
    assert several.result.spread == pytest.approx(statistics.stdev(values))
    assert several.result.seeds == 3
    assert best.result
    assert (best.result.value, best.result.spread, len(best.cells)) == (0.9, None, 2)
    assert (none.values["batch_size"], none.result) == ("128", None)
    first, second, third = grid.rows()
    assert (first["cells"], first["finished"], first["seeds"]) == (2, 1, "0")
    assert second["validation_accuracy"] == several.result.value
    assert second["validation_accuracy_spread"] == several.result.spread
    assert (second["seeds"], second["test_accuracy"]) == ("0 1 2", 0.5)
    assert third["validation_accuracy"] is None
    assert third["seconds"] is None
    assert list(first) == list(second) == list(third)
    assert "seed" not in first


def test_what_varies_is_in_the_order_of_numbers(cell: GridMaker) -> None:
    grid = grid_of(
        cell({"architecture": word, "learning_rate": rate, "epochs": "5"}, seed=seed)
        for word in ("dense", "cnn")
        for rate in ("1e-2", "0.1", "0.001")
        for seed in (0, 1)
    )
    assert grid.varied == {
        "architecture": ("dense", "cnn"),
        "learning_rate": ("0.001", "1e-2", "0.1"),
    }


def test_results_on_different_data_are_not_ranked_against_each_other(cell: GridMaker) -> None:
    grid = grid_of(
        [
            cell({"data": "full", "architecture": "dense"}, 0.9),
            cell({"data": "full", "architecture": "cnn"}, 0.95),
            cell({"data": "sample", "architecture": "dense"}, 0.7),
            cell({"data": "sample", "architecture": "cnn"}, 0.6),
            cell({"data": "sample", "architecture": "none"}, status="misfit"),
        ]
    )
    found = [(each.combination.data, each.combination.values) for each in grid.bests]
    assert found == [
        ("mnist, full", {"dataset": "mnist", "data": "full", "architecture": "cnn"}),
        ("mnist, sample", {"dataset": "mnist", "data": "sample", "architecture": "dense"}),
    ]
    scales = scales_of(grid.combinations, grid.ranking)
    assert (scales["mnist, full"].worst, scales["mnist, sample"].best) == (0.9, 0.7)


def test_cells_are_ranked_on_validation_only_if_all_have_it(cell: GridMaker) -> None:
    cells = [cell({"epochs": "1"}, 0.3, test=0.9), cell({"epochs": "2"}, 0.4, test=0.8)]
    grid = grid_of(cells)
    assert (grid.measure, grid.combinations[0].values["epochs"]) == ("validation accuracy", "2")
    grid = grid_of([*cells, cell({"epochs": "3"}, None, test=0.7)])
    assert grid.measure == "test accuracy"
    assert [each.values["epochs"] for each in grid.combinations] == ["1", "2", "3"]


def test_the_loss_ranks_in_its_own_direction(cell: GridMaker) -> None:
    cells = [cell({"epochs": "1"}, 0.9), cell({"epochs": "2"}, 0.4)]  # the loss is 1 - accuracy
    grid = grid_of(cells, "loss")
    assert grid.measure == "validation loss"
    assert [each.values["epochs"] for each in grid.combinations] == ["1", "2"]
    with pytest.raises(BadParameter, match="macro_f1"):
        grid_of(cells, "macro_f1")


def test_the_best_of_each_data_set_and_the_command(
    cell: GridMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = [
        cell({"dataset": data, "epochs": epochs}, best + 0.1 * seed, seed=seed)
        for data, epochs, best in (("mnist", "1", 0.5), ("mnist", "2", 0.6), ("other", "1", 0.2))
        for seed in (0, 1)
    ]
    bests = grid_of(cells).bests
    assert [each.combination.values["dataset"] for each in bests] == ["mnist", "other"]
    assert cells[3].run
    assert bests[0].run.folder == cells[3].run.folder  # the better seed of the better combination
    folder = cells[3].run.folder
    assert bests[0].command == f"zookit predict 'made runs/{folder.name}' IMAGE"
    monkeypatch.chdir(tmp_path)
    assert bests[0].command == f"zookit predict '{folder}' IMAGE"
    pruned = grid_of([cell({}, 0.9, status="pruned")])
    assert pruned.bests == ()


def test_a_pruned_cell_is_not_ranked(cell: GridMaker) -> None:
    grid = grid_of([cell({"epochs": "1"}, 0.9, status="pruned"), cell({"epochs": "2"}, 0.4)])
    assert [each.values["epochs"] for each in grid.combinations] == ["2", "1"]
    assert grid.combinations[1].result is None
