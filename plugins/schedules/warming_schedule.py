"""What the schedules with a warm-up have in common."""

from abc import abstractmethod
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge, Gt

from zookit.core import Doc, Schedule

if TYPE_CHECKING:
    import keras

Rate = Annotated[float, Gt(0), Doc("Highest learning rate.")]
Warmup = Annotated[
    float, Ge(0), Doc("Epochs in which the rate first rises from 0; may be a fraction.")
]


class WarmingSchedule(Schedule):
    """Base of schedules with the parameters `rate` and `warmup`, which they declare."""

    rate: float
    warmup: float

    def check(self, epochs: int) -> None:
        """Raise ValueError if the run ends within the warm-up."""
        if self.warmup >= epochs:
            raise ValueError(
                f"warmup is {self.warmup:g}, but the run has {epochs:g} epoch{'s' * (epochs > 1)}. "
                "Use a shorter warm-up, or more epochs."
            )

    def build(
        self, steps_per_epoch: int, epochs: int
    ) -> "keras.optimizers.schedules.LearningRateSchedule":
        """Return the schedule, after its warm-up. Raises ValueError as `check` does."""
        from zookit.plugins.schedules.keras_classes.warm_up import WarmUp

        self.check(epochs)
        warmup = round(self.warmup * steps_per_epoch)
        after = self.after_warmup(warmup, steps_per_epoch, epochs)
        return WarmUp(after, self.rate, warmup) if warmup else after

    @abstractmethod
    def after_warmup(
        self, warmup: int, steps_per_epoch: int, epochs: int
    ) -> "keras.optimizers.schedules.LearningRateSchedule":
        """Return the Keras schedule that begins, with its step 0, after `warmup` steps."""
