"""What a notebook shows of an evaluation, and which accuracies are equal."""

import math

import numpy as np
import pytest

from zookit.core import Evaluation
from zookit.core.evaluation import accuracies_differ


def test_an_evaluation_shows_accuracy_and_mistakes() -> None:
    evaluation = Evaluation(
        labels=np.arange(5),
        predicted=np.array([0, 1, 2, 3, 1]),
        probability=np.full(5, 0.75, np.float32),
        mistakes_at=np.array([4]),
        mistakes=np.zeros((1, 8, 8, 3), np.uint8),
    )
    assert repr(evaluation) == "<Evaluation: 5 images, accuracy 0.8000, 1 mistake>"
    shown = evaluation._repr_html_()
    assert "accuracy 0.8000" in shown
    assert "0.7500" in shown
    assert shown.count("data:image/png;base64,") == 1


@pytest.mark.parametrize(
    ("other", "images", "differs"),
    [
        (0.8515, 10_000, False),
        (0.8475, 10_000, True),
        (0.95, 20, False),  # two images
        (1.0, 20, True),  # three
        (math.nan, 20, False),
    ],
)
def test_accuracies_may_differ_by_rounding(other: float, images: int, *, differs: bool) -> None:
    assert accuracies_differ(0.85, other, images) is differs
    assert accuracies_differ(other, 0.85, images) is differs
