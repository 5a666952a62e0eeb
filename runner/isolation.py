"""Call a function in a separate Python process, which may crash, hang or print without harm."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory
from threading import Event
from types import FrameType
from typing import IO, Any, Literal

import zookit.core
from zookit.child_process import kill_marked, python
from zookit.core import FolderError, ZookitError
from zookit.core.data.threads import in_threads
from zookit.core.python_process import ending, kill_with_children
from zookit.core.worker_log import unescaped
from zookit.streams import guarded

_STARTUP = 30
"""Seconds that a process may take for Python's start-up and exit, besides the call itself."""

_POLL = 0.02
"""Seconds between two checks whether a process has ended."""

_FRAME = re.compile(r'^  File "(.*)", line (\d+) in ', re.MULTILINE)

HEAVY = ("tensorflow", "keras")
"""Modules that take seconds to import."""

Stack = list[tuple[str, int]]
"""Files and line numbers, innermost call first."""

StreamName = Literal["stdout", "stderr"]


class ProcessDied(ZookitError):
    """A child process ended without returning an answer."""


@dataclass(frozen=True)
class Call:
    """A call of `module:function` with one JSON-serializable argument, and its time limit.

    `variables` are added to the environment of the process.
    """

    function: str
    argument: Any
    seconds: float
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CallResult:
    """How a call ended.

    `answer` is what the function returned, None if it did not return. `exit_code` is negative if a
    signal ended the process. `timed_out` can be true even with an answer: then the function
    returned but the process did not exit. `stack` is where it crashed or hung, for all threads.
    """

    answer: Any
    exit_code: int
    timed_out: bool
    stack: Stack

    @property
    def ending(self) -> str:
        """`with exit code 3` or `by SIGSEGV`."""
        return ending(self.exit_code)


def call_all(calls: Sequence[Call], done: Callable[[], None]) -> list[CallResult]:
    """Make all calls, as many at a time as there are processors; `done` is called after each.

    When this function ends, also by Ctrl-C, every process it started has ended, and so have the
    processes that those started.
    """
    stop = Event()

    def make(call: Call) -> CallResult:
        result = _call(call, stop)
        done()
        return result

    with in_threads(make, calls) as results:
        try:
            return list(results)
        finally:
            stop.set()


def forward_line(stream: StreamName, line: str) -> None:
    """Write a line of a child process to this process's `sys.stdout` or `sys.stderr`."""
    file = guarded(getattr(sys, stream))
    file.write(line)
    file.flush()


def run_in_child(
    function: str, argument: Any, *, on_line: Callable[[StreamName, str], None] = forward_line
) -> Any:
    """Call `module:function` with one argument in a fresh Python process and return its answer.

    The process has this one's `sys.path` and environment. Ctrl-C, SIGTERM and SIGHUP are passed on
    to it, and this function waits until it has ended; the third signal kills it. If this process
    dies, the child receives SIGTERM.

    Args:
        function: `module:name` of an importable function.
        argument: anything that JSON can express.
        on_line: receives each line that the process writes, as soon as it is written. By default
            lines go to this process's `sys.stdout` and `sys.stderr`, so a notebook shows them.

    Raises:
        ZookitError: of the class and with the text that the function raised.
        ProcessDied: the process ended without an answer.
        KeyboardInterrupt: a signal ended the function.
    """
    with _temporary_folder() as folder:
        Path(folder, "argument").write_text(json.dumps(argument), encoding="ascii")
        process = subprocess.Popen(  # noqa: S603 - our own module
            [*python("-u"), "answer_parent", function, folder],
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
            stdin=subprocess.PIPE,  # never written to; its end tells the child that we died
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # A terminal sends Ctrl-C to all of a process group. The child gets it from us alone.
            start_new_session=True,
        )
        try:
            with _signals_forwarded(process) as received:
                for stream, line in _lines_of(process):
                    on_line(stream, line)
                process.wait()
        finally:
            kill_with_children(process)
            for pipe in (process.stdin, process.stdout, process.stderr):
                pipe.close()  # type: ignore[union-attr]
        written = _read(Path(folder, "answer"))
    if not written and received:
        raise KeyboardInterrupt
    return _answer_or_raise(json.loads(written) if written else {}, function, process.returncode)


def _lines_of(process: "subprocess.Popen[bytes]") -> Iterator[tuple[StreamName, str]]:
    """Yield the lines that the process writes, as they arrive, until it closes both streams."""
    arrived: SimpleQueue[tuple[StreamName, bytes] | None] = SimpleQueue()

    def read(stream: StreamName, pipe: IO[bytes]) -> None:
        for line in pipe:
            arrived.put((stream, line))
        arrived.put(None)

    assert process.stdout is not None
    assert process.stderr is not None
    threading.Thread(target=read, args=("stdout", process.stdout), daemon=True).start()
    threading.Thread(target=read, args=("stderr", process.stderr), daemon=True).start()
    threading.Thread(target=_end, args=(process,), daemon=True).start()
    still_open = 2
    while still_open:
        # In this thread, since a notebook shows a line in the cell whose thread writes it.
        item = arrived.get()
        if item is None:
            still_open -= 1
        else:
            yield item[0], item[1].decode("utf-8", errors="replace")


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Wait for the process and kill what it started, which would keep its streams open."""
    process.wait()
    kill_with_children(process)


@contextmanager
def _signals_forwarded(process: "subprocess.Popen[bytes]") -> Iterator[list[int]]:
    """Forward the signals that ask this process to stop to the child; kill the child at the third.

    Yields the list of the signals that have been sent.
    """
    received: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield received  # Python allows only the main thread to handle signals
        return

    def forward(number: int, frame: FrameType | None) -> None:
        del frame
        received.append(number)
        with suppress(ProcessLookupError, ValueError):  # Windows cannot send SIGINT
            if len(received) < 3:
                process.send_signal(number)
            else:
                process.kill()

    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in (getattr(signal, n) for n in names)}
    handled = {number: old for number, old in before.items() if old is not signal.SIG_IGN}
    for number in handled:
        signal.signal(number, forward)
    try:
        yield received
    finally:
        for number, handler in handled.items():
            signal.signal(number, handler)


def _temporary_folder() -> "TemporaryDirectory[str]":
    try:
        return TemporaryDirectory(prefix="zookit-", ignore_cleanup_errors=True)
    except OSError as error:
        raise FolderError(
            f"no temporary folder can be written: {error.strerror or error}. Free space, or set "
            "TMPDIR to a folder that can be written."
        ) from None


def _answer_or_raise(outcome: dict[str, Any], function: str, exit_code: int) -> Any:
    if "error" in outcome:
        known = (getattr(zookit.core, name, None) for name in outcome["classes"])
        raise next((each for each in known if each is not None), ZookitError)(outcome["error"])
    if "interrupted" in outcome:
        raise KeyboardInterrupt
    if "answer" not in outcome:
        raise ProcessDied(
            f"the process that ran {function} ended {ending(exit_code)} without a result. Its "
            "output above may say why."
        )
    return outcome["answer"]


def _call(call: Call, stop: Event) -> CallResult:
    with _temporary_folder() as folder:
        argument, seconds = json.dumps(call.argument), str(call.seconds)
        mark = {"ZOOKIT_CALL": folder}
        process = subprocess.Popen(  # noqa: S603 - our own module
            [*python(), "answer_call", call.function, argument, seconds, folder],
            env={**os.environ, **call.variables, **mark},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            in_time = _wait(process, call.seconds + _STARTUP, stop)
        finally:
            kill_with_children(process)
            kill_marked(f"ZOOKIT_CALL={folder}")
        stack = _read(Path(folder, "stack"))
        answer = _read(Path(folder, "answer"))
    frames = [(unescaped(file), int(line)) for file, line in _FRAME.findall(stack)]
    timed_out = not in_time or stack.startswith("Timeout (")
    return CallResult(json.loads(answer) if answer else None, process.returncode, timed_out, frames)


def _wait(process: "subprocess.Popen[bytes]", seconds: float, stop: Event) -> bool:
    """Return whether the process exited on its own within the time limit."""
    deadline = time.monotonic() + seconds
    while process.poll() is None:
        if stop.wait(_POLL) or time.monotonic() > deadline:
            return False
    return True


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
