"""Metrics, each wrong in one way; ENTRIES names the checks that each must fail."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from zookit.core import Metric

FRESH = "builds fresh metrics"
NUMBER = "its value is one finite number"
BETTER = "better predictions have better values"
ORDER = "the order of batches does not matter"
RESET = "reset forgets everything"
STATE = "state is in its variables"
COMPILES = "compiles"
TRAINS = "works during training"


@cache
def probability() -> Any:
    """Return the class of a metric, the mean probability of the true class."""
    import keras
    import tensorflow as tf

    class Probability(keras.metrics.Mean):  # type: ignore[misc]
        def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
            super().update_state(tf.reduce_sum(y_true * y_pred, 1), sample_weight)

    return Probability


def metric_of(**methods: Any) -> Any:
    """Return that metric, with these methods in place of its own."""
    return type("Changed", (probability(),), methods)()


@dataclass(frozen=True)
class Right(Metric):
    """The mean probability of the true class; nothing is wrong."""

    def build(self, classes: int) -> Any:
        return metric_of()


@dataclass(frozen=True)
class AsksNothing(Metric):
    """Does not ask for the number of classes, which is right too."""

    def build(self) -> Any:  # type: ignore[override]
        return metric_of()


@dataclass(frozen=True)
class Function(Right):
    """Returns a function."""

    def build(self, classes: int) -> Any:
        return lambda labels, probabilities: 0.5


@cache
def one_metric() -> Any:
    return metric_of()


@dataclass(frozen=True)
class Shared(Right):
    """The same metric each time."""

    def build(self, classes: int) -> Any:
        return one_metric()


@dataclass(frozen=True)
class Several(Right):
    """Has a value for each class, as Keras's F1 score does."""

    def build(self, classes: int) -> Any:
        import keras

        return keras.metrics.F1Score()


@dataclass(frozen=True)
class NotFinite(Right):
    """Divides by the number of wrong predictions."""

    def build(self, classes: int) -> Any:
        def result(self: Any) -> Any:
            return self.total / (self.count - self.total)

        return metric_of(result=result)


@dataclass(frozen=True)
class Downside(Right):
    """Is better if it is higher, and says otherwise."""

    higher_is_better = False


@dataclass(frozen=True)
class Constant(Right):
    """Is the same for all predictions."""

    def build(self, classes: int) -> Any:
        import tensorflow as tf

        return metric_of(result=lambda self: tf.constant(0.5))


@dataclass(frozen=True)
class LastBatch(Right):
    """Forgets all batches but the last."""

    def build(self, classes: int) -> Any:
        def update_state(self: Any, labels: Any, probabilities: Any, weights: Any = None) -> None:
            self.reset_state()
            probability().update_state(self, labels, probabilities, weights)

        return metric_of(update_state=update_state)


@dataclass(frozen=True)
class NeverResets(Right):
    """Remembers the batches of all epochs."""

    def build(self, classes: int) -> Any:
        return metric_of(reset_state=lambda self: None)


@dataclass(frozen=True)
class Hides(Right):
    """Keeps its state where Keras does not know of it."""

    def build(self, classes: int) -> Any:
        import keras
        import tensorflow as tf

        class Hidden(keras.metrics.Metric):  # type: ignore[misc]
            def __init__(self) -> None:
                super().__init__()
                object.__setattr__(self, "hidden", [tf.Variable(0.0), tf.Variable(0.0)])

            def update_state(self, labels: Any, chances: Any, weights: Any = None) -> None:
                self.hidden[0].assign_add(tf.reduce_sum(labels * chances))
                self.hidden[1].assign_add(tf.reduce_sum(labels))

            def result(self) -> Any:
                return self.hidden[0] / self.hidden[1]

            def reset_state(self) -> None:
                for each in self.hidden:
                    each.assign(0.0)

        return Hidden()


@dataclass(frozen=True)
class NotForXla(Right):
    """Uses an operation that XLA does not have, and does not say so."""

    def build(self, classes: int) -> Any:
        import tensorflow as tf

        def update_state(self: Any, labels: Any, probabilities: Any, weights: Any = None) -> None:
            most = tf.numpy_function(lambda each: each.max(), [labels], tf.float32)
            probability().update_state(self, labels * tf.reshape(most, []), probabilities, weights)

        return metric_of(update_state=update_state)


@dataclass(frozen=True)
class SaysNotForXla(NotForXla):
    """Uses an operation that XLA does not have, and says so."""

    xla = False


ENTRIES = {
    "right": (Right, ()),
    "asks_nothing": (AsksNothing, ()),
    "says_not_for_xla": (SaysNotForXla, ()),
    "function": (Function, (FRESH, NUMBER, BETTER, ORDER, RESET, STATE, COMPILES, TRAINS)),
    "shared": (Shared, (FRESH, ORDER, STATE)),
    "several": (Several, (NUMBER, BETTER, ORDER, RESET, STATE, COMPILES, TRAINS)),
    "not_finite": (NotFinite, (NUMBER,)),
    "downside": (Downside, (BETTER,)),
    "constant": (Constant, (BETTER,)),
    "last_batch": (LastBatch, (ORDER,)),
    "never_resets": (NeverResets, (RESET,)),
    "hides": (Hides, (STATE,)),
    "not_for_xla": (NotForXla, (COMPILES,)),
}
