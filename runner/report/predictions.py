"""The predictions on the test split: confusions, mistakes, scores and calibration."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from zookit.core import Evaluation
from zookit.core.messages import printable
from zookit.inference.data_uri import data_uri
from zookit.inference.picture import is_small
from zookit.inference.scores import Scores
from zookit.report.confusion import Confusion, confusion_of
from zookit.report.epochs import ROWS
from zookit.report.numbers import Number, number
from zookit.report.reliability import Reliability, reliability_of

if TYPE_CHECKING:
    import numpy.typing as npt

    from zookit.inference.explanation import Explanation

MISTAKES = 24  # fills rows of 3, 6 and 8
"""The most mistakes that are shown."""


@dataclass(frozen=True, eq=False)
class ExplainedMistakes:
    """The surest mistakes of a model, at most 24, and where it looked for the predicted classes.

    `at`, int64 (N,), are the numbers of the test images, and `images`, uint8 (N, H, W, C), the
    images.
    """

    at: "npt.NDArray[np.int64]"
    images: "npt.NDArray[np.uint8]"
    explanation: "Explanation"

    def overlays(self) -> "list[npt.NDArray[np.uint8]]":
        """Return each image with where the model looked, uint8 (H, W, 3)."""
        from zookit.inference.explanation import overlay  # only a model can be explained

        pairs = zip(self.images, self.explanation.maps, strict=True)
        return [overlay(image, where) for image, where in pairs]


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
    where: str = ""
    """The address of the image with where the model looked; empty if that is not known."""


@dataclass(frozen=True)
class SplitResults:
    """The results on the test split. `classes` may be fewer than `class_count`.

    `method` is how the mistakes are explained; empty if they are not.
    """

    images: int
    wrong: int
    confusion: Confusion
    reliability: Reliability
    classes: list[ClassScores]
    class_count: int
    mistakes: list[Mistake]
    method: str = ""


def results_of(
    evaluation: Evaluation,
    class_names: Sequence[str],
    anchor: str,
    explained: ExplainedMistakes | None = None,
) -> SplitResults:
    """Return the results of an evaluation.

    `anchor` begins the drawings' ids within the page; `explained` is where the model looked.
    """
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
        list(_mistakes(evaluation, classes, explained)),
        "" if explained is None else explained.explanation.method,
    )


def _worst(scores: Scores) -> list[int]:
    """Return the indices of the classes with the lowest F1, at most `ROWS`, in ascending order."""
    order = np.argsort(np.nan_to_num(scores.f1, nan=2.0), kind="stable")
    found: list[int] = np.sort(order[:ROWS]).tolist()
    return found


def _mistakes(
    evaluation: Evaluation, classes: Sequence[str], explained: ExplainedMistakes | None
) -> Iterator[Mistake]:
    at, images = evaluation.mistakes_at[:MISTAKES], evaluation.mistakes[:MISTAKES]
    where = [""] * len(at)
    if explained is not None:
        at, images = explained.at, explained.images
        where = [data_uri(each) for each in explained.overlays()]
    height, width = images.shape[1:3]
    for number_of, pixels, covered in zip(at.tolist(), images, where, strict=True):
        yield Mistake(
            number_of,
            classes[int(evaluation.predicted[number_of])],
            f"{float(evaluation.probability[number_of]):.1%}",
            classes[int(evaluation.labels[number_of])],
            data_uri(pixels),
            is_small(width, height),
            covered,
        )
