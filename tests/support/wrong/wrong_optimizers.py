"""Optimizers, each wrong in one way; ENTRIES names the checks that each must fail."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from zookit.core import Optimizer

AVERAGES = "says whether it averages the weights"
LEARNS = "lowers the loss"
RATE = "learns at the rate that it is given"
STATE = "state is in its variables"
TRAINS = "works during training"


@dataclass(frozen=True)
class Right(Optimizer):
    """Gradient descent with momentum; nothing is wrong."""

    def build(self, learning_rate: Any) -> Any:
        import keras

        return keras.optimizers.SGD(learning_rate or 0.01, momentum=0.5)


@dataclass(frozen=True)
class NoOptimizer(Right):
    """Returns the name of an optimizer."""

    def build(self, learning_rate: Any) -> Any:
        return "sgd"


@cache
def one_optimizer() -> Any:
    import keras

    return keras.optimizers.SGD(0.01)


@dataclass(frozen=True)
class Shared(Right):
    """The same optimizer each time, if no rate is given."""

    def build(self, learning_rate: Any) -> Any:
        return super().build(learning_rate) if learning_rate else one_optimizer()


@dataclass(frozen=True)
class RateOfItsOwn(Right):
    """Ignores the learning rate that it is given."""

    def build(self, learning_rate: Any) -> Any:
        return super().build(0.01)


@dataclass(frozen=True)
class NumbersAlone(Right):
    """Reads a schedule once."""

    def build(self, learning_rate: Any) -> Any:
        return super().build(float(learning_rate(0)) if callable(learning_rate) else learning_rate)


def sgd_like(**methods: Any) -> Any:
    """Return an optimizer whose class has these methods in place of SGD's."""
    import keras

    return type("Changed", (keras.optimizers.SGD,), methods)


@dataclass(frozen=True)
class Uphill(Right):
    """Adds the gradients."""

    def build(self, learning_rate: Any) -> Any:
        def update_step(self: Any, gradient: Any, variable: Any, rate: Any) -> None:
            self.assign_add(variable, gradient * rate)

        return sgd_like(update_step=update_step)(learning_rate or 0.01)


@dataclass(frozen=True)
class MatricesAlone(Right):
    """Changes no vectors."""

    def build(self, learning_rate: Any) -> Any:
        def update_step(self: Any, gradient: Any, variable: Any, rate: Any) -> None:
            if len(variable.shape) > 1:
                self.assign_sub(variable, gradient * rate)

        return sgd_like(update_step=update_step)(learning_rate or 0.01)


@dataclass(frozen=True)
class NotForXla(Right):
    """Uses an operation that XLA does not have."""

    def build(self, learning_rate: Any) -> Any:
        import tensorflow as tf

        def update_step(self: Any, gradient: Any, variable: Any, rate: Any) -> None:
            one = tf.numpy_function(lambda each: each / each, [rate], tf.float32)
            self.assign_sub(variable, gradient * rate * tf.reshape(one, []))

        return sgd_like(update_step=update_step)(learning_rate or 0.01)


@dataclass(frozen=True)
class Remembers(Right):
    """Keeps its momentum in variables that Keras does not know."""

    def build(self, learning_rate: Any) -> Any:
        import tensorflow as tf

        def build(self: Any, variables: Any) -> None:
            plain.build(self, variables)
            own = [tf.Variable(tf.zeros(each.shape)) for each in variables]
            object.__setattr__(self, "hidden", own)

        def update_step(self: Any, gradient: Any, variable: Any, rate: Any) -> None:
            momentum = self.hidden[self._get_variable_index(variable)]
            momentum.assign(0.5 * momentum + gradient)
            self.assign_sub(variable, momentum * rate)

        plain = sgd_like()
        return sgd_like(build=build, update_step=update_step)(learning_rate or 0.01)


@dataclass(frozen=True)
class AveragesInSilence(Right):
    """Averages the weights, and does not say so."""

    def build(self, learning_rate: Any) -> Any:
        import keras

        return keras.optimizers.SGD(learning_rate or 0.01, use_ema=True)


@dataclass(frozen=True)
class NoAverages(Right):
    """Says that it averages the weights, which it does not."""

    averages_weights = True


ENTRIES = {
    "right": (Right, ()),
    "no_optimizer": (
        NoOptimizer,
        ("builds fresh optimizers", AVERAGES, RATE, LEARNS, STATE, TRAINS),
    ),
    "shared": (Shared, ("builds fresh optimizers", LEARNS, STATE)),
    "rate_of_its_own": (RateOfItsOwn, (RATE,)),
    "numbers_alone": (NumbersAlone, (RATE,)),
    "uphill": (Uphill, (LEARNS,)),
    "matrices_alone": (MatricesAlone, (LEARNS,)),
    "not_for_xla": (NotForXla, (LEARNS,)),
    "remembers": (Remembers, (STATE,)),
    "averages_in_silence": (AveragesInSilence, (AVERAGES,)),
    "no_averages": (NoAverages, (AVERAGES,)),
}
