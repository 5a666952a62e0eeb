"""What a notebook shows of an evaluation."""

import numpy as np

from zookit.core import Evaluation


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
