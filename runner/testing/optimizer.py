"""The contract of optimizers."""

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from zookit.core.calling import call_declared
from zookit.modeling.optimizers import build_optimizer
from zookit.testing.check import compiled, require, require_fresh
from zookit.testing.target import Target
from zookit.testing.trial_training import small_training

if TYPE_CHECKING:
    from collections.abc import Sequence

    import keras
    import numpy.typing as npt

    from zookit.core import Optimizer

    Weights = list[npt.NDArray[np.float32]]

_RATE = 0.125
_STEPS = 40


def builds_fresh_optimizers(target: Target) -> None:
    """`build` returns a keras.optimizers.Optimizer, a new one each time."""
    import keras

    optimizer: Optimizer = target.component
    for rate in (None, _RATE, _halving()):
        require_fresh(
            partial(call_declared, optimizer.build, learning_rate=rate),
            keras.optimizers.Optimizer,
            "keras.optimizers.Optimizer",
        )


def says_whether_it_averages_the_weights(target: Target) -> None:
    """Its `averages_weights` says whether the Keras optimizer has `use_ema`."""
    optimizer: Optimizer = target.component
    built = call_declared(optimizer.build, learning_rate=None)
    require(
        built.use_ema == optimizer.averages_weights,
        f"averages_weights is {optimizer.averages_weights}, but use_ema is {built.use_ema}",
    )


def learns_at_the_rate_that_it_is_given(target: Target) -> None:
    """Its learning rate is the number that `build` receives, or follows the schedule, step by step.

    With None it has a positive rate of its own.
    """
    optimizer: Optimizer = target.component
    own = float(call_declared(optimizer.build, learning_rate=None).learning_rate)
    require(np.isfinite(own) and own > 0, f"its own learning rate is {own}")
    built = call_declared(optimizer.build, learning_rate=_RATE)
    found = float(built.learning_rate)
    require(found == _RATE, f"given the learning rate {_RATE}, it has {found:g}")
    problem = _Problem(call_declared(optimizer.build, learning_rate=_halving()))
    for step in range(3):
        found, expected = float(problem.optimizer.learning_rate), 0.5**step
        require(
            np.isclose(found, expected),
            f"with a schedule, its learning rate before step {step} is {found:g}, not {expected:g}",
        )
        problem.train(1)


def lowers_the_loss(target: Target) -> None:
    """It changes all weights, and a loss falls that is simple to minimize, also with XLA."""
    for xla in (False, True):
        problem = _Problem(build_optimizer(target.component), xla=xla)
        before, first = problem.weights(), problem.loss()
        problem.train(_STEPS)
        with_xla = "with XLA, " if xla else ""
        for name, one, two in zip(("matrix", "vector"), before, problem.weights(), strict=True):
            require(np.all(np.isfinite(two)), f"{with_xla}a {name} of weights is no longer finite")
            require(not np.array_equal(one, two), f"{with_xla}a {name} of weights never changes")
        last = problem.loss()
        require(
            last < first,
            f"{with_xla}the loss went from {first:g} to {last:g} in {_STEPS} steps",
        )


def state_is_in_its_variables(target: Target) -> None:
    """Another optimizer that receives its variables continues exactly like it.

    All variables exist once Keras has called its `build`, before the first step.
    """
    one, two = (_Problem(build_optimizer(target.component)) for _ in range(2))
    before = len(one.optimizer.variables)
    one.train(3)
    found = len(one.optimizer.variables)
    require(found == before, f"it has {before} variables before the first step and {found} after")
    for mine, its in zip(two.variables(), one.variables(), strict=True):
        mine.assign(its)
    for each in (one, two):
        each.train(3)
    pairs = zip(one.weights(), two.weights(), strict=True)
    require(
        all(np.array_equal(*pair) for pair in pairs),
        "another optimizer with its variables changes the weights otherwise",
    )


def works_during_training(target: Target) -> None:
    """Training with it runs to the end, and the loss stays finite."""
    small_training(optimizer=target.component)


class _Problem:
    """A matrix and a vector of weights that an optimizer draws towards a goal."""

    def __init__(self, optimizer: "keras.optimizers.Optimizer", *, xla: bool = False) -> None:
        import keras

        random = np.random.default_rng(0)
        shapes = (4, 3), (3,)
        self._goals: Weights = [random.normal(size=each).astype("float32") for each in shapes]
        self._variables = [
            keras.Variable(goal + np.sign(random.normal(size=goal.shape)), dtype="float32")
            for goal in self._goals
        ]
        self.optimizer = optimizer
        optimizer.build(self._variables)
        self._step = compiled(self._take_step, xla=xla)

    def _take_step(self) -> None:
        gradients = [2 * (each - goal) for each, goal in self._pairs()]
        self.optimizer.apply(gradients, self._variables)

    def _pairs(self) -> "list[tuple[Any, npt.NDArray[np.float32]]]":
        return list(zip((each.value for each in self._variables), self._goals, strict=True))

    def train(self, steps: int) -> None:
        """Let the optimizer take some steps."""
        for _ in range(steps):
            self._step()

    def loss(self) -> float:
        """Return the squared distance to the goal."""
        return sum(float(np.sum((np.asarray(each) - goal) ** 2)) for each, goal in self._pairs())

    def weights(self) -> "Weights":
        """Return a copy of the weights."""
        return [each.numpy() for each in self._variables]

    def variables(self) -> "Sequence[keras.Variable]":
        """Return the weights and the variables of the optimizer."""
        return [*self._variables, *self.optimizer.variables]


def _halving() -> "keras.optimizers.schedules.LearningRateSchedule":
    from keras.optimizers.schedules import ExponentialDecay

    return ExponentialDecay(1.0, decay_steps=1, decay_rate=0.5)


CHECKS = (
    builds_fresh_optimizers,
    says_whether_it_averages_the_weights,
    learns_at_the_rate_that_it_is_given,
    lowers_the_loss,
    state_is_in_its_variables,
    works_during_training,
)
