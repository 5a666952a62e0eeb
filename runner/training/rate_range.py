"""The learning rates that a range test tries. Imports no NumPy, so that `--help` can show them."""

import math
from dataclasses import dataclass
from typing import Annotated

from annotated_doc import Doc
from annotated_types import Ge, Gt, Le

from zookit.core import BadParameter
from zookit.core.messages import option

_FEWEST = 20
"""With fewer steps, the moving average of the losses says nothing."""
_MOST = 100_000
"""More steps would only take longer: the curve is as smooth."""


@dataclass(frozen=True)
class RateRange:
    """The learning rate of the first step, that of the last one, and the number of steps.

    Raises BadParameter if the rates are not in order. `zookit.core.parameters.create` also checks
    the declared types and bounds.
    """

    lowest: Annotated[float, Gt(0), Doc("The learning rate of the first step.")] = 1e-6
    highest: Annotated[float, Gt(0), Doc("The learning rate of the last step.")] = 10.0
    steps: Annotated[int, Ge(_FEWEST), Le(_MOST), Doc("The number of training steps.")] = 400

    def __post_init__(self) -> None:
        lowest, highest = option("--lowest", "lowest"), option("--highest", "highest")
        if not math.isfinite(self.highest):
            raise BadParameter(f"{highest} must be a finite number, got {self.highest:g}.")
        if not 0 < self.lowest < self.highest:
            raise BadParameter(
                f"{lowest} must be above 0 and below {highest}, got {self.lowest:g} and "
                f"{self.highest:g}."
            )
