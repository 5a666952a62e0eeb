"""A training that reports how long its checkpoints take."""

import json
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import zookit
from zookit.core import Callback

if TYPE_CHECKING:
    import keras

seconds = {"training": 0.0, "checkpoints": 0.0}
saves: list[float] = []


@dataclass(frozen=True)
class CheckpointClock(Callback):
    """Measures the pauses of training that begin when a checkpoint asks for its state."""

    def build(self) -> "keras.callbacks.Callback":
        """Return a callback that adds to `seconds` and `saves`."""
        import keras

        clock = _Clock()
        callback = keras.callbacks.LambdaCallback(
            on_train_begin=lambda logs: clock.start(),  # noqa: ARG005
            on_epoch_begin=lambda epoch, logs: clock.resume(),  # noqa: ARG005
            on_train_end=lambda logs: clock.end(),  # noqa: ARG005
        )
        callback.get_state = clock.pause
        callback.set_state = dict
        return callback


class _Clock:
    def __init__(self) -> None:
        self._began = 0.0
        self._paused: float | None = None

    def start(self) -> None:
        self._began = time.perf_counter()

    def pause(self) -> dict[str, Any]:
        self._paused = time.perf_counter()
        saves.append(self._paused)
        return {}

    def resume(self) -> None:
        if self._paused is not None:
            seconds["checkpoints"] += time.perf_counter() - self._paused
            self._paused = None

    def end(self) -> None:
        self.resume()
        seconds["training"] += time.perf_counter() - self._began


def report(run: zookit.Run) -> dict[str, Any]:
    """Return the seconds, the number of checkpoints, and the size of the last one in MB."""
    size = (run.folder / "checkpoint.safetensors").stat().st_size
    return {**seconds, "count": len(saves), "megabytes": size / 1e6}


if __name__ == "__main__":
    words, epochs, folder = sys.argv[1:]
    trained = zookit.run(
        "fashion_mnist", words, CheckpointClock(), epochs=int(epochs), runs_dir=folder, quiet=True
    )
    print(json.dumps(report(trained)))
