"""Callbacks that do harm to the process that trains."""

import os
import resource
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from zookit.core import Callback, Doc, warn

if TYPE_CHECKING:
    import keras

HOW = Literal["abort", "exit", "kill", "hang", "eat", "oom", "raise", "stop", "speak"]


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
            HARM[self.how]()

        return keras.callbacks.LambdaCallback(on_epoch_end=end)


def _hang() -> None:
    while True:
        time.sleep(0.1)


def _raise() -> None:
    raise RuntimeError("no\nluck")


def _speak() -> None:
    warn("that is odd")
    print('{"ended": "finished", "reason": "", "last": true}', flush=True)


def _eat() -> None:
    """Allocate memory without end; this process alone may have 1 GB more than it has."""
    size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + (1 << 30), resource.RLIM_INFINITY))
    held = []
    while True:
        held.append(bytearray(1 << 26))


def _eat_in_cgroup() -> None:
    """Allocate memory without end in a cgroup that has little, so that the system kills it."""
    Path(os.environ["TEST_CGROUP"], "cgroup.procs").write_text("0")
    held = []
    while True:
        held.append(bytearray(1 << 24))


HARM = {
    "abort": os.abort,
    "exit": lambda: os._exit(3),
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "hang": _hang,
    "eat": _eat,
    "oom": _eat_in_cgroup,
    "raise": _raise,
    "stop": sys.exit,
    "speak": _speak,
}
