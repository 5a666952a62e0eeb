"""The optimizer `adadelta`."""

from dataclasses import dataclass
from typing import Annotated

from zookit.core import Doc
from zookit.plugins.optimizers.keras_optimizer import KerasOptimizer


@dataclass(frozen=True)
class Adadelta(KerasOptimizer):
    """Learning rates adapt to a window of recent gradients."""

    keras_class = "Adadelta"

    rho: Annotated[float, Doc("Decay of the running mean of the squared gradients.")] = 0.95
    epsilon: Annotated[float, Doc("Small constant that avoids a division by zero.")] = 1e-7
