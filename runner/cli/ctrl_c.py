"""Ctrl-C and SIGTERM before and after a training, which handles them by itself."""

import signal
from types import FrameType

INTERRUPTED = 130
"""The exit code after Ctrl-C, as in shells."""


class CtrlC:
    """Handles a signal and notes it, because code may turn KeyboardInterrupt into another error."""

    def __init__(self) -> None:
        self.pressed = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Raise KeyboardInterrupt."""
        self.pressed = True
        if number == signal.SIGTERM:
            signal.signal(number, signal.SIG_DFL)  # a second one ends the process at once
        signal.default_int_handler(number, frame)
