"""The optimizer `adadelta`."""

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Gt

from zookit.core import Doc
from zookit.plugins.optimizers.keras_optimizer import Beta, KerasOptimizer


@dataclass(frozen=True)
class Adadelta(KerasOptimizer):
    """Learning rates adapt to a window of recent gradients."""

    keras_class = "Adadelta"

    rho: Annotated[Beta, Doc("Decay of the running mean of the squared gradients.")] = 0.95
    epsilon: Annotated[
        float, Gt(0), Doc("Small constant that starts the updates and avoids a division by zero.")
    ] = 1e-7
