"""The optimizer `adamax`."""

from dataclasses import dataclass
from typing import Annotated

from zookit.core import Doc
from zookit.plugins.optimizers.keras_optimizer import Beta, Epsilon, KerasOptimizer


@dataclass(frozen=True)
class Adamax(KerasOptimizer):
    """Adam with the largest recent gradient in place of the mean of squares."""

    keras_class = "Adamax"

    beta_1: Annotated[Beta, Doc("Decay of the running mean of the gradients.")] = 0.9
    beta_2: Annotated[Beta, Doc("Decay of the largest recent gradient.")] = 0.999
    epsilon: Epsilon = 1e-7
