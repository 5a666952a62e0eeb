"""A zookit callback that measures the epochs of `zookit run`."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from clock import Clock

from zookit.core import Callback, Doc

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class EpochClock(Callback):
    """Writes the wall and CPU seconds of the epochs to a file."""

    file: Annotated[Path, Doc("The file.")]

    def build(self) -> "keras.callbacks.Callback":
        """Return a callback that writes the file when training ends."""
        clock = Clock()
        callback = clock.keras_callback()
        callback.on_train_end = lambda logs=None: self.file.write_text(json.dumps(clock.epochs))  # noqa: ARG005
        return callback
