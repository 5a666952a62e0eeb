"""Builds the optimizer of a composition, with its learning rate."""

import math
from typing import TYPE_CHECKING, Any

from zookit.core import BrokenPlugin, Optimizer, Schedule
from zookit.core.calling import call_declared
from zookit.registry.blame import check_returned, describe, values_refused

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
        BrokenPlugin: a component builds something else, or ignores the learning rate.
    """
    import keras

    rate = optimizer.learning_rate
    if schedule is not None:
        with values_refused(schedule):
            rate = call_declared(schedule.build, steps_per_epoch=steps, epochs=epochs)
        kind = keras.optimizers.schedules.LearningRateSchedule
        check_returned(schedule, "build", rate, kind, "LearningRateSchedule of Keras")
    with values_refused(optimizer):
        built = call_declared(optimizer.build, learning_rate=rate)
    check_returned(
        optimizer, "build", built, keras.optimizers.Optimizer, "keras.optimizers.Optimizer"
    )
    if rate is not None and not _learns_at(built, rate, steps * epochs):
        raise BrokenPlugin(
            f"{describe(optimizer)}: build ignores the learning rate that it is given. "
            "Pass learning_rate on to the Keras optimizer."
        )
    return built


def reset_optimizer(
    optimizer: "keras.optimizers.Optimizer", new: "keras.optimizers.Optimizer"
) -> None:
    """Set the variables of an optimizer to those of a new one, but for the learning rate.

    Adam corrects its averages, which start at zero, by the number of steps. A layer that joins
    later would have a correction for many steps, and so a rate several times too high. The rate of
    a schedule depends on the number of steps, so an optimizer that has one stays as it is.
    """
    import keras

    # Around it there may be one that scales the loss, and keeps the scale.
    old, new = (getattr(each, "inner_optimizer", each) for each in (optimizer, new))
    rate = old._learning_rate  # noqa: SLF001 - the property `learning_rate` has its value alone
    if not isinstance(rate, keras.Variable):
        return
    new.build(list(old._trainable_variables))  # noqa: SLF001
    for variable, start in zip(old.variables, new.variables, strict=True):
        if variable is not rate:
            variable.assign(start)


def _learns_at(built: "keras.optimizers.Optimizer", rate: Any, steps: int) -> bool:
    """Return whether an optimizer has this rate: a number, or a schedule, perhaps wrapped."""
    if not callable(rate):
        return math.isclose(float(built.learning_rate), rate, rel_tol=1e-5, abs_tol=1e-30)
    inner = getattr(built, "inner_optimizer", built)
    # The property `learning_rate` has the current value alone.
    own = inner._learning_rate  # noqa: SLF001
    if own is rate:
        return True
    tried = {0, steps // 2, steps - 1}
    return callable(own) and all(math.isclose(own(at), rate(at), rel_tol=1e-5) for at in tried)
