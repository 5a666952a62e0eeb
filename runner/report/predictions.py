"""The predictions on the test split: confusions, mistakes, scores and calibration."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from zookit.core import Evaluation
from zookit.core.messages import printable
from zookit.inference.scores import Scores
from zookit.report.confusion import Confusion, confusion_of
from zookit.report.data_uri import data_uri
from zookit.report.epochs import ROWS
from zookit.report.numbers import Number, number
from zookit.report.reliability import Reliability, reliability_of

_MISTAKES = 24  # fills rows of 3, 6 and 8
_SMALL = 64
"""Images with fewer pixels than this on each side are shown without smoothing."""


@dataclass(frozen=True)
class ClassScores:
    """A row of the table of classes. A score is None if it divides by zero."""

    name: str
    images: int
    scores: list[Number | None]


@dataclass(frozen=True)
class Mistake:
    """A test image with the predicted class, its probability, and the true class."""

    at: int
    predicted: str
    probability: str
    true: str
    address: str
    is_small: bool


@dataclass(frozen=True)
class SplitResults:
    """The results on the test split. `classes` may be fewer than `class_count`."""

    images: int
    wrong: int
    confusion: Confusion
    reliability: Reliability
    classes: list[ClassScores]
    class_count: int
    mistakes: list[Mistake]


def results_of(evaluation: Evaluation, class_names: Sequence[str], anchor: str) -> SplitResults:
    """Return the results of an evaluation. `anchor` begins the drawings' ids within the page."""
    classes = [printable(each) for each in class_names]
    scores = Scores.of(evaluation, classes)
    rows = [
        ClassScores(
            classes[at],
            int(scores.support[at]),
            [number(each[at]) for each in (scores.precision, scores.recall, scores.f1)],
        )
        for at in _worst(scores)
    ]
    return SplitResults(
        len(evaluation.labels),
        int(np.count_nonzero(evaluation.labels != evaluation.predicted)),
        confusion_of(f"{anchor}-confusion", scores, classes),
        reliability_of(f"{anchor}-reliability", scores.calibration, scores.accuracy),
        rows,
        len(classes),
        list(_mistakes(evaluation, classes)),
    )


def _worst(scores: Scores) -> list[int]:
    """Return the indices of the classes with the lowest F1, at most `ROWS`, in ascending order."""
    order = np.argsort(np.nan_to_num(scores.f1, nan=2.0), kind="stable")
    found: list[int] = np.sort(order[:ROWS]).tolist()
    return found


def _mistakes(evaluation: Evaluation, classes: Sequence[str]) -> Iterator[Mistake]:
    height, width = evaluation.mistakes.shape[1:3]
    pairs = zip(evaluation.mistakes_at.tolist(), evaluation.mistakes, strict=True)
    for at, pixels in list(pairs)[:_MISTAKES]:
        yield Mistake(
            at,
            classes[int(evaluation.predicted[at])],
            f"{float(evaluation.probability[at]):.1%}",
            classes[int(evaluation.labels[at])],
            data_uri(pixels),
            max(height, width) < _SMALL,
        )
