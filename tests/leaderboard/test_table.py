"""The cells of a table."""

import statistics

import pytest
from edited_runs import RunMaker, requesting

from zookit.leaderboard.leaderboard import leaderboard


def test_fewer_epochs_than_requested_are_shown(make: RunMaker) -> None:
    made = [make(seed=seed, epochs=epochs) for seed, epochs in enumerate((2, 4))]
    (table,) = leaderboard(requesting(run, 9) for run in made).tables
    assert (table.rows[0].epochs, table.rows[0].epochs_requested) == ((2, 4), 9)
    (cells,) = table.cells()
    assert cells["epochs"] == "2-4 of 9"


def test_repetitions_of_a_seed_count_once_and_are_shown(make: RunMaker) -> None:
    runs = [
        make(seed=seed, validation=validation)
        for seed, validation in ((0, 0.4), (0, 0.4), (0, 0.4), (1, 0.8))
    ]
    (table,) = leaderboard(runs).tables
    (row,) = table.rows
    assert row.validation_accuracy
    assert row.validation_accuracy.value == pytest.approx(0.6)
    assert row.validation_accuracy.spread == pytest.approx(statistics.stdev([0.4, 0.8]))
    (cells,) = table.cells()
    assert cells["seeds"] == "2 in 4 runs"
    assert cells["validation accuracy"] == "0.6000 ± 0.2828"


def test_without_validation_there_is_no_validation_column(make: RunMaker) -> None:
    (table,) = leaderboard([make(validation=None, test=0.25)]).tables
    (cells,) = table.cells()
    assert cells["test accuracy"] == "0.2500"
    assert "validation accuracy" not in cells
    assert "no validation" in table.heading
