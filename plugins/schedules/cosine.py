"""The schedule `cosine`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge, Gt, Le

from zookit.core import Doc, Schedule

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Cosine(Schedule):
    """The rate falls along half a cosine to the end of training (Loshchilov and Hutter, 2017)."""

    rate: Annotated[float, Gt(0), Doc("Learning rate at the top.")] = 0.001
    warmup: Annotated[
        float, Ge(0), Doc("Epochs in which the rate first rises from 0; may be a fraction.")
    ] = 0.0
    final: Annotated[float, Ge(0), Le(1), Doc("Rate at the end, as a share of the top.")] = 0.0

    def build(
        self, steps_per_epoch: int, epochs: int
    ) -> "keras.optimizers.schedules.LearningRateSchedule":
        """Return Keras's cosine decay, with its warm-up."""
        from keras.optimizers.schedules import CosineDecay

        warmup = min(round(self.warmup * steps_per_epoch), steps_per_epoch * epochs)
        falling = max(1, steps_per_epoch * epochs - warmup)
        if not warmup:
            return CosineDecay(self.rate, falling, alpha=self.final)
        return CosineDecay(
            0.0, falling, alpha=self.final, warmup_target=self.rate, warmup_steps=warmup
        )
