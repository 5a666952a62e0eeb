"""The predictions on the test split, in a file."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_runs import rehashed

from zookit.core import BadRun, Evaluation
from zookit.runs.evaluation import load_evaluation, save_evaluation
from zookit.runs.run import EVALUATION, read_run


def test_a_finished_run_has_its_predictions(finished: Path) -> None:
    record = read_run(finished)
    evaluation = load_evaluation(record)
    assert evaluation is not None
    assert len(evaluation.labels) == 24
    accuracy = float(np.mean(evaluation.labels == evaluation.predicted))
    assert record.metrics["accuracy"] == pytest.approx(accuracy)
    wrong = (
        evaluation.labels[evaluation.mistakes_at] != evaluation.predicted[evaluation.mistakes_at]
    )
    assert wrong.all()


def test_other_runs_have_none(run: Path) -> None:
    metrics = json.loads((run / "metrics.json").read_text())
    (run / "metrics.json").write_text(json.dumps({**metrics, "status": "interrupted"}))
    assert load_evaluation(read_run(run)) is None
    (run / "metrics.json").unlink()
    assert load_evaluation(read_run(run)) is None


def changed(**functions: Callable[[Any], Any]) -> Callable[[Evaluation], Evaluation]:
    return lambda found: replace(
        found, **{name: change(getattr(found, name)) for name, change in functions.items()}
    )


@pytest.mark.parametrize(
    ("change", "fact"),
    [
        (changed(labels=lambda each: each.astype(np.int32)), "arrays"),
        (changed(labels=lambda each: each[:-1]), "lengths"),
        (changed(mistakes=lambda each: np.concatenate([each, each])), "missing"),
        (changed(probability=lambda each: each * np.nan), "probability"),
        (changed(probability=lambda each: each + 2), "probability"),
        (changed(predicted=lambda each: each + 3), "predicted"),
        (changed(labels=lambda each: each - 9), "labels"),
        (
            changed(mistakes_at=lambda each: np.array([99]), mistakes=lambda each: each[:0]),
            "missing",
        ),
        (
            changed(
                mistakes_at=lambda each: np.array([0]),
                mistakes=lambda each: np.zeros((1, 8, 8, 3), np.uint8),
            ),
            "1 channel",
        ),
    ],
)
def test_an_evaluation_that_does_not_fit_is_refused(
    run: Path, change: Callable[[Evaluation], Evaluation], fact: str
) -> None:
    record = read_run(run)
    evaluation = load_evaluation(record)
    assert evaluation is not None
    save_evaluation(run / EVALUATION, change(evaluation))
    with pytest.raises(BadRun, match=fact):
        load_evaluation(rehashed(record))
