"""The optimizer `adamw`."""

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge

from zookit.core import Doc
from zookit.plugins.optimizers.keras_optimizer import Beta, Epsilon, KerasOptimizer


@dataclass(frozen=True)
class AdamW(KerasOptimizer):
    """Adam with weight decay that does not depend on the gradients."""

    keras_class = "AdamW"

    weight_decay: Annotated[float, Ge(0), Doc("Decay of the weights at each step.")] = 0.004
    beta_1: Annotated[Beta, Doc("Decay of the running mean of the gradients.")] = 0.9
    beta_2: Annotated[Beta, Doc("Decay of the running mean of the squared gradients.")] = 0.999
    epsilon: Epsilon = 1e-7
    amsgrad: Annotated[bool, Doc("Use the AMSGrad variant.")] = False
