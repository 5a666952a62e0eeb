"""Runs ranked by the loss or by a metric that they measured."""

from dataclasses import replace

import pytest
from edited_runs import RunMaker, specs

from zookit.core import BadParameter
from zookit.leaderboard.leaderboard import leaderboard
from zookit.runs.run import RunRecord

F1, ERROR = "zookit/macro_f1", "zookit/calibration_error"


def measured(
    make: RunMaker, name: str, validation: float | None, test: float, *, units: int, higher: bool
) -> RunRecord:
    """A run with a metric, and an accuracy that falls with the number of units."""
    run = make(units=[units], test=1 / units, experiment=specs("metrics", (name, {})))
    assert run.ending
    metric = name.partition("/")[2]
    logged = {k: v for k, v in run.ending.last_epoch.items() if not k.startswith("val_")}
    if validation is not None:
        logged |= {"val_accuracy": 1 / units, f"val_{metric}": validation}
    components = tuple(
        replace(each, higher_is_better=higher) if each.name == name else each
        for each in run.environment.components
    )
    return replace(
        run,
        environment=replace(run.environment, components=components),
        ending=replace(run.ending, last_epoch=logged, test={**run.ending.test, metric: test}),
    )


@pytest.mark.parametrize(("name", "higher"), [(F1, True), (ERROR, False)])
def test_runs_are_ranked_by_a_metric_in_its_direction(
    make: RunMaker, name: str, higher: bool
) -> None:
    runs = [
        measured(make, name, value, value / 2, units=units, higher=higher)
        for units, value in ((2, 0.3), (4, 0.5), (8, 0.4))
    ]
    metric = name.partition("/")[2]
    board = leaderboard(runs, metric)
    (table,) = board.tables
    found = [row.validation_value and row.validation_value.value for row in table.rows]
    assert found == sorted((0.3, 0.4, 0.5), reverse=higher)
    assert f"by validation {metric}" in table.heading
    assert table.cells()[0][f"validation {metric}"] == f"{found[0]:.4f}"
    assert f"test {metric}" in table.numbers
    assert board.flat()[0]["ranked_by"] == f"validation_{metric}"
    assert board.flat()[0][f"test_{metric}"] == (found[0] or 0) / 2
    (by_accuracy,) = leaderboard(runs).tables
    assert [row.values["units"] for row in by_accuracy.rows] == ["2", "4", "8"]
    assert f"validation {metric}" not in by_accuracy.cells()[0]


def test_without_validation_the_metric_of_the_test_split_ranks(make: RunMaker) -> None:
    runs = [
        measured(make, F1, None, test, units=units, higher=True)
        for units, test in ((2, 0.25), (4, 0.75))
    ]
    (table,) = leaderboard(runs, "macro_f1").tables
    assert [cells["test macro_f1"] for cells in table.cells()] == ["0.7500", "0.2500"]
    assert "by test macro_f1" in table.heading


def test_a_lower_loss_is_better(make: RunMaker) -> None:
    (table,) = leaderboard([make(loss=2.0), make(loss=1.0, units=[3])], "loss").tables
    assert [row.validation_loss for row in table.rows] == [1.0, 2.0]


def test_runs_without_the_metric_are_not_ranked(make: RunMaker) -> None:
    with_it, without = measured(make, F1, 0.5, 0.5, units=2, higher=True), make()
    board = leaderboard([with_it, without], "macro_f1")
    assert [row.runs for table in board.tables for row in table.rows] == [(with_it,)]
    ((unranked),) = board.unranked
    assert unranked.run == without
    assert "macro_f1" in unranked.reason


def test_a_metric_that_no_run_has_is_refused(make: RunMaker) -> None:
    run = measured(make, F1, 0.5, 0.5, units=2, higher=True)
    with pytest.raises(BadParameter, match=r"'macro_f2'.*Did you mean 'macro_f1'"):
        leaderboard([run], "macro_f2")
    assert leaderboard([], "macro_f1").tables == ()
