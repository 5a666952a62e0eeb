"""Functions called in processes of their own, which may crash, hang or print as they like."""

import faulthandler
import importlib
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import Any

from zookit.core.data.threads import in_threads

_START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from zookit.isolation import answer; answer(*sys.argv[2:])"
)
_STARTUP = 30
"""Seconds a process may take beside those of its function: for Python, zookit and the end."""

_FRAME = re.compile(r'^  File "(.*)", line (\d+) in ', re.MULTILINE)

HEAVY = ("tensorflow", "keras")
"""Modules that take seconds to import."""

Stack = list[tuple[str, int]]
"""Files and lines, the innermost call first."""


@dataclass(frozen=True)
class Call:
    """A function, `module:name`, that takes and returns what JSON can say, and its seconds.

    `variables` are added to its environment.
    """

    function: str
    argument: Any
    seconds: float
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Ended:
    """How a process ended.

    `answer` is what the function returned, None where it never did; `code` is the exit code, or
    the negative number of a signal. `hung` says that time was up, though there may be an answer:
    then the process could not end. `stack` is where it crashed or hung, all threads in turn.
    """

    answer: Any
    code: int
    hung: bool
    stack: Stack

    @property
    def how(self) -> str:
        """`with exit code 3` or `by SIGSEGV`."""
        try:
            return f"by {signal.Signals(-self.code).name}"
        except ValueError:
            return f"with exit code {self.code}"


def call_all(calls: Sequence[Call], done: Callable[[], None]) -> list[Ended]:
    """Make the calls, as many at a time as there are processors; `done` is called after each.

    No process is left when this ends, by Ctrl-C either: neither they nor what they have started.
    """
    stop = Event()

    def make(call: Call) -> Ended:
        ended = _made(call, stop)
        done()
        return ended

    with in_threads(make, calls) as all_ended:
        try:
            return list(all_ended)
        finally:
            stop.set()


def answer(function: str, argument: str, seconds: str, folder: str) -> None:
    """Call the function and leave what it returns in the folder: the process's own side."""
    module, _, name = function.partition(":")
    called = getattr(importlib.import_module(module), name)
    sys.argv[:] = ["zookit"]  # a plugin may read them
    sys.stdin = io.TextIOWrapper(io.BufferedReader(_NobodyTypes(0, closefd=False)))
    stack = Path(folder, "stack").open("w")  # noqa: SIM115 - written to until the very end
    faulthandler.enable(stack)
    # By a thread that the interpreter's lock does not hold up. It also ends this process should
    # whoever started it be killed.
    faulthandler.dump_traceback_later(float(seconds), exit=True, file=stack)
    given = json.dumps(called(json.loads(argument)))
    Path(folder, "answer").write_text(given, encoding="ascii")


class _NobodyTypes(io.FileIO):
    """A standard input of which reading is an error, since elsewhere it would wait for somebody."""

    def readinto(self, buffer: Any, /) -> int:
        """Raise EOFError."""
        del buffer
        raise EOFError(_READS)

    def readall(self) -> bytes:
        """Raise EOFError."""
        raise EOFError(_READS)


_READS = "it reads standard input, which would wait for somebody to type"


def _made(call: Call, stop: Event) -> Ended:
    with TemporaryDirectory(prefix="zookit-", ignore_cleanup_errors=True) as folder:
        path = json.dumps([each for each in sys.path if isinstance(each, str)])
        argument, seconds = json.dumps(call.argument), str(call.seconds)
        process = subprocess.Popen(  # noqa: S603 - our own module
            # -P: else the folder where one happens to be comes first.
            [sys.executable, "-P", "-c", _START, path, call.function, argument, seconds, folder],
            env={**os.environ, **call.variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            in_time = _waited(process, call.seconds + _STARTUP, stop)
        finally:
            _end_with_children(process)
        stack = _read(Path(folder, "stack"))
        given = _read(Path(folder, "answer"))
    frames = [(file, int(line)) for file, line in _FRAME.findall(stack)]
    hung = not in_time or stack.startswith("Timeout (")
    return Ended(json.loads(given) if given else None, process.returncode, hung, frames)


def _waited(process: "subprocess.Popen[bytes]", seconds: float, stop: Event) -> bool:
    """Whether the process ended by itself."""
    deadline = time.monotonic() + seconds
    while process.poll() is None:
        if stop.wait(_LOOKED_AFTER) or time.monotonic() > deadline:
            return False
    return True


_LOOKED_AFTER = 0.02
"""Seconds between two looks at a process."""


def _end_with_children(process: "subprocess.Popen[bytes]") -> None:
    """End what is left of the process and of those it has started."""
    if hasattr(os, "killpg"):
        # They outlive it in its process group. macOS denies it where only the dead are left.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
