"""The metric `macro_precision`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from zookit.core import Metric

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class MacroPrecision(Metric):
    """The mean of the precisions of the classes.

    A class that has images but is never predicted counts as 0, one that has neither is left out.
    """

    def build(self, classes: int) -> "keras.metrics.Metric":
        """Return the Keras metric."""
        from zookit.plugins.metrics.keras_classes.class_counts import ClassCounts, precision

        return ClassCounts(classes, precision)
