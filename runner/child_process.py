"""A Python process that calls one function: how it is started and ended, and what it does."""

import faulthandler
import importlib
import io
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import IO, Any

from zookit.core import ZookitError
from zookit.core.python_process import python_command
from zookit.own_process import declare_own_process

_ROUNDS = 20
"""How often to look for marked processes, which may be starting others."""
_EXITS = ("_exit", "kill", "killpg", "execv", "execve")
"""The functions of `os` that can end a process without a trace."""
_START = "from zookit import child_process; getattr(child_process, sys.argv[2])(*sys.argv[3:])"


def python(*options: str) -> list[str]:
    """The command of a Python process with this one's `sys.path`."""
    return python_command(_START, *options)


def kill_marked(mark: str) -> None:
    """Kill the processes that have this text in their environment (Linux only).

    A process that a child has started in a session of its own is in no group of the child's.
    """
    for _ in range(_ROUNDS):
        found = marked_processes(mark)
        if not found:
            return
        for each in found:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(each, signal.SIGKILL)


def marked_processes(mark: str) -> list[int]:
    """Return the processes, but for this one, that have this text in their environment."""
    found = Path("/proc").glob("[0-9]*")
    return [int(each.name) for each in found if _is_marked(each, mark)]


def _is_marked(process: Path, mark: str) -> bool:
    try:
        return int(process.name) != os.getpid() and mark.encode() in Path(
            process, "environ"
        ).read_bytes().split(b"\0")
    except OSError:  # it has ended, or is another user's
        return False


def answer_call(function: str, argument: str, seconds: str, folder: str) -> None:
    """Run in the child process of `call_all`: write what the function returns to the folder."""
    called = _import(function)
    replace_input()
    stack = Path(folder, "stack").open("w")  # noqa: SIM115 - written until the process ends
    faulthandler.enable(stack)
    _note_exits(stack)
    # This timer needs no interpreter lock. It also ends this process if its parent was killed.
    faulthandler.dump_traceback_later(float(seconds), exit=True, file=stack)
    answer = json.dumps(called(json.loads(argument)))
    Path(folder, "answer").write_text(answer, encoding="ascii")


def _note_exits(stack: IO[str]) -> None:
    """Write the stack before a call that ends this process at once, such as `os._exit`."""
    own = os.getpid()
    targets = {0, -1, own, os.getpgrp() if hasattr(os, "getpgrp") else own}

    def noted(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def call(*arguments: Any, **named: Any) -> Any:
            kills_another = (
                "kill" in function.__name__ and arguments[:1] and (arguments[0] not in targets)
            )
            if os.getpid() != own or kills_another:
                return function(*arguments, **named)
            faulthandler.dump_traceback(stack, all_threads=False)
            try:
                return function(*arguments, **named)
            finally:  # it has not ended the process
                stack.seek(0)
                stack.truncate()

        return call

    # `os` has them from the module of the system.
    for module in (os, sys.modules[os.name]):
        for name in _EXITS:
            if hasattr(module, name):
                setattr(module, name, noted(getattr(module, name)))


def answer_parent(function: str, folder: str) -> None:
    """Run in the child process of `run_in_child`: write the answer or the error to the folder."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    replace_input()
    argument = json.loads(Path(folder, "argument").read_text(encoding="ascii"))
    outcome: dict[str, Any]
    try:
        outcome = {"answer": _import(function)(argument)}
    except ZookitError as error:
        classes = [each.__name__ for each in type(error).__mro__]
        outcome = {"error": str(error), "classes": classes}
    except KeyboardInterrupt:
        outcome = {"interrupted": True}
    Path(folder, "answer").write_text(json.dumps(outcome), encoding="ascii")


def _import(function: str) -> Any:
    declare_own_process()
    sys.argv[:] = ["zookit"]  # a plugin may parse them
    module, _, name = function.partition(":")
    return getattr(importlib.import_module(module), name)


def replace_input() -> None:
    """Let reading from standard input raise EOFError."""
    sys.stdin = io.TextIOWrapper(io.BufferedReader(_NoInput(0, closefd=False)))


class _NoInput(io.FileIO):
    """A standard input that raises EOFError when read."""

    def readinto(self, buffer: Any, /) -> int:
        """Raise EOFError."""
        del buffer
        raise EOFError(_READS)

    def readall(self) -> bytes:
        """Raise EOFError."""
        raise EOFError(_READS)


_READS = "it reads standard input, which is not available here"


def _end_with_parent() -> None:
    os.read(0, 1)  # returns when the parent's end of the pipe is closed
    os.kill(os.getpid(), signal.SIGTERM)
