"""What is known about a worker that has ended without a word."""

import os
import re
from collections.abc import Set as AbstractSet
from importlib.metadata import distributions
from pathlib import Path

from zookit.core.messages import printable

_LONGEST = 100_000
"""The bytes of the log that are searched, from its end."""
_LONGEST_LINE = 500
_STACK = re.compile(r"^(?:Fatal Python error: |Timeout \()", re.MULTILINE)
_THREAD = re.compile(r"^(?:Current thread|Thread) .*$", re.MULTILINE)
_FRAME = re.compile(r'^  File "(.*)", line (\d+) in (.*)$', re.MULTILINE)
_ESCAPED = re.compile(r"\\(x[0-9a-f]{2}|u[0-9a-f]{4}|U000[0-9a-f]{5})")
"""How `faulthandler` writes a character that is not ASCII."""
_STANDARD_LIBRARY = Path(os.__file__).parent
_INSTALLED = ("site-packages", "dist-packages")
_GENERATED = "__autograph_generated_file"
"""TensorFlow's copy of a function, which nobody knows."""


def place_in_log(log: Path, start: int) -> str:
    """Return ` in FUNCTION (FILE:LINE)` if a stack was logged after `start` bytes, else nothing.

    Of a crash it is where the thread was that crashed, of a hang where the main thread was. If code
    of the user or of a plugin is in the stack, it is the place that this has reached.
    """
    stack = _stack_in(log, start)
    threads = _THREAD.split(stack)
    if "\nCurrent thread " in stack:  # which crashed; the main thread is the last one
        threads = _THREAD.split(stack[stack.index("\nCurrent thread ") :])[:2]
    frames = _FRAME.findall(threads[-1])
    if not frames:
        return ""
    plugins = _plugin_packages()
    found = next((each for each in frames if _is_users(each[0], plugins)), frames[0])
    file_name, line, function = map(unescaped, found)
    return f" in {function} ({file_name}:{line})"


def unescaped(text: str) -> str:
    """Return a text of a stack as it was before `faulthandler` escaped it."""
    return _ESCAPED.sub(lambda found: chr(int(found[1][1:], 16)), text)


def took_too_long(log: Path, start: int) -> bool:
    """Return whether the stack that was logged after `start` bytes is that of a job's limit."""
    return _stack_in(log, start).startswith("Timeout (")


def _stack_in(log: Path, start: int) -> str:
    """Return the last stack that was logged after `start` bytes, and what follows; else nothing."""
    text = _end_of(log, start)
    found = list(_STACK.finditer(text))
    return text[found[-1].start() :] if found else ""


def _is_users(file_name: str, plugins: AbstractSet[str]) -> bool:
    """Whether a file is neither of Python nor of a package that is installed, or is a plugin's."""
    path = Path(file_name)
    if not path.is_absolute() or path.name.startswith(_GENERATED):
        return False
    places = [at for at, part in enumerate(path.parts[:-1]) if part in _INSTALLED]
    if places:
        return Path(path.parts[places[-1] + 1]).stem in plugins
    return not path.is_relative_to(_STANDARD_LIBRARY)


def _plugin_packages() -> set[str]:
    """Return the names of the packages, other than zookit, that have plugins."""
    points = (point for each in distributions() for point in each.entry_points)
    modules = (each.value.partition(":")[0] for each in points if each.group.startswith("zookit."))
    return {each.partition(".")[0] for each in modules} - {"zookit"}


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
