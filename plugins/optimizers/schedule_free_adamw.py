"""The optimizer `schedule_free_adamw`."""

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge, Gt, Le

from zookit.core import Doc
from zookit.plugins.optimizers.keras_optimizer import Beta, Epsilon, KerasOptimizer


@dataclass(frozen=True)
class ScheduleFreeAdamW(KerasOptimizer):
    """AdamW that averages its steps instead of lowering the learning rate (Defazio et al., 2024).

    As in Keras, the model is evaluated with the weights that it is trained with.
    """

    keras_class = "ScheduleFreeAdamW"

    beta_1: Annotated[
        float, Gt(0), Le(1), Doc("Share of the average in the weights that are trained.")
    ] = 0.9
    beta_2: Annotated[Beta, Doc("Decay of the running mean of the squared gradients.")] = 0.999
    epsilon: Epsilon = 1e-8
    warmup_steps: Annotated[int, Ge(0), Doc("Steps in which the learning rate rises from 0.")] = 0
