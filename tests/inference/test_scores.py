"""Scores of an evaluation, against values counted by hand."""

import numpy as np
import pytest
from bounded import bounded

from zookit.core import Evaluation
from zookit.inference.scores import Scores


def evaluation(labels: list[int], predicted: list[int]) -> Evaluation:
    return Evaluation(
        np.array(labels),
        np.array(predicted),
        np.ones(len(labels), np.float32),
        np.empty(0, np.int64),
        np.empty((0, 1, 1, 1), np.uint8),
    )


def test_scores() -> None:
    scores = Scores.of(evaluation([0, 0, 0, 1, 2, 2], [0, 1, 1, 1, 0, 0]), "abcde")
    assert scores.confusion.dtype == scores.support.dtype == scores.pairs.dtype == np.int64
    assert scores.pairs.tolist() == [[0, 0, 1], [0, 1, 2], [1, 1, 1], [2, 0, 2]]
    assert scores.confusion_among(np.array([0, 2])).tolist() == [[1, 0], [2, 0]]
    assert scores.data is None
    assert scores.confusion.tolist() == [
        [1, 2, 0, 0, 0],
        [0, 1, 0, 0, 0],
        [2, 0, 0, 0, 0],
        [0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0],
    ]
    nan = float("nan")
    np.testing.assert_allclose(scores.precision, [1 / 3, 1 / 3, nan, nan, nan])
    np.testing.assert_allclose(scores.recall, [1 / 3, 1, 0, nan, nan])
    np.testing.assert_allclose(scores.f1, [1 / 3, 1 / 2, 0, nan, nan])
    assert scores.support.tolist() == [3, 1, 2, 0, 0]
    assert scores.accuracy == pytest.approx(2 / 6)


def test_the_most_frequent_confusions() -> None:
    scores = Scores.of(evaluation([0, 0, 0, 1, 2, 2, 1], [0, 1, 1, 1, 0, 0, 2]), "abc")
    assert scores.confused(10) == [(0, 1, 2), (2, 0, 2), (1, 2, 1)]
    assert scores.confused(1) == [(0, 1, 2)]
    assert scores.confused(0) == []
    assert scores.confused() == scores.confused(10)


def test_memory_grows_with_the_images_not_with_the_square_of_the_classes() -> None:
    labels = list(range(5000))
    with bounded(megabytes=64):
        scores = Scores.of(evaluation(labels, labels[::-1]), [str(at) for at in labels])
        assert scores.confused(2) == [(0, 4999, 1), (1, 4998, 1)]
        assert scores.accuracy == 0


def test_scores_show_the_accuracy_and_a_table_of_classes() -> None:
    scores = Scores.of(evaluation([0, 0, 1], [0, 1, 1]), ["<cat>", "dog", "never seen"])
    assert "0.6667" in repr(scores)
    assert "3 images in 3 classes" in repr(scores)
    table = scores._repr_html_()
    assert "&lt;cat&gt;" in table
    assert "0.5000" in table
    assert "nan" not in table
