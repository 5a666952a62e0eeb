"""The optimizer `adafactor`."""

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge, Gt, Le

from zookit.core import Doc
from zookit.plugins.optimizers.keras_optimizer import KerasOptimizer


@dataclass(frozen=True)
class Adafactor(KerasOptimizer):
    """Adam with less memory: the squared gradients are kept as sums of rows and columns."""

    keras_class = "Adafactor"

    beta_2_decay: Annotated[float, Le(0), Doc("Exponent of the decay of squared gradients.")] = -0.8
    epsilon_1: Annotated[float, Ge(0), Doc("Small constant added to squared gradients.")] = 1e-30
    epsilon_2: Annotated[float, Ge(0), Doc("Smallest scale of a variable.")] = 1e-3
    clip_threshold: Annotated[float, Gt(0), Doc("Largest root mean square of an update.")] = 1.0
    relative_step: Annotated[
        bool, Doc("Lower the learning rate to 1 / sqrt(step) once that is smaller.")
    ] = True
