"""What is known about a worker that has ended without a word."""

import re
from pathlib import Path

from zookit.core.messages import printable

_LONGEST = 100_000
"""The bytes of the log that are searched, from its end."""
_LONGEST_LINE = 500
_STACK = re.compile(r"^(?:Fatal Python error: |Timeout \()", re.MULTILINE)
_THREAD = re.compile(r"^(?:Current thread|Thread) .*$", re.MULTILINE)
_FRAME = re.compile(r'^  File "(.*)", line (\d+) in (.*)$', re.MULTILINE)


def place_in_log(log: Path, start: int) -> str:
    """Return ` in FUNCTION (FILE:LINE)` if a stack was logged after `start` bytes, else nothing.

    Of a crash it is where the thread was that crashed, of a hang where the main thread was.
    """
    text = _end_of(log, start)
    found = list(_STACK.finditer(text))
    if not found:
        return ""
    stack = text[found[-1].start() :]
    threads = _THREAD.split(stack)
    if "\nCurrent thread " in stack:  # which crashed; the main thread is the last one
        threads = _THREAD.split(stack[stack.index("\nCurrent thread ") :])[:2]
    frames = _FRAME.findall(threads[-1])
    if not frames:
        return ""
    file_name, line, function = frames[0]
    return f" in {function} ({file_name}:{line})"


def last_line(log: Path, start: int) -> str:
    """Return the last line that was logged after `start` bytes, such as an error's."""
    lines = (" ".join(each.split()) for each in reversed(_end_of(log, start).splitlines()))
    return next((printable(each)[:_LONGEST_LINE] for each in lines if each), "")


def _end_of(log: Path, start: int) -> str:
    try:
        with log.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(start, size - _LONGEST))
            return file.read().decode(errors="replace")
    except OSError:
        return ""


def out_of_memory_kills() -> int:
    """Return how many processes the system has killed because memory ran out; 0 if unknown."""
    try:
        words = Path("/proc/vmstat").read_text(encoding="ascii").split()
        return int(words[words.index("oom_kill") + 1])
    except (OSError, ValueError):
        return 0  # not Linux
