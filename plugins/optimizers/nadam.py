"""The optimizer `nadam`."""

from dataclasses import dataclass
from typing import Annotated

from zookit.core import Doc
from zookit.plugins.optimizers.keras_optimizer import Beta, Epsilon, KerasOptimizer


@dataclass(frozen=True)
class Nadam(KerasOptimizer):
    """Adam with Nesterov momentum."""

    keras_class = "Nadam"

    beta_1: Annotated[Beta, Doc("Decay of the running mean of the gradients.")] = 0.9
    beta_2: Annotated[Beta, Doc("Decay of the running mean of the squared gradients.")] = 0.999
    epsilon: Epsilon = 1e-7
