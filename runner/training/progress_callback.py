"""The Keras callback that moves the progress bar. Imports Keras: import it once training starts."""

import time
from typing import Any

import keras
from rich.progress import Progress

from zookit.training.state import format_values, logged_values


class ProgressCallback(keras.callbacks.Callback):
    """Shows a bar within each epoch, and moves it at most as often as it is drawn."""

    def __init__(self, bars: Progress, epochs: int, updates_per_second: float) -> None:
        super().__init__()
        self._bars = bars
        self._epochs = epochs
        self._interval = 1 / updates_per_second

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._bars.start()
        self._task = self._bars.add_task(
            f"epoch {epoch + 1}/{self._epochs}", total=self.params["steps"], values=""
        )
        self._drawn = 0.0

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        now = time.monotonic()
        if now - self._drawn >= self._interval:
            self._drawn = now
            # The last execution of an epoch may have fewer steps than Keras expects.
            done = min(batch + 1, self.params["steps"])
            values = format_values(logged_values(logs))
            self._bars.update(self._task, completed=done, values=values)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._bars.remove_task(self._task)
        self._bars.stop()
