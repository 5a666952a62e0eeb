"""The schedule `steps`."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Gt, Lt

from zookit.core import Doc
from zookit.plugins.schedules.warming_schedule import Rate, WarmingSchedule, Warmup

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Steps(WarmingSchedule):
    """The rate is lowered after certain epochs, each time by the same factor.

        zookit run mnist cnn --epochs 30 --learning-rate steps:0.01,at=10+20,factor=0.1

    trains with 0.01 in epochs 1 to 10, 0.001 in epochs 11 to 20 and 0.0001 after that.
    """

    rate: Rate
    at: Annotated[
        tuple[Annotated[float, Gt(0)], ...],
        Doc("Epochs after which the rate is lowered, joined by +; may be fractions."),
    ]
    factor: Annotated[float, Gt(0), Lt(1), Doc("Factor of the rate each time.")] = 0.1
    warmup: Warmup = 0.0

    uses_epochs = False

    def __post_init__(self) -> None:
        """Raise ValueError if the epochs are not in ascending order, after the warm-up."""
        if not self.at:
            raise ValueError("at needs at least one epoch")
        ascending = sorted(set(self.at))
        if list(self.at) != ascending:
            raise ValueError(
                f"at must be ascending, got {_joined(self.at)}. Write at={_joined(ascending)}"
            )
        if self.warmup > self.at[0]:
            raise ValueError(
                f"the warm-up must end before the first of `at`, got warmup={self.warmup:g} and "
                f"at={_joined(self.at)}. Use a shorter warm-up"
            )

    def check(self, epochs: int) -> None:
        """Raise ValueError if the run ends before the rate is lowered for the last time."""
        super().check(epochs)
        if self.at[-1] >= epochs:
            raise ValueError(
                f"the rate is to be lowered after epoch {self.at[-1]:g}, but the run has only "
                f"{epochs}. Remove it from `at`, or use more epochs."
            )

    def after_warmup(
        self, warmup: int, steps_per_epoch: int, epochs: int
    ) -> "keras.optimizers.schedules.LearningRateSchedule":
        """Return Keras's piecewise constant decay."""
        from keras.optimizers.schedules import PiecewiseConstantDecay

        # Keras's boundaries are the last steps with the value before.
        last = [round(epoch * steps_per_epoch) - warmup - 1 for epoch in self.at]
        rates = [self.rate * self.factor**times for times in range(len(last) + 1)]
        return PiecewiseConstantDecay(last, rates)


def _joined(epochs: Iterable[float]) -> str:
    return "+".join(f"{each:g}" for each in epochs)
