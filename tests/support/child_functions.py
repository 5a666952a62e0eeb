"""Functions that tests call in child processes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from zookit.core import BadRun, UnknownName
from zookit.own_process import is_own_process


class PrivateError(UnknownName):
    """A class that zookit.core does not export."""


def owned(argument: Any) -> bool:
    del argument
    return is_own_process()


def describe(argument: Any) -> dict[str, Any]:
    return {"argument": argument, "pid": os.getpid(), "path": sys.path, "argv": sys.argv}


def write(folder: str) -> None:
    """Write a line to each stream; continue only after the parent has received the first."""
    print("épochs 1/2")
    while not Path(folder, "received").exists():
        time.sleep(0.01)
    print("watch out", file=sys.stderr)
    sys.stdout.write("unfinished")


def raise_bad_run(text: str) -> None:
    raise BadRun(text)


def raise_private(text: str) -> None:
    raise PrivateError(text)


def raise_defect(text: str) -> None:
    raise RuntimeError(text)


def exit_at_once(code: int) -> None:
    os._exit(code)


def read_input(_: None) -> str:
    try:
        return input()
    except EOFError as error:
        return str(error)


def wait_for_interrupt(folder: str) -> str:
    """Return "stopped" after the first Ctrl-C, as training does."""
    Path(folder, "pid").write_text(str(os.getpid()))
    try:
        print("ready")
        time.sleep(60)
    except KeyboardInterrupt:
        return "stopped"
    return "not interrupted"


def wait(folder: str) -> None:
    """Wait without handling Ctrl-C."""
    Path(folder, "pid").write_text(str(os.getpid()))
    print("ready")
    time.sleep(60)


def ignore_interrupts(folder: str) -> None:
    Path(folder, "pid").write_text(str(os.getpid()))
    signal.signal(signal.SIGINT, lambda *_: print("ready"))
    print("ready")
    time.sleep(60)


def leave_a_child(folder: str) -> int:
    """Start a process that would keep the streams open for a minute."""
    return subprocess.Popen(["sleep", "60"]).pid


def run_waiting_child(folder: str) -> None:
    """Run as a parent process that can be killed."""
    from zookit.isolation import run_in_child

    run_in_child("child_functions:wait", folder)


def is_blocked(listener: str) -> bool:
    from zookit.registry import default

    return default.listeners.is_blocked(listener)
