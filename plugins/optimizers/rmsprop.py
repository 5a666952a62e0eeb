"""The optimizer `rmsprop`."""

from dataclasses import dataclass
from typing import Annotated

from zookit.core import Doc
from zookit.plugins.optimizers.keras_optimizer import KerasOptimizer


@dataclass(frozen=True)
class RMSprop(KerasOptimizer):
    """Gradients divided by the root of the running mean of their squares."""

    keras_class = "RMSprop"

    rho: Annotated[float, Doc("Decay of the running mean of the squared gradients.")] = 0.9
    momentum: Annotated[
        float, Doc("Fraction of the previous update that is added to the next.")
    ] = 0.0
    epsilon: Annotated[float, Doc("Small constant that avoids a division by zero.")] = 1e-7
    centered: Annotated[bool, Doc("Divide by the variance of the gradients instead.")] = False
