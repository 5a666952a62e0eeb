"""Ending a training on Ctrl-C, or on a cluster's signal, without losing what there is."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]


class Interruption:
    """Whether a signal has asked for the end; `number` is the signal's."""

    def __init__(self) -> None:
        self.number: int | None = None
        self.ended = False
        """Set when training is over, so that nothing disturbs what is being kept."""

    def check(self) -> None:
        """Raise KeyboardInterrupt where a signal has come; called where Python code stands."""
        if self.number is not None:
            raise KeyboardInterrupt

    def receive(self, number: int, frame: FrameType | None) -> None:
        """The signal handler."""
        del frame
        again = self.number is not None
        self.number = number
        if again and not self.ended:
            raise KeyboardInterrupt  # impatience: not only after this step


@contextmanager
def interruption() -> Iterator[Interruption]:
    """Signals are taken note of rather than raised wherever they strike.

    Inside TensorFlow's C++ code a KeyboardInterrupt can surface as another error. Outside of the
    main thread nobody may handle signals, and nothing changes.
    """
    one = Interruption()
    if threading.current_thread() is not threading.main_thread():
        yield one
        return
    before = {
        number: signal.getsignal(number)
        for number in _SIGNALS
        if signal.getsignal(number) is not signal.SIG_IGN  # as nohup has it
    }
    for number in before:
        signal.signal(number, one.receive)
    try:
        yield one
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
