"""Measures the epochs of this process."""

import json
import resource
import time
from typing import Any


class Clock:
    """Wall and CPU seconds from each start to its lap; CPU of all threads of the process."""

    def __init__(self) -> None:
        self.epochs: list[dict[str, float]] = []

    def start(self) -> None:
        """Begin an epoch."""
        self._began = time.perf_counter(), _cpu()

    def lap(self) -> None:
        """End an epoch."""
        wall, cpu = self._began
        self.epochs.append({"wall": time.perf_counter() - wall, "cpu": _cpu() - cpu})

    def report(self, **more: Any) -> None:
        """Print the epochs and other values as one line of JSON."""
        print(json.dumps({"epochs": self.epochs, **more}), flush=True)

    def keras_callback(self) -> Any:
        """Return a Keras callback that measures the epochs."""
        import keras

        return keras.callbacks.LambdaCallback(
            on_epoch_begin=lambda epoch, logs: self.start(),  # noqa: ARG005
            on_epoch_end=lambda epoch, logs: self.lap(),  # noqa: ARG005
        )


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
