"""The optimizer `lion`."""

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Gt, Le

from zookit.core import Doc
from zookit.plugins.optimizers.keras_optimizer import Beta, KerasOptimizer


@dataclass(frozen=True)
class Lion(KerasOptimizer):
    """Steps of equal size in the direction of the sign of a momentum."""

    keras_class = "Lion"

    beta_1: Annotated[
        float, Gt(0), Le(1), Doc("Share of the momentum in the direction of a step.")
    ] = 0.9
    beta_2: Annotated[Beta, Doc("Decay of the momentum.")] = 0.99
