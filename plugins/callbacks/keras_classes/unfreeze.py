"""The Keras class behind `unfreeze`."""

import math

from zookit.core import say
from zookit.plugins.callbacks.keras_classes.stateful import Logs, Stateful


class Unfreeze(Stateful):
    """Sets the learning rate when an epoch begins, and reports what is trained from then on.

    Args:
        first: the epoch, counted from 1.
        learning_rate: the learning rate from this epoch on; None for no change.
    """

    state_attributes = ("done",)

    def __init__(self, first: int, learning_rate: float | None) -> None:
        super().__init__()
        self._first = first
        self._learning_rate = learning_rate
        self.done = False

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Set the learning rate in the epoch; only once, also if it is resumed within it."""
        del logs
        if epoch + 1 != self._first or self.done:
            return
        self.done = True
        if self._learning_rate is not None:
            self.model.optimizer.learning_rate = self._learning_rate
        trained = sum(math.prod(each.shape) for each in self.model.trainable_variables)
        rate = "" if self._learning_rate is None else f", learning rate {self._learning_rate:g}"
        say(
            f"unfreeze: epoch {self._first} trains {trained:,} of {self.model.count_params():,} "
            f"parameters{rate}."
        )
