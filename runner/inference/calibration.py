"""How far the probabilities of predictions can be trusted."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from zookit.core import Evaluation
from zookit.core.messages import counted

if TYPE_CHECKING:
    import numpy.typing as npt

    Counts = npt.NDArray[np.int64]
    Fractions = npt.NDArray[np.float64]

BINS = 15
"""The number of bins, as in the paper that `Calibration` names."""


@dataclass(frozen=True, eq=False, repr=False)
class Calibration:
    """How often the predictions of a certain probability are right.

    The predictions are put into 15 bins by the probability of the predicted class: bin m has those
    above m/15, up to and including (m + 1)/15. `images`, int64 (15,), counts the predictions of
    each bin. `probability`, float64 (15,), is their mean probability, and `accuracy`, float64
    (15,), the fraction that is right; both are NaN for an empty bin.

    `error` is the expected calibration error, 0 to 1: the difference of the two, without its sign,
    as the mean over all predictions (Guo, Pleiss, Sun and Weinberger: On calibration of modern
    neural networks. 2017, https://arxiv.org/abs/1706.04599, equation 3). It is 0 if of the
    predictions with a probability of 0.8, for example, four fifths are right.
    """

    images: "Counts"
    probability: "Fractions"
    accuracy: "Fractions"
    error: float

    @classmethod
    def of(cls, evaluation: Evaluation) -> Self:
        """Return the calibration of the predictions for at least one image."""
        probability = evaluation.probability  # float32, as the metric `calibration_error` has it
        right = evaluation.predicted == evaluation.labels
        at = np.clip(np.ceil(probability * np.float32(BINS)).astype(np.int64) - 1, 0, BINS - 1)
        images = np.bincount(at, minlength=BINS)
        sums = np.bincount(at, probability, BINS), np.bincount(at, right, BINS)
        error = float(np.abs(sums[1] - sums[0]).sum() / len(right))
        with np.errstate(invalid="ignore"):
            return cls(images, sums[0] / images, sums[1] / images, error)

    @property
    def edges(self) -> "Fractions":
        """Where the bins begin and end, float64 (16,)."""
        return np.linspace(0, 1, BINS + 1)

    @property
    def mean_probability(self) -> float:
        """The mean probability of all predictions."""
        return float(np.nansum(self.probability * self.images) / self.images.sum())

    def __repr__(self) -> str:
        """Return the error and the number of predictions in one line."""
        count = counted(int(self.images.sum()), "prediction")
        return f"<Calibration: error {self.error:.4f}, {count}>"
