"""The schedule `exponential`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Gt, Lt

from zookit.core import Doc
from zookit.plugins.schedules.warming_schedule import Rate, WarmingSchedule, Warmup

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Exponential(WarmingSchedule):
    """The rate falls by the same factor in each epoch."""

    rate: Rate = 0.001
    decay: Annotated[float, Gt(0), Lt(1), Doc("Factor of the rate in each epoch.")] = 0.9
    staircase: Annotated[
        bool, Doc("Lower the rate at the end of each epoch, not with each step.")
    ] = False
    warmup: Warmup = 0.0

    uses_epochs = False

    def __post_init__(self) -> None:
        """Raise ValueError if the rate would be lowered in the middle of epochs."""
        if self.staircase and self.warmup % 1:
            whole = max(1, round(self.warmup))
            raise ValueError(
                "staircase needs a warm-up of whole epochs. Write "
                f"warmup={whole}, or staircase=false"
            )

    def after_warmup(
        self, warmup: int, steps_per_epoch: int, epochs: int
    ) -> "keras.optimizers.schedules.LearningRateSchedule":
        """Return Keras's exponential decay."""
        from keras.optimizers.schedules import ExponentialDecay

        return ExponentialDecay(self.rate, steps_per_epoch, self.decay, staircase=self.staircase)
