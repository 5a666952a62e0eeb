"""Ends training on Ctrl-C, or on a signal from a cluster, without losing its results."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]


class Interruption:
    """Notes a signal that asks the training to end; `number` is None until one arrives."""

    def __init__(self) -> None:
        self.number: int | None = None
        self.ended = False
        """Set when training is over, so that no signal disturbs the writing of the results."""

    def check(self) -> None:
        """Raise KeyboardInterrupt if a signal has arrived. Called between TensorFlow calls."""
        if self.number is not None:
            raise KeyboardInterrupt

    def receive(self, number: int, frame: FrameType | None) -> None:
        """Handle a signal."""
        del frame
        again = self.number is not None
        self.number = number
        if again and not self.ended:
            raise KeyboardInterrupt  # a second Ctrl-C ends the training at once


@contextmanager
def interruption() -> Iterator[Interruption]:
    """Record signals instead of raising KeyboardInterrupt anywhere in the code.

    Inside TensorFlow's C++ code a KeyboardInterrupt can surface as another error. Only the main
    thread may handle signals; in other threads nothing changes.
    """
    noted = Interruption()
    if threading.current_thread() is not threading.main_thread():
        yield noted
        return
    before = {
        number: signal.getsignal(number)
        for number in _SIGNALS
        if signal.getsignal(number) is not signal.SIG_IGN  # nohup ignores SIGHUP
    }
    for number in before:
        signal.signal(number, noted.receive)
    try:
        yield noted
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
