"""The schedule `cosine`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge, Le

from zookit.core import Doc
from zookit.plugins.schedules.warming_schedule import Rate, WarmingSchedule, Warmup

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Cosine(WarmingSchedule):
    """The rate falls along half a cosine to the end of training (Loshchilov and Hutter, 2017)."""

    rate: Rate = 0.001
    warmup: Warmup = 0.0
    final: Annotated[float, Ge(0), Le(1), Doc("Rate at the end, as a share of `rate`.")] = 0.0

    def after_warmup(
        self, warmup: int, steps_per_epoch: int, epochs: int
    ) -> "keras.optimizers.schedules.LearningRateSchedule":
        """Return Keras's cosine decay over the rest of the run."""
        from keras.optimizers.schedules import CosineDecay

        falling = max(1, steps_per_epoch * epochs - warmup)
        return CosineDecay(self.rate, falling, alpha=self.final)
