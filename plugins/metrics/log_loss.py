"""The metric `log_loss`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from zookit.core import Metric

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class LogLoss(Metric):
    """Plain crossentropy, to compare runs with different losses.

    Other names: crossentropy, NLL.
    """

    higher_is_better = False

    def build(self, classes: int) -> "keras.metrics.Metric":
        """Return Keras's categorical crossentropy."""
        from keras.metrics import CategoricalCrossentropy

        return CategoricalCrossentropy()
