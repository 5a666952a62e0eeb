"""The Keras class behind `stop_at_loss` and `stop_at_accuracy`."""

import math

from zookit.core import say
from zookit.plugins.callbacks.keras_classes.stateful import Logs, Stateful
from zookit.plugins.callbacks.monitored import monitored


class StopAtThreshold(Stateful):
    """Stops training after the first epoch whose monitored value is within a bound.

    Args:
        name: the component's name, for messages.
        monitor: the logged value to compare.
        at_least: the smallest value that stops training.
        at_most: the largest value that stops training.
    """

    def __init__(
        self,
        name: str,
        monitor: str,
        at_least: float = float("-inf"),
        at_most: float = float("inf"),
    ) -> None:
        super().__init__()
        self._name = name
        self._monitor = monitor
        self._at_least = at_least
        self._at_most = at_most
        self._missed: float | None = None
        """The last value, if it was not within the bound."""

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Stop training if the value is within the bound. Raises TrainingFailed if not logged."""
        value = monitored(self._name, self._monitor, logs)
        self._missed = value
        if self._at_least <= value <= self._at_most:
            self._missed = None
            self.model.stop_training = True
            say(
                f"{self._name}: {self._monitor} reached {value:.4f} in epoch {epoch + 1}; stopping."
            )

    def on_train_end(self, logs: Logs = None) -> None:
        """Report that the bound was never reached, unless another callback ended the training."""
        del logs
        if self._missed is not None and not self.model.stop_training:
            bound = self._at_least if math.isfinite(self._at_least) else self._at_most
            say(
                f"{self._name}: {self._monitor} did not reach {bound:g}; it is {self._missed:.4f} "
                "after the last epoch. It may with more epochs."
            )
