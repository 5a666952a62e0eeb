"""The Keras class behind `stop_at_loss` and `stop_at_accuracy`."""

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

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Stop training if the value is within the bound. Raises TrainingFailed if not logged."""
        value = monitored(self._name, self._monitor, logs)
        if self._at_least <= value <= self._at_most:
            self.model.stop_training = True
            say(
                f"{self._name}: {self._monitor} reached {value:.4f} in epoch {epoch + 1}; stopping."
            )
