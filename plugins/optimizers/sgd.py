"""The optimizer `sgd`."""

from dataclasses import dataclass
from typing import Annotated

from zookit.core import Doc
from zookit.plugins.optimizers.keras_optimizer import KerasOptimizer, Momentum


@dataclass(frozen=True)
class SGD(KerasOptimizer):
    """Gradient descent, with optional momentum."""

    keras_class = "SGD"

    momentum: Momentum = 0.0
    nesterov: Annotated[bool, Doc("Use Nesterov momentum.")] = False
