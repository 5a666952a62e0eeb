"""Ctrl-C before and after a training, which handles it by itself."""

import signal
from types import FrameType

INTERRUPTED = 130
"""The exit code after Ctrl-C, as in shells."""


class CtrlC:
    """Handles SIGINT and notes it, because code may turn KeyboardInterrupt into another error."""

    def __init__(self) -> None:
        self.pressed = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Raise KeyboardInterrupt."""
        self.pressed = True
        signal.default_int_handler(number, frame)
