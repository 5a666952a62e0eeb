"""Metrics: values that are measured in addition to the loss and the accuracy."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from zookit.core.component import Component

if TYPE_CHECKING:
    import keras

ALWAYS_LOGGED = ("loss", "accuracy")
"""What every training logs, without a metric."""
RESERVED = ("epoch", "seconds", *ALWAYS_LOGGED)
"""Columns of a run's own, which neither a metric nor a callback can have."""


@dataclass(frozen=True)
class Metric(Component, ABC):
    """Base class of metrics.

        @dataclass(frozen=True)
        class Precision(Metric):
            '''The share of predictions that are right, of those with more than one half.'''

            def build(self, classes):
                from keras.metrics import Precision

                return Precision()

    The Keras metric always receives labels and probabilities of all classes, float32 (N, classes),
    also for two classes, where the model has one output. A label is one-hot; if an augmentation
    mixes labels, it is that of the stronger class. zookit names the metric after its words:
    `top_k:5` is logged as `top_k_5`, and as `val_top_k_5` for the validation split.
    """

    higher_is_better: ClassVar[bool] = True
    """Whether a higher value is better. Callbacks that monitor the metric rely on it."""
    xla: ClassVar[bool] = True
    """Whether XLA can compile it; False switches XLA off for the run."""

    def check(self, classes: int) -> None:
        """Raise ValueError if the metric cannot be used for a number of classes; zookit reports it.

        By default every number is accepted. zookit calls this before it imports TensorFlow.

        Args:
            classes: the number of classes, at least 2.
        """

    @abstractmethod
    def build(self, classes: int) -> "keras.metrics.Metric":
        """Return a new Keras metric with one number as its result.

        Import Keras here, not at module level.

        Args:
            classes: the number of classes, at least 2.

        Raises:
            ValueError: a parameter cannot be used; zookit reports it as the user's error.
        """
