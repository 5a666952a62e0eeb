"""The contract of learning rate schedules."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from zookit.core.calling import call_declared
from zookit.testing.check import require, require_fresh
from zookit.testing.target import NotApplicable, Target
from zookit.testing.trial_training import small_training

if TYPE_CHECKING:
    import keras
    import numpy.typing as npt

    from zookit.core import Schedule

    Rates = npt.NDArray[np.float32]

_STEPS, _EPOCHS = 7, 3
_MOST = 100
"""The most epochs to try, if a schedule refuses fewer."""


def builds_fresh_schedules(target: Target) -> None:
    """`build` returns a keras.optimizers.schedules.LearningRateSchedule, a new one each time."""
    import keras

    require_fresh(
        lambda: _built(target, _STEPS, _fitting(target, _EPOCHS)),
        keras.optimizers.schedules.LearningRateSchedule,
        "LearningRateSchedule of Keras",
    )


def rates_are_finite_and_not_negative(target: Target) -> None:
    """At every step its rate is one finite number, not negative, and not 0 at all steps.

    That holds for one step in one epoch, too.
    """
    for steps, few in ((_STEPS, _EPOCHS), (1, 1)):
        epochs = _fitting(target, few)
        rates = _rates(_built(target, steps, epochs), range(steps * epochs))
        of = f"of {steps} steps in each of {epochs} epochs"
        wrong = np.flatnonzero(~(np.isfinite(rates) & (rates >= 0)))
        first = [f"step {at} has the rate {rates[at]:g}" for at in wrong[:1]]
        require(not first, f"{of}, {''.join(first)}")
        require(rates.any(), f"{of}, all have the rate 0")


def depends_on_the_step_alone(target: Target) -> None:
    """Its rate at a step is the same in any order of the steps and from every build."""
    epochs = _fitting(target, _EPOCHS)
    built = _built(target, _STEPS, epochs)
    steps = range(_STEPS * epochs)
    rates = _rates(built, steps)
    backwards = _rates(built, reversed(steps))[::-1]
    _require_equal(rates, backwards, "with the steps in the opposite order")
    _require_equal(rates, _rates(_built(target, _STEPS, epochs), steps), "in another build")


def compiles(target: Target) -> None:
    """TensorFlow and XLA can compile it, and its rates stay the same."""
    import tensorflow as tf

    epochs = _fitting(target, _EPOCHS)
    built = _built(target, _STEPS, epochs)
    steps = range(0, _STEPS * epochs, 2)
    rates = _rates(built, steps)
    for xla in (False, True):
        step = tf.TensorSpec((), "int64")
        function = tf.function(built, jit_compile=xla, autograph=False).get_concrete_function(step)
        name = "with XLA" if xla else "compiled"
        _require_equal(rates, _rates(function, steps), name, tolerance=1e-5)


def says_whether_it_uses_the_epochs(target: Target) -> None:
    """If its rates depend on the number of epochs of the run, its `uses_epochs` is true."""
    if target.component.uses_epochs:
        raise NotApplicable("it says that its rates depend on the number of epochs")
    epochs = _fitting(target, _EPOCHS)
    steps = range(_STEPS * epochs)
    few = _rates(_built(target, _STEPS, epochs), steps)
    for more in (epochs + 1, 2 * epochs):
        many = _rates(_built(target, _STEPS, more), steps)
        _require_equal(few, many, f"in a run of {more} in place of {epochs} epochs")


def works_during_training(target: Target) -> None:
    """Training with it runs to the end, and the loss stays finite."""
    small_training(learning_rate=target.component, epochs=_fitting(target, 2))


def _built(target: Target, steps: int, epochs: int) -> Any:
    schedule: Schedule = target.component
    return call_declared(schedule.build, steps_per_epoch=steps, epochs=epochs)


def _fitting(target: Target, epochs: int) -> int:
    """Return the smallest number of epochs, at least the given one, that it does not refuse."""
    schedule: Schedule = target.component
    for each in range(epochs, _MOST):
        try:
            schedule.check(each)
        except ValueError:
            continue
        return each
    raise NotApplicable(f"it refuses runs of fewer than {_MOST} epochs")


def _rates(
    schedule: "keras.optimizers.schedules.LearningRateSchedule", steps: Iterable[int]
) -> "Rates":
    """Return the rates at these steps, as an optimizer asks for them."""
    import tensorflow as tf

    rates = [np.asarray(schedule(tf.constant(step, tf.int64))) for step in steps]
    for each in rates:
        require(each.shape == (), f"its rate has the shape {each.shape}, expected one number")
    return np.array(rates, np.float32)


def _require_equal(one: "Rates", other: "Rates", when: str, tolerance: float = 0.0) -> None:
    for step, (mine, its) in enumerate(zip(one, other, strict=True)):
        alike = np.isclose(mine, its, rtol=tolerance, atol=tolerance / 1000)
        require(alike, f"its rate at step {step} is {mine:g}, and {its:g} {when}")


CHECKS = (
    builds_fresh_schedules,
    rates_are_finite_and_not_negative,
    depends_on_the_step_alone,
    compiles,
    says_whether_it_uses_the_epochs,
    works_during_training,
)
