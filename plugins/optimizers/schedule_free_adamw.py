"""The optimizer `schedule_free_adamw`."""

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge

from zookit.core import Doc
from zookit.plugins.optimizers.keras_optimizer import KerasOptimizer


@dataclass(frozen=True)
class ScheduleFreeAdamW(KerasOptimizer):
    """AdamW that averages its steps instead of lowering the learning rate (Defazio et al., 2024).

    As in Keras, the model is evaluated with the weights that it is trained with.
    """

    keras_class = "ScheduleFreeAdamW"

    beta_1: Annotated[float, Doc("Share of the average in the weights that are trained.")] = 0.9
    beta_2: Annotated[float, Doc("Decay of the running mean of the squared gradients.")] = 0.999
    epsilon: Annotated[float, Doc("Small constant that avoids a division by zero.")] = 1e-8
    warmup_steps: Annotated[int, Ge(0), Doc("Steps in which the learning rate rises from 0.")] = 0
