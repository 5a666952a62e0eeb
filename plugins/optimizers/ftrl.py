"""The optimizer `ftrl`."""

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge, Le

from zookit.core import Doc
from zookit.plugins.optimizers.keras_optimizer import KerasOptimizer


@dataclass(frozen=True)
class Ftrl(KerasOptimizer):
    """Follow the regularized leader: for large, sparse, shallow models."""

    keras_class = "Ftrl"

    learning_rate_power: Annotated[
        float, Le(0), Doc("How the learning rate falls over time; at most 0, 0 keeps it fixed.")
    ] = -0.5
    initial_accumulator_value: Annotated[
        float, Ge(0), Doc("Start value of the sums of squared gradients.")
    ] = 0.1
    l1_regularization_strength: Annotated[float, Ge(0), Doc("L1 penalty on the weights.")] = 0.0
    l2_regularization_strength: Annotated[float, Ge(0), Doc("L2 penalty on the weights.")] = 0.0
    l2_shrinkage_regularization_strength: Annotated[
        float, Ge(0), Doc("L2 penalty on the size of the gradients' effect.")
    ] = 0.0
    beta: Annotated[
        float, Ge(0), Doc("Added to the square root of the sums of squared gradients.")
    ] = 0.0
