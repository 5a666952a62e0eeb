"""Optimizers: how the weights follow the gradients."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_doc import Doc
from annotated_types import Gt

from zookit.core.component import Component

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Optimizer(Component, ABC):
    """Base class of optimizers.

        @dataclass(frozen=True)
        class SignDescent(Optimizer):
            '''Steps of one size, in the direction of the gradient's sign.'''

            def build(self, learning_rate):
                from my_package.keras_classes import SignDescent

                return SignDescent(0.001 if learning_rate is None else learning_rate)

    `--learning-rate` with a number sets the parameter `learning_rate`.
    """

    learning_rate: Annotated[
        float | None, Gt(0), Doc("Learning rate; the optimizer's own if not given.")
    ] = None

    @property
    def averages_weights(self) -> bool:
        """Whether the Keras optimizer keeps averages of the weights: its `use_ema`."""
        return False

    @abstractmethod
    def build(
        self, learning_rate: "float | keras.optimizers.schedules.LearningRateSchedule | None"
    ) -> "keras.optimizers.Optimizer":
        """Return a new Keras optimizer. Import Keras here, not at module level.

        Args:
            learning_rate: a number or a schedule; None for the optimizer's own. It is the
                parameter `learning_rate`, unless the user gives a schedule.

        Raises:
            ValueError: a parameter cannot be used; zookit reports it as the user's error.
        """
