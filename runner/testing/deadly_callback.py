"""A callback that kills the process, as a plugin file for the checks of launchers."""

import os
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zookit.core import Callback

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Deadly(Callback):
    """Kills the process that trains, after the first epoch."""

    def build(self) -> "keras.callbacks.Callback":
        """Return a Keras callback that kills the process."""
        import keras

        def kill(*_: object) -> None:
            os.kill(os.getpid(), signal.SIGKILL)

        return keras.callbacks.LambdaCallback(on_epoch_end=kill)
