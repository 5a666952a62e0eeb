"""The optimizer `adam`."""

from dataclasses import dataclass
from typing import Annotated

from zookit.core import Doc
from zookit.plugins.optimizers.keras_optimizer import KerasOptimizer


@dataclass(frozen=True)
class Adam(KerasOptimizer):
    """Learning rates adapt to running means of the gradients and of their squares."""

    keras_class = "Adam"

    beta_1: Annotated[float, Doc("Decay of the running mean of the gradients.")] = 0.9
    beta_2: Annotated[float, Doc("Decay of the running mean of the squared gradients.")] = 0.999
    epsilon: Annotated[float, Doc("Small constant that avoids a division by zero.")] = 1e-7
    amsgrad: Annotated[bool, Doc("Use the AMSGrad variant.")] = False
