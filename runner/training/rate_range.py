"""The learning rates that a range test tries. Imports no NumPy, so that `--help` can show them."""

import math
from dataclasses import dataclass

from zookit.core import BadParameter
from zookit.core.messages import option

_FEWEST = 20
"""With fewer steps, the moving average of the losses says nothing."""


@dataclass(frozen=True)
class RateRange:
    """The learning rate of the first step, that of the last one, and the number of steps.

    Raises BadParameter if there are fewer than 20 steps, or the rates are not in order.
    """

    lowest: float = 1e-6
    highest: float = 10.0
    steps: int = 400

    def __post_init__(self) -> None:
        if not 0 < self.lowest < self.highest < math.inf:
            raise BadParameter(
                f"{option('--lowest', 'lowest')} must be above 0 and below "
                f"{option('--highest', 'highest')}, got {self.lowest:g} and {self.highest:g}."
            )
        if self.steps < _FEWEST:
            raise BadParameter(
                f"{option('--steps', 'steps')} must be at least {_FEWEST}, got {self.steps}. The "
                f"default is {RateRange.steps}."
            )
