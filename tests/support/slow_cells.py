"""A callback that makes epochs long without work."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from zookit.core import Callback, Doc

if TYPE_CHECKING:
    import keras

SLOW = f"{__file__}:Slow"
"""The words of the callback."""


@dataclass(frozen=True)
class Slow(Callback):
    """Waits at the end of each epoch, so that what happens meanwhile does not depend on luck."""

    seconds: Annotated[float, Doc("How long, at most.")] = 0.1
    until: Annotated[str, Doc("A file; once it exists, no epoch waits any more.")] = ""

    def build(self) -> "keras.callbacks.Callback":
        import keras

        return keras.callbacks.LambdaCallback(on_epoch_end=lambda *_, **__: self._wait())

    def _wait(self) -> None:
        end = time.monotonic() + self.seconds
        while time.monotonic() < end and not (self.until and Path(self.until).exists()):
            time.sleep(min(0.05, self.seconds))
