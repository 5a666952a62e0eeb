"""Scores of an evaluation, by class."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from zookit.core import Evaluation, html

if TYPE_CHECKING:
    import numpy.typing as npt

    Counts = npt.NDArray[np.int64]
    Fractions = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Scores:
    """How often each of C classes was predicted, and how often correctly.

    `confusion`, int64 (C, C), counts images by true class (row) and predicted class (column).
    `precision`, `recall` and `f1`, float64 (C,), 0 to 1, are NaN if they divide 0 by 0: the
    precision of a class that was never predicted, the recall of a class without images, the F1 of
    a class that is both. `support`, int64 (C,), counts the images of each class, and `accuracy` is
    the fraction of all images that were predicted correctly. `class_names` are in the order of the
    labels.
    """

    confusion: "Counts"
    precision: "Fractions"
    recall: "Fractions"
    f1: "Fractions"
    support: "Counts"
    accuracy: float
    class_names: tuple[str, ...]

    @classmethod
    def of(cls, evaluation: Evaluation, class_names: Sequence[str]) -> Self:
        """Return the scores of an evaluation of at least one image."""
        class_count = len(class_names)
        pairs = evaluation.labels * class_count + evaluation.predicted
        counts = np.bincount(pairs, minlength=class_count**2).astype(np.int64)
        confusion = counts.reshape(class_count, class_count)
        correct, support, predicted = confusion.diagonal(), confusion.sum(1), confusion.sum(0)
        return cls(
            confusion,
            _divide(correct, predicted),
            _divide(correct, support),
            _divide(2 * correct, predicted + support),
            support,
            float(correct.sum() / support.sum()),
            tuple(class_names),
        )

    def __repr__(self) -> str:
        """Return the accuracy, and the number of images and classes, in one line."""
        images, classes = int(self.support.sum()), len(self.class_names)
        return f"<Scores: accuracy {self.accuracy:.4f}, {images:,} images in {classes:,} classes>"

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

    def confused(self, count: int) -> list[tuple[int, int, int]]:
        """Return the `count` most frequent confusions: (true class, predicted class, images).

        The most frequent come first, equally frequent ones in the order of their classes.
        """
        counts = self.confusion.copy()
        np.fill_diagonal(counts, 0)
        order = np.argsort(-counts, axis=None, kind="stable")[: max(count, 0)]
        true, predicted = np.unravel_index(order, counts.shape)
        found = zip(true.tolist(), predicted.tolist(), counts.flat[order].tolist(), strict=True)
        return [each for each in found if each[2]]


def _divide(dividend: "Counts", divisor: "Counts") -> "Fractions":
    quotient: Fractions = np.full(len(divisor), np.nan)
    np.divide(dividend, divisor, out=quotient, where=divisor != 0)
    return quotient
