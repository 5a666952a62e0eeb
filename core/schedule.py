"""Schedules: how the learning rate changes during training."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from zookit.core.component import Component

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Schedule(Component, ABC):
    """Base class of learning rate schedules.

        @dataclass(frozen=True)
        class Inverse(Schedule):
            '''The rate falls with one over the number of epochs.'''

            rate: Annotated[float, Gt(0), Doc("Learning rate at the start.")] = 0.01

            def build(self, steps_per_epoch, epochs):
                from keras.optimizers.schedules import InverseTimeDecay

                return InverseTimeDecay(self.rate, steps_per_epoch, decay_rate=1)

    `--learning-rate inverse:0.05` selects it, in place of a number.
    """

    uses_epochs: ClassVar[bool] = True
    """Whether the rate depends on the number of epochs of the run. If so, a run cannot be extended
    by `zookit resume --epochs`: its rates would have been others from the start."""

    def check(self, epochs: int) -> None:
        """Raise ValueError if the schedule does not fit a number of epochs; zookit reports it.

        By default every number is accepted. zookit calls this before it imports TensorFlow.

        Args:
            epochs: the number of epochs of the run, at least 1.
        """

    @abstractmethod
    def build(
        self, steps_per_epoch: int, epochs: int
    ) -> "keras.optimizers.schedules.LearningRateSchedule":
        """Return a new Keras schedule, which maps the step, counted from 0, to a learning rate.

        Args:
            steps_per_epoch: the number of training steps in an epoch, at least 1.
            epochs: the number of epochs of the run, at least 1.

        Raises:
            ValueError: a parameter cannot be used; zookit reports it as the user's error.
        """
