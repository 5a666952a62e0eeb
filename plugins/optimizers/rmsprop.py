"""The optimizer `rmsprop`."""

from dataclasses import dataclass
from typing import Annotated

from zookit.core import Doc
from zookit.plugins.optimizers.keras_optimizer import Beta, Epsilon, KerasOptimizer, Momentum


@dataclass(frozen=True)
class RMSprop(KerasOptimizer):
    """Gradients divided by the root of the running mean of their squares."""

    keras_class = "RMSprop"

    rho: Annotated[Beta, Doc("Decay of the running mean of the squared gradients.")] = 0.9
    momentum: Momentum = 0.0
    epsilon: Epsilon = 1e-7
    centered: Annotated[bool, Doc("Divide by the variance of the gradients instead.")] = False
