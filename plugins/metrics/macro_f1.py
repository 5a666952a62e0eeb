"""The metric `macro_f1`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from zookit.core import Metric

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class MacroF1(Metric):
    """The mean of the F1 scores of the classes.

    A class that has images but is never predicted counts as 0, one that has neither is left out.

    Other names: F1, f1_score.
    """

    def build(self, classes: int) -> "keras.metrics.Metric":
        """Return the Keras metric."""
        from zookit.plugins.metrics.keras_classes.class_counts import ClassCounts, f1

        return ClassCounts(classes, f1)
