"""The optimizer `adam`."""

from dataclasses import dataclass
from typing import Annotated

from zookit.core import Doc
from zookit.plugins.optimizers.keras_optimizer import Beta, Epsilon, KerasOptimizer


@dataclass(frozen=True)
class Adam(KerasOptimizer):
    """Learning rates adapt to running means of the gradients and of their squares."""

    keras_class = "Adam"

    beta_1: Annotated[Beta, Doc("Decay of the running mean of the gradients.")] = 0.9
    beta_2: Annotated[Beta, Doc("Decay of the running mean of the squared gradients.")] = 0.999
    epsilon: Epsilon = 1e-7
    amsgrad: Annotated[bool, Doc("Use the AMSGrad variant.")] = False
