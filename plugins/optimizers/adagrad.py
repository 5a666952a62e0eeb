"""The optimizer `adagrad`."""

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge

from zookit.core import Doc
from zookit.plugins.optimizers.keras_optimizer import Epsilon, KerasOptimizer


@dataclass(frozen=True)
class Adagrad(KerasOptimizer):
    """Each weight's learning rate falls with the sum of its squared gradients."""

    keras_class = "Adagrad"

    initial_accumulator_value: Annotated[
        float, Ge(0), Doc("Start value of the sums of squared gradients.")
    ] = 0.1
    epsilon: Epsilon = 1e-7
