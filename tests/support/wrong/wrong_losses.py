"""Losses, each wrong in one way; ENTRIES names the checks that each must fail."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from zookit.core import Loss

FRESH = "builds fresh losses"
MEAN = "its value is the mean over the images"
BETTER = "better predictions have lower values"
GRADIENTS = "gradients are finite"
WEIGHTS = "weights of images count"
MIXED = "mixed labels count"
COMPILES = "compiles"
TRAINS = "works during training"


def loss_of(values: Any, **arguments: Any) -> Any:
    """Return a Keras loss with these values for the images of a batch."""
    import keras

    class Own(keras.losses.Loss):  # type: ignore[misc]
        def call(self, y_true: Any, y_pred: Any) -> Any:
            return values(y_true, y_pred)

    return Own(**arguments)


def squares(labels: Any, probabilities: Any) -> Any:
    import tensorflow as tf

    return tf.reduce_sum((labels - probabilities) ** 2, 1)


@dataclass(frozen=True)
class Right(Loss):
    """The squared differences; nothing is wrong."""

    def build(self, classes: int) -> Any:
        return loss_of(squares)


@dataclass(frozen=True)
class AsksNothing(Loss):
    """Does not ask for the number of classes, which is right too."""

    def build(self) -> Any:  # type: ignore[override]
        return loss_of(squares)


@dataclass(frozen=True)
class Function(Right):
    """Returns a function."""

    def build(self, classes: int) -> Any:
        return squares


@cache
def one_loss() -> Any:
    return loss_of(squares)


@dataclass(frozen=True)
class Shared(Right):
    """The same loss each time."""

    def build(self, classes: int) -> Any:
        return one_loss()


@dataclass(frozen=True)
class Sum(Right):
    """Adds the values of the images."""

    def build(self, classes: int) -> Any:
        return loss_of(squares, reduction="sum")


@dataclass(frozen=True)
class Each(Right):
    """Has a value for each image."""

    def build(self, classes: int) -> Any:
        return loss_of(squares, reduction="none")


@dataclass(frozen=True)
class Upside(Right):
    """Is higher for better predictions."""

    def build(self, classes: int) -> Any:
        return loss_of(lambda labels, probabilities: 2 - squares(labels, probabilities))


@dataclass(frozen=True)
class Logarithm(Right):
    """Takes the logarithm of a probability that may be 0."""

    def build(self, classes: int) -> Any:
        import tensorflow as tf

        return loss_of(lambda one, other: -tf.reduce_sum(one * tf.math.log(other), 1))


@dataclass(frozen=True)
class NoGradient(Right):
    """Is the share of wrong predictions, which no small change of a weight changes."""

    def build(self, classes: int) -> Any:
        import tensorflow as tf

        def wrong(labels: Any, probabilities: Any) -> Any:
            return squares(labels, tf.stop_gradient(probabilities)) + 0 * probabilities[:, 0]

        return loss_of(wrong)


@dataclass(frozen=True)
class Unweighted(Right):
    """Ignores the weights of the images."""

    def build(self, classes: int) -> Any:
        import tensorflow as tf

        class Own(type(loss_of(squares))):  # type: ignore[misc]
            def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
                return tf.reduce_mean(squares(y_true, y_pred))

        return Own()


@dataclass(frozen=True)
class Hard(Right):
    """Sees only the stronger class of a mixed label."""

    def build(self, classes: int) -> Any:
        import tensorflow as tf

        def hard(labels: Any, probabilities: Any) -> Any:
            classes = probabilities.shape[1]
            return squares(tf.one_hot(tf.argmax(labels, 1), classes), probabilities)

        return loss_of(hard)


@dataclass(frozen=True)
class NotForXla(Right):
    """Uses an operation that XLA does not have, and does not say so."""

    def build(self, classes: int) -> Any:
        import tensorflow as tf

        def own(labels: Any, probabilities: Any) -> Any:
            most = tf.numpy_function(lambda each: each.max(), [labels], tf.float32)
            return squares(labels * tf.reshape(most, []), probabilities)

        return loss_of(own)


@dataclass(frozen=True)
class SaysNotForXla(NotForXla):
    """Uses an operation that XLA does not have, and says so."""

    xla = False


ENTRIES = {
    "right": (Right, ()),
    "asks_nothing": (AsksNothing, ()),
    "says_not_for_xla": (SaysNotForXla, ()),
    "function": (Function, (FRESH, MEAN, BETTER, GRADIENTS, WEIGHTS, MIXED, COMPILES, TRAINS)),
    "shared": (Shared, (FRESH,)),
    "sum": (Sum, (MEAN, WEIGHTS)),
    "each": (Each, (MEAN, BETTER, GRADIENTS, WEIGHTS, MIXED, COMPILES)),
    "upside": (Upside, (BETTER,)),
    "logarithm": (Logarithm, (GRADIENTS,)),
    "no_gradient": (NoGradient, (GRADIENTS,)),
    "unweighted": (Unweighted, (WEIGHTS,)),
    "hard": (Hard, (MIXED,)),
    "not_for_xla": (NotForXla, (COMPILES,)),
}
