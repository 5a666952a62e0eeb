"""The Keras side of the stop callbacks. Imports Keras, so only `build` methods import it."""

from typing import Any

import keras

from zookit.core import say
from zookit.plugins.callbacks.monitored import monitored


class StopAtThreshold(keras.callbacks.Callback):
    """Stops after the first epoch whose monitored value is within a bound, and says so."""

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

    def get_state(self) -> dict[str, Any]:
        """It remembers nothing, so that a resumed run is exact."""
        return {}

    def set_state(self, state: dict[str, Any]) -> None:
        """Nothing to go on from."""

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Stop, or raise TrainingFailed where the value is never logged."""
        value = monitored(self._name, self._monitor, logs)
        if self._at_least <= value <= self._at_most:
            self.model.stop_training = True
            say(
                f"{self._name}: {self._monitor} reached {value:.4f} in epoch {epoch + 1}; stopping."
            )
