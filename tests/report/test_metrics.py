"""The metrics of a run on the page: headline numbers and curves."""

from dataclasses import replace
from pathlib import Path

import pytest
from edited_runs import RunMaker, specs

from zookit.report.metrics import headline_metrics, logged_metrics
from zookit.runs.run import RunRecord


@pytest.fixture
def measured(tmp_path: Path) -> RunRecord:
    """A run with a metric for which a lower value is better."""
    name = "zookit/calibration_error"
    run = RunMaker(tmp_path)(experiment=specs("metrics", (name, {})))
    assert run.ending
    components = tuple(
        replace(each, higher_is_better=False if each.name == name else None)
        for each in run.environment.components
    )
    return replace(
        run,
        environment=replace(run.environment, components=components),
        history={**run.history, "calibration_error": (0.4,), "val_calibration_error": (0.3,)},
        ending=replace(run.ending, test={**run.ending.test, "calibration_error": 0.2}),
    )


def test_chosen_metrics_have_curves_with_their_direction(measured: RunRecord) -> None:
    found = logged_metrics(measured, "")
    assert list(found) == ["loss", "accuracy", "calibration_error"]
    metric = found["calibration_error"]
    assert (metric.training, metric.validation, metric.test) == ((0.4,), (0.3,), 0.2)
    assert [each.higher_is_better for each in found.values()] == [False, True, False]


def test_chosen_metrics_are_among_the_main_results(measured: RunRecord) -> None:
    tiles = {name: (value, note) for name, value, note in headline_metrics(measured)}
    value, note = tiles["Test calibration_error"]
    assert value == "0.2000"
    assert "0.3000" in note


@pytest.mark.parametrize(
    ("restored", "validation", "notes", "training"),
    [
        (None, "80.00%", ("last, epoch 3", "best 90.00% in epoch 2"), "70.00%"),
        (2, "90.00%", ("restored, epoch 2",), "60.00%"),
        (1, "70.00%", ("restored, epoch 1", "best 90.00% in epoch 2"), "50.00%"),
    ],
)
def test_the_accuracies_are_those_of_the_kept_weights(
    measured: RunRecord,
    restored: int | None,
    validation: str,
    notes: tuple[str, ...],
    training: str,
) -> None:
    history = {
        "accuracy": (0.5, 0.6, 0.7),
        "val_accuracy": (0.7, 0.9, 0.8),
        "val_calibration_error": (0.1, 0.2, 0.3),
    }
    assert measured.ending
    ending = replace(measured.ending, restored_epoch=restored)
    run = replace(measured, history=history, ending=ending)
    tiles = {name: (value, note) for name, value, note in headline_metrics(run)}
    assert tiles["Validation accuracy"] == (validation, "; ".join(notes))
    assert tiles["Training accuracy"] == (training, notes[0])
    assert tiles["Test calibration_error"][1] == f"validation 0.{restored or 3}000"
