"""The metric `auc`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from zookit.core import Metric

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Auc(Metric):
    """The area under the ROC curve, the mean over the classes of each against all others.

    The probability that an image of a class gets a higher score for it than an image of another
    class.
    """

    def build(self, classes: int) -> "keras.metrics.Metric":
        """Return the Keras metric."""
        from zookit.plugins.metrics.keras_classes.auc import Auc as KerasAuc

        return KerasAuc(classes)
