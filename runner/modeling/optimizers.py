"""Builds the optimizer of a composition, with its learning rate."""

from typing import TYPE_CHECKING

from zookit.core import Optimizer, Schedule
from zookit.core.calling import call_declared
from zookit.registry import default
from zookit.registry.blame import check_returned, values_refused

if TYPE_CHECKING:
    import keras


def build_optimizer(
    optimizer: Optimizer, schedule: Schedule | None = None, *, steps: int = 1, epochs: int = 1
) -> "keras.optimizers.Optimizer":
    """Return a new Keras optimizer, whose learning rate follows a schedule if there is one.

    Args:
        optimizer: the optimizer.
        schedule: the schedule, in place of the optimizer's parameter `learning_rate`.
        steps: the training steps in an epoch.
        epochs: the epochs of the run.

    Raises:
        BadParameter: a component, or Keras, refuses a value.
        BrokenPlugin: a component builds something else.
    """
    import keras

    rate = optimizer.learning_rate
    if schedule is not None:
        with values_refused(schedule, default):
            rate = call_declared(schedule.build, steps_per_epoch=steps, epochs=epochs)
        kind = keras.optimizers.schedules.LearningRateSchedule
        check_returned(schedule, "build", rate, kind, "LearningRateSchedule of Keras", default)
    with values_refused(optimizer, default):
        built = call_declared(optimizer.build, learning_rate=rate)
    check_returned(
        optimizer, "build", built, keras.optimizers.Optimizer, "keras.optimizers.Optimizer", default
    )
    return built
