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
from typing import IO, TYPE_CHECKING, Any

from zookit.core import ZookitError
from zookit.own_process import declare_own_process

if TYPE_CHECKING:
    import subprocess

_ROUNDS = 20
"""How often to look for marked processes, which may be starting others."""
_EXITS = ("_exit", "kill", "killpg", "execv", "execve")
"""The functions of `os` that can end a process without a trace."""
_START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from zookit import child_process; getattr(child_process, sys.argv[2])(*sys.argv[3:])"
)


def python(*options: str) -> list[str]:
    """The command of a Python process with this one's `sys.path`."""
    path = json.dumps([each for each in sys.path if isinstance(each, str)])
    # -P: otherwise the current folder comes first while zookit is imported.
    return [sys.executable, "-P", *options, "-c", _START, path]


def kill_with_children(process: "subprocess.Popen[bytes]") -> None:
    """Kill what is left of the process and of the processes it started."""
    if hasattr(os, "killpg"):
        # Children outlive it in its process group. macOS denies it if only zombies are left.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def kill_marked(mark: str) -> None:
    """Kill the processes that have this text in their environment (Linux only).

    A process that a child has started in a session of its own is in no group of the child's.
    """
    for _ in range(_ROUNDS):
        found = [each for each in Path("/proc").glob("[0-9]*") if _is_marked(each, mark)]
        if not found:
            return
        for each in found:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(int(each.name), signal.SIGKILL)


def _is_marked(process: Path, mark: str) -> bool:
    try:
        return int(process.name) != os.getpid() and mark.encode() in Path(
            process, "environ"
        ).read_bytes().split(b"\0")
    except OSError:  # it has ended, or is another user's
        return False


def ending(exit_code: int) -> str:
    """Return `with exit code 3` or `by SIGSEGV`."""
    try:
        return f"by {signal.Signals(-exit_code).name}"
    except ValueError:
        return f"with exit code {exit_code}"


def answer_call(function: str, argument: str, seconds: str, folder: str) -> None:
    """Run in the child process of `call_all`: write what the function returns to the folder."""
    called = _import(function)
    _replace_input()
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
    _replace_input()
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


def _replace_input() -> None:
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
