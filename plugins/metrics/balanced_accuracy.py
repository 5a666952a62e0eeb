"""The metric `balanced_accuracy`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from zookit.core import Metric

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class BalancedAccuracy(Metric):
    """The mean of the recalls of the classes that have images."""

    def build(self, classes: int) -> "keras.metrics.Metric":
        """Return the Keras metric."""
        from zookit.plugins.metrics.keras_classes.class_counts import (
            ClassCounts,
            recall_of_labelled,
        )

        return ClassCounts(classes, recall_of_labelled)
