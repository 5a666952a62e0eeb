"""The metric `macro_recall`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from zookit.core import Metric

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class MacroRecall(Metric):
    """The mean of the recalls of the classes.

    A class that has no image but is predicted counts as 0, one that has neither is left out.
    """

    def build(self, classes: int) -> "keras.metrics.Metric":
        """Return the Keras metric."""
        from zookit.plugins.metrics.keras_classes.class_counts import ClassCounts, recall

        return ClassCounts(classes, recall)
