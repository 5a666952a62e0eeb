"""What an evaluation comes to, class by class."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from zookit.core import Evaluation

if TYPE_CHECKING:
    import numpy.typing as npt

    Counts = npt.NDArray[np.int64]
    Fractions = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Scores:
    """How often each of C classes was said, and how often rightly.

    `confusion`, int64 (C, C), counts images by true class (row) and predicted class (column).
    `precision`, `recall` and `f1`, float64 (C,), 0 to 1, are NaN where they divide 0 by 0: the
    precision of a class that was never said, the recall of one that no image has, the F1 of one
    that is neither. `support`, int64 (C,), counts the images of each class, and `accuracy` is the
    fraction that was said rightly of all of them.
    """

    confusion: "Counts"
    precision: "Fractions"
    recall: "Fractions"
    f1: "Fractions"
    support: "Counts"
    accuracy: float

    @classmethod
    def of(cls, evaluation: Evaluation, class_count: int) -> Self:
        """The scores of an evaluation of at least one image."""
        pairs = evaluation.labels * class_count + evaluation.predicted
        counted = np.bincount(pairs, minlength=class_count**2).astype(np.int64)
        confusion = counted.reshape(class_count, class_count)
        right, support, said = confusion.diagonal(), confusion.sum(1), confusion.sum(0)
        return cls(
            confusion,
            _divided(right, said),
            _divided(right, support),
            _divided(2 * right, said + support),
            support,
            float(right.sum() / support.sum()),
        )

    def confused(self, most: int) -> list[tuple[int, int, int]]:
        """The most frequent confusions: (true class, predicted class, images), at most `most`.

        The most frequent first, equally frequent ones in the order of their classes.
        """
        counts = self.confusion.copy()
        np.fill_diagonal(counts, 0)
        order = np.argsort(-counts, axis=None, kind="stable")[: max(most, 0)]
        true, predicted = np.unravel_index(order, counts.shape)
        found = zip(true.tolist(), predicted.tolist(), counts.flat[order].tolist(), strict=True)
        return [each for each in found if each[2]]


def _divided(dividend: "Counts", divisor: "Counts") -> "Fractions":
    divided: Fractions = np.full(len(divisor), np.nan)
    np.divide(dividend, divisor, out=divided, where=divisor != 0)
    return divided
