"""Callbacks that do harm to the process that trains."""

import os
import resource
import signal
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from zookit.core import Callback, Doc, warn

if TYPE_CHECKING:
    import keras

HOW = Literal["abort", "exit", "kill", "hang", "eat", "raise", "stop", "warn", "print", "wait"]


@dataclass(frozen=True)
class Harm(Callback):
    """Does harm at the end of an epoch."""

    how: Annotated[HOW, Doc("What it does.")] = "abort"
    epoch: Annotated[int, Doc("After which epoch.")] = 1
    once: Annotated[str, Doc("A file to create; if it exists, nothing is done.")] = ""

    def build(self) -> "keras.callbacks.Callback":
        import keras

        def end(epoch: int, logs: Any = None) -> None:
            if epoch + 1 != self.epoch:
                return
            if self.once:
                try:
                    os.close(os.open(self.once, os.O_CREAT | os.O_EXCL))
                except FileExistsError:
                    return
            _do(self.how)

        return keras.callbacks.LambdaCallback(on_epoch_end=end)


def _do(how: str) -> None:
    if how == "abort":
        os.abort()
    elif how == "exit":
        os._exit(3)
    elif how == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif how == "hang":
        while True:
            time.sleep(0.1)
    elif how == "eat":
        _eat()
    elif how == "raise":
        raise RuntimeError("no\nluck")
    elif how == "stop":
        raise SystemExit(1)
    elif how == "warn":
        warn("that is odd")
    elif how == "print":
        print('{"ended": "finished", "reason": "", "last": true}', flush=True)
    elif how == "wait":
        time.sleep(60)


def _eat() -> None:
    """Allocate memory without end; this process alone may have 1 GB more than it has."""
    with open("/proc/self/statm") as file:
        size = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + (1 << 30), resource.RLIM_INFINITY))
    held = []
    while True:
        held.append(bytearray(1 << 26))
