"""The metric `calibration_error`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge

from zookit.core import Doc, Metric

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class CalibrationError(Metric):
    """The expected calibration error: the mean gap between confidence and accuracy, 0 at best.

    Images are put in bins by the probability of the predicted class. The value is the mean
    difference between probability and accuracy of the bins, weighted by their images (Guo et al.,
    2017).

    Other names: ECE, expected_calibration_error.
    """

    bins: Annotated[int, Ge(1), Doc("Number of bins.")] = 15

    higher_is_better = False

    def build(self, classes: int) -> "keras.metrics.Metric":
        """Return the Keras metric."""
        from zookit.plugins.metrics.keras_classes import calibration_error

        return calibration_error.CalibrationError(self.bins)
