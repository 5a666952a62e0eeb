"""Schedules, each wrong in one way; ENTRIES names the checks that each must fail."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from zookit.core import Schedule

FRESH = "builds fresh schedules"
RATES = "rates are finite and not negative"
STEP = "depends on the step alone"
COMPILES = "compiles"
EPOCHS = "says whether it uses the epochs"
TRAINS = "works during training"


def schedule_of(rate: Any) -> Any:
    """Return a Keras schedule whose rate is a function of the step, a float."""
    import keras
    import tensorflow as tf

    class Own(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc]
        def __call__(self, step: Any) -> Any:
            return rate(tf.cast(step, tf.float32))

    return Own()


@dataclass(frozen=True)
class Right(Schedule):
    """The rate falls with the step; nothing is wrong."""

    uses_epochs = False

    def build(self, steps_per_epoch: int, epochs: int) -> Any:
        return schedule_of(lambda step: 0.01 / (1 + step))


@dataclass(frozen=True)
class Number(Right):
    """Returns a number."""

    def build(self, steps_per_epoch: int, epochs: int) -> Any:
        return 0.01


@cache
def one_schedule() -> Any:
    return schedule_of(lambda step: 0.01 / (1 + step))


@dataclass(frozen=True)
class Shared(Right):
    """The same schedule each time."""

    def build(self, steps_per_epoch: int, epochs: int) -> Any:
        return one_schedule()


@dataclass(frozen=True)
class Negative(Right):
    """Falls below 0 in the last epoch."""

    uses_epochs = True

    def build(self, steps_per_epoch: int, epochs: int) -> Any:
        last = steps_per_epoch * epochs - 1.5
        return schedule_of(lambda step: 0.01 * (last - step))


@dataclass(frozen=True)
class DividesByZero(Right):
    """Divides by the number of the last step, which is 0 if there is only one."""

    uses_epochs = True

    def build(self, steps_per_epoch: int, epochs: int) -> Any:
        import tensorflow as tf

        last = tf.constant(float(steps_per_epoch * epochs - 1))
        return schedule_of(lambda step: 0.01 * (2 - step / last))


@dataclass(frozen=True)
class Zero(Right):
    """Is always 0."""

    def build(self, steps_per_epoch: int, epochs: int) -> Any:
        return schedule_of(lambda step: 0 * step)


@dataclass(frozen=True)
class Counts(Right):
    """Counts its calls in place of the steps."""

    def build(self, steps_per_epoch: int, epochs: int) -> Any:
        calls = []

        def rate(step: Any) -> Any:
            calls.append(step)
            return 0 * step + 0.01 / len(calls)

        return schedule_of(rate)


@dataclass(frozen=True)
class ByChance(Right):
    """Is another schedule in each build."""

    def build(self, steps_per_epoch: int, epochs: int) -> Any:
        import numpy as np

        top = float(np.random.default_rng().random()) + 0.01
        return schedule_of(lambda step: top / (1 + step))


@dataclass(frozen=True)
class PythonAlone(Right):
    """Needs the step as a number."""

    def build(self, steps_per_epoch: int, epochs: int) -> Any:
        return schedule_of(lambda step: 0.01 / (1 + float(step)))


@dataclass(frozen=True)
class ConcealsEpochs(Right):
    """Depends on the number of epochs, and says that it does not."""

    def build(self, steps_per_epoch: int, epochs: int) -> Any:
        return schedule_of(lambda step: 0.01 * epochs / (1 + step))


ENTRIES = {
    "right": (Right, ()),
    "number": (Number, (FRESH, RATES, STEP, COMPILES, EPOCHS, TRAINS)),
    "shared": (Shared, (FRESH,)),
    "negative": (Negative, (RATES,)),
    "divides_by_zero": (DividesByZero, (RATES,)),
    "zero": (Zero, (RATES,)),
    "counts": (Counts, (STEP, COMPILES)),
    "by_chance": (ByChance, (STEP, EPOCHS)),
    "python_alone": (PythonAlone, (COMPILES, TRAINS)),
    "conceals_epochs": (ConcealsEpochs, (EPOCHS,)),
}
