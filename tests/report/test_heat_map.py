"""Heat maps: which numbers they have, where, and what stands for those that are missing."""

import itertools

import pytest
from made_grids import GridMaker

from zookit.report.grid import GridCell, grid_of
from zookit.report.heat_map import HeatMap, heat_maps

pytestmark = pytest.mark.xdist_group("report")


def only(cells: list[GridCell]) -> HeatMap:
    (found,) = heat_maps(grid_of(cells))
    return found


def texts(found: HeatMap) -> dict[str, list[str]]:
    return {label: [each.text for each in entries] for label, entries in found.rows}


def test_a_number_is_the_mean_over_seeds_and_the_best_over_the_rest(cell: GridMaker) -> None:
    cells = [
        cell(
            {"learning_rate": rate, "dense.units": units, "callbacks": callbacks},
            int(units) / 1000 + 10 * float(rate) / 2 + 0.2 * bool(callbacks) + 0.02 * seed,
            seed=seed,
        )
        for rate in ("0.01", "0.002")
        for units in ("128", "64")
        for callbacks in ("", "stop_at_loss")
        for seed in (0, 1)
    ]
    maps = {(each.rows_of, each.columns_of): each for each in heat_maps(grid_of(cells))}
    assert len(maps) == 3
    found = maps["learning_rate", "dense.units"]
    assert found.columns == ["64", "128"]
    assert texts(found) == {"0.002": ["0.2840", "0.3480"], "0.01": ["0.3240", "0.3880"]}
    strengths = {label: [each.strength for each in row] for label, row in found.rows}
    assert strengths["0.01"][1] == 1
    assert strengths["0.002"][0] == 0
    assert [(label, [e.is_best for e in row]) for label, row in found.rows] == [
        ("0.002", [False, False]),
        ("0.01", [False, True]),
    ]
    # What the number is of can be looked up.
    assert "stop_at_loss" in found.rows[0][1][0].title


def test_what_is_missing_is_marked_and_explained(cell: GridMaker) -> None:
    def of(a: str, b: str, **options: object) -> GridCell:
        return cell({"epochs": a, "batch_size": b}, **options)  # type: ignore[arg-type]

    cells = [
        of("1", "8"),
        of("2", "8", seed=1),
        of("2", "8", status="failed"),
        of("3", "8", status="failed"),
        of("1", "16", status="misfit"),
        of("2", "16", status="waiting"),
        of("3", "16", status="pruned"),
        of("1", "32", status="pruned"),
        of("1", "32", seed=1),
        of("2", "32"),
    ]
    found = only(cells)
    assert (found.rows_of, found.columns_of) == ("batch_size", "epochs")
    assert found.columns == ["1", "2", "3"]
    assert texts(found) == {
        "8": ["0.5000", "0.5000*", "failed"],
        "16": ["no fit", "not run", "pruned"],
        "32": ["0.5000", "0.5000", "\N{EN DASH}"],
    }
    assert set(found.marks) == {"*", "failed", "no fit", "not run", "pruned", "\N{EN DASH}"}
    assert all(found.marks.values())
    assert all((e.strength is None) == (e.text[0] != "0") for _, row in found.rows for e in row)


def test_data_sets_are_never_mixed(cell: GridMaker) -> None:
    cells = [
        cell({"dataset": data, "epochs": epochs, "batch_size": size}, base + 0.01 * int(epochs))
        for data, base in (("mnist", 0.9), ("fashion_mnist", 0.5))
        for epochs in ("1", "2")
        for size in ("32", "64")
    ]
    maps = heat_maps(grid_of(cells))
    assert sorted(each.data for each in maps) == ["", "", "fashion_mnist", "mnist"]
    for each in maps:
        if {each.rows_of, each.columns_of} == {"dataset", "epochs"}:
            strengths = {label: [e.strength for e in row] for label, row in each.rows}
            assert strengths == {"mnist": [0, 1], "fashion_mnist": [0, 1]}
            assert [e.is_best for _, row in each.rows for e in row] == [False, True] * 2
        if each.data == "mnist":
            assert all(float(e.text) > 0.9 for _, row in each.rows for e in row)


def test_a_parameter_of_one_architecture_has_maps_of_that_one(cell: GridMaker) -> None:
    cells = [
        cell({"epochs": epochs, **words}, 0.5 + int(epochs) / 10)
        for epochs in ("1", "2")
        for words in (
            {"architecture": "dense", "dense.units": "64"},
            {"architecture": "dense", "dense.units": "128"},
            {"architecture": "cnn"},
        )
    ]
    maps = {frozenset((each.rows_of, each.columns_of)) for each in heat_maps(grid_of(cells))}
    assert maps == {frozenset(("architecture", "epochs")), frozenset(("dense.units", "epochs"))}


def test_the_map_whose_numbers_differ_most_comes_first(cell: GridMaker) -> None:
    cells = [
        cell({"epochs": a, "batch_size": b, "validation": c}, int(a) / 10 + int(b) / 1e4)
        for a, b, c in itertools.product(("1", "8"), ("32", "64"), ("0.1", "0.2"))
    ]
    maps = heat_maps(grid_of(cells))
    assert len(maps) == 3
    assert {maps[-1].rows_of, maps[-1].columns_of} == {"batch_size", "validation"}


def test_many_numbers_are_put_together_in_ranges(cell: GridMaker) -> None:
    cells = [
        cell({"learning_rate": f"{10 ** (at / 20):.6g}", "optimizer": word}, 0.3 + at / 100)
        for at in range(41)
        for word in ("adam", "sgd")
    ]
    found = only(cells)
    assert (found.rows_of, found.columns_of) == ("learning_rate", "optimizer")
    labels = [label for label, _ in found.rows]
    assert len(labels) == 6
    assert (labels[0].split()[0], labels[-1].split()[-1]) == ("1", "100")
    # The number is the best within the range.
    assert texts(found)[labels[-1]] == ["0.7000", "0.7000"]
    assert found.left_out == 0


def test_of_many_words_those_of_the_best_are_shown(cell: GridMaker) -> None:
    cells = [
        cell({"callbacks": f"c{at}", "epochs": epochs}, 0.1 + at / 100)
        for at in range(50)
        for epochs in ("1", "2")
    ]
    found = only(cells)
    assert [label for label, _ in found.rows] == [f"c{at}" for at in range(30, 50)]
    assert found.left_out == 30


def test_there_is_no_map_without_two_numbers(cell: GridMaker) -> None:
    assert heat_maps(grid_of([])) == []
    assert heat_maps(grid_of([cell({"epochs": "1"}), cell({"epochs": "2"})])) == []
    failed = [cell({"epochs": a, "batch_size": b}, status="failed") for a in "12" for b in "34"]
    assert heat_maps(grid_of([*failed, cell({"epochs": "1", "batch_size": "4"})])) == []
