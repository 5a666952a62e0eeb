"""The optimizer `ftrl`."""

from dataclasses import dataclass
from typing import Annotated

from zookit.core import Doc
from zookit.plugins.optimizers.keras_optimizer import KerasOptimizer


@dataclass(frozen=True)
class Ftrl(KerasOptimizer):
    """Follow the regularized leader: for large, sparse, shallow models."""

    keras_class = "Ftrl"

    learning_rate_power: Annotated[
        float, Doc("How the learning rate falls over time; at most 0, 0 keeps it fixed.")
    ] = -0.5
    initial_accumulator_value: Annotated[
        float, Doc("Start value of the sums of squared gradients.")
    ] = 0.1
    l1_regularization_strength: Annotated[float, Doc("L1 penalty on the weights.")] = 0.0
    l2_regularization_strength: Annotated[float, Doc("L2 penalty on the weights.")] = 0.0
    l2_shrinkage_regularization_strength: Annotated[
        float, Doc("L2 penalty on the size of the gradients' effect.")
    ] = 0.0
    beta: Annotated[float, Doc("Added to the square root of the sums of squared gradients.")] = 0.0
