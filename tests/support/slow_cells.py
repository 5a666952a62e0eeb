"""A callback that makes epochs long without work."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from zookit.core import Callback, Doc

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Slow(Callback):
    """Sleeps at the end of each epoch."""

    seconds: Annotated[float, Doc("How long.")] = 0.1

    def build(self) -> "keras.callbacks.Callback":
        import keras

        return keras.callbacks.LambdaCallback(
            on_epoch_end=lambda *_, **__: time.sleep(self.seconds)
        )
