"""Small runs with listeners: complete ones, and ones that end early."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import pytest
from made_by_hand import Lopsided

import zookit
from zookit.core import Callback


def train(*listeners: str, **options: Any) -> zookit.Run:
    """A run of two epochs with a validation split."""
    options = {"epochs": 2, "validation": 0.2, "callbacks": (), **options}
    # With dropout, zookit compiles with TensorFlow alone, which is quicker here than XLA.
    return zookit.run(Lopsided(), "dense:4,dropout=0.1", listeners=listeners, **options)


@dataclass(frozen=True)
class Ending(Callback):
    """Ends training in the second epoch, by an error or as Ctrl-C does."""

    interrupted: bool = False

    def build(self) -> keras.callbacks.Callback:
        def end(epoch: int, logs: Any) -> None:
            if epoch == 1:
                raise KeyboardInterrupt if self.interrupted else OverflowError("too much")

        return keras.callbacks.LambdaCallback(on_epoch_begin=end)


def end_early(*listeners: str, interrupted: bool) -> Path:
    """The folder of a run that ends in its second epoch."""
    if interrupted:
        assert train(*listeners, callbacks=Ending(interrupted=True)).status == "interrupted"
    else:
        with pytest.raises(OverflowError):
            train(*listeners, callbacks=Ending())
    (folder,) = Path("runs").iterdir()
    return folder
