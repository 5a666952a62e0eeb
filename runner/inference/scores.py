"""Scores of an evaluation, by class."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from zookit.core import Evaluation, html
from zookit.core.messages import counted
from zookit.core.source import DataOrigin
from zookit.inference.calibration import Calibration

if TYPE_CHECKING:
    import numpy.typing as npt

    Counts = npt.NDArray[np.int64]
    Fractions = npt.NDArray[np.float64]


@dataclass(frozen=True)
class EvaluatedData:
    """The data that a run was evaluated on.

    `dataset` are the words of the data set, and `hash` is the SHA-256 of its images and labels;
    `own` is true if the run was trained on the same data, and `images` is the number of images.
    """

    dataset: str
    origin: DataOrigin
    hash: str
    own: bool
    images: int


@dataclass(frozen=True, eq=False, repr=False)
class Scores:
    """How often each of C classes was predicted, and how often correctly.

    `pairs`, int64 (M, 3), has a row for each pair of classes that occurs, in ascending order: the
    true class, the predicted class, and the number of images. `precision`, `recall` and `f1`,
    float64 (C,), 0 to 1, are NaN if they divide 0 by 0: the precision of a class that was never
    predicted, the recall of a class without images, the F1 of a class that is both. `support`,
    int64 (C,), counts the images of each class, and `accuracy` is the fraction of all images that
    were predicted correctly. `calibration` says how far the probabilities can be trusted.
    `class_names` are in the order of the labels. `data` is what was evaluated, if it is known.
    """

    pairs: "Counts"
    precision: "Fractions"
    recall: "Fractions"
    f1: "Fractions"
    support: "Counts"
    accuracy: float
    calibration: Calibration
    class_names: tuple[str, ...]
    data: EvaluatedData | None = None

    @classmethod
    def of(
        cls,
        evaluation: Evaluation,
        class_names: Sequence[str],
        data: EvaluatedData | None = None,
    ) -> Self:
        """Return the scores of an evaluation of at least one image."""
        count = len(class_names)
        found, images = np.unique(
            evaluation.labels.astype(np.int64) * count + evaluation.predicted, return_counts=True
        )
        pairs = np.stack([found // count, found % count, images.astype(np.int64)], 1)
        support = np.bincount(evaluation.labels, minlength=count).astype(np.int64)
        predicted = np.bincount(evaluation.predicted, minlength=count).astype(np.int64)
        correct = np.zeros(count, np.int64)
        right = pairs[:, 0] == pairs[:, 1]
        correct[pairs[right, 0]] = pairs[right, 2]
        return cls(
            pairs,
            _divide(correct, predicted),
            _divide(correct, support),
            _divide(2 * correct, predicted + support),
            support,
            float(correct.sum() / support.sum()),
            Calibration.of(evaluation),
            tuple(class_names),
            data,
        )

    @property
    def confusion(self) -> "Counts":
        """The images by true class (row) and predicted class (column), int64 (C, C).

        With many classes `pairs` is much smaller.
        """
        return self.confusion_among(np.arange(len(self.class_names)))

    def confusion_among(self, labels: "Counts") -> "Counts":
        """Return the part of the confusion matrix for these labels, which are ascending."""
        shown = np.isin(self.pairs[:, :2], labels).all(1)
        true, predicted, images = self.pairs[shown].T
        counts = np.zeros((len(labels), len(labels)), np.int64)
        counts[np.searchsorted(labels, true), np.searchsorted(labels, predicted)] = images
        return counts

    def __repr__(self) -> str:
        """Return the accuracy, and the number of images and classes, in one line."""
        images, classes = counted(int(self.support.sum()), "image"), len(self.class_names)
        return f"<Scores: accuracy {self.accuracy:.4f}, {images} in {classes:,} classes>"

    def _repr_html_(self) -> str:
        rows = zip(
            self.class_names,
            *(
                ["" if np.isnan(each) else f"{each:.4f}" for each in column]
                for column in (self.precision, self.recall, self.f1)
            ),
            [f"{each:,}" for each in self.support],
            strict=True,
        )
        table = html.table(("class", "precision", "recall", "F1", "images"), rows)
        return html.paragraph(repr(self)[1:-1]) + table

    def confused(self, count: int | None = None) -> list[tuple[int, int, int]]:
        """Return the `count` most frequent confusions: (true class, predicted class, images).

        The most frequent come first, equally frequent ones in the order of their classes. Without
        `count`, all are returned.
        """
        wrong = self.pairs[self.pairs[:, 0] != self.pairs[:, 1]]
        order = np.argsort(-wrong[:, 2], kind="stable")
        if count is not None:
            order = order[: max(count, 0)]
        return [(true, predicted, images) for true, predicted, images in wrong[order].tolist()]


def _divide(dividend: "Counts", divisor: "Counts") -> "Fractions":
    quotient: Fractions = np.full(len(divisor), np.nan)
    np.divide(dividend, divisor, out=quotient, where=divisor != 0)
    return quotient
