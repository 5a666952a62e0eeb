"""Losses: what training minimizes."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from zookit.core.component import Component

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Loss(Component, ABC):
    """Base class of losses.

        @dataclass(frozen=True)
        class Squared(Loss):
            '''The squared difference between label and probability.'''

            def build(self, classes):
                from keras.losses import MeanSquaredError

                return MeanSquaredError()

    The Keras loss always receives labels and probabilities of all classes, float32 (N, classes),
    also for two classes, where the model has one output. The rows of both add up to 1. A label is
    one-hot, unless an augmentation mixes labels.
    """

    xla: ClassVar[bool] = True
    """Whether XLA can compile it; False switches XLA off for the run."""

    def check(self, classes: int) -> None:
        """Raise ValueError if the loss cannot be used for a number of classes; zookit reports it.

        By default every number is accepted. zookit calls this before it imports TensorFlow.

        Args:
            classes: the number of classes, at least 2.
        """

    @abstractmethod
    def build(self, classes: int) -> "keras.losses.Loss":
        """Return a new Keras loss. Import Keras here, not at module level.

        Its value for a batch is the mean over the images, which is Keras's default.

        Args:
            classes: the number of classes, at least 2.

        Raises:
            ValueError: a parameter cannot be used; zookit reports it as the user's error.
        """
