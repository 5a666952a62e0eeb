"""The schedule `one_cycle`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge, Gt, Le, Lt

from zookit.core import Doc, Schedule
from zookit.plugins.schedules.warming_schedule import Rate

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class OneCycle(Schedule):
    """The rate rises to its top and falls to almost nothing (Smith and Topin, 2018).

    Both parts are half a cosine, as in PyTorch's OneCycleLR. The momentum is not changed.
    """

    rate: Rate = 0.01
    rising: Annotated[
        float, Ge(0), Lt(1), Doc("Share of the training in which the rate rises.")
    ] = 0.3
    start: Annotated[float, Gt(0), Le(1), Doc("Rate at the start, as a share of `rate`.")] = 0.04
    final: Annotated[float, Ge(0), Le(1), Doc("Rate at the end, as a share of `rate`.")] = 0.0001

    def build(
        self, steps_per_epoch: int, epochs: int
    ) -> "keras.optimizers.schedules.LearningRateSchedule":
        """Return the Keras schedule."""
        from zookit.plugins.schedules.keras_classes.one_cycle import OneCycle as KerasOneCycle

        steps = steps_per_epoch * epochs
        rising = max(self.rising * steps - 1, 0.0)
        rates = (self.start * self.rate, self.rate, self.final * self.rate)
        return KerasOneCycle(*rates, rising, steps)
