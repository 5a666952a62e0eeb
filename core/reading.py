"""Read files that anybody may have written: only regular files, of limited size and nesting."""

import errno
import json
import os
import re
import stat
from pathlib import Path
from typing import Any, BinaryIO

DEEPEST = 32
"""The deepest nesting of JSON and TOML, in lists and tables."""

# What is not closed ends with the text or the line, so that nothing is searched twice.
_TOML_TEXTS = (
    r"""(?s)\"{3}(?:[^"\\]|\\.|"(?!""))*+(?:\"{3})?"""
    r"""|'{3}(?:[^']|'(?!''))*+(?:'{3})?"""
    r"""|"(?:[^"\\\n]|\\.)*+"?|'[^'\n]*+'?|\#[^\n]*+"""
)
_TOML_LONG_KEY = rf"(?<![\w-])(?:[\w-]++[ \t]*+\.[ \t]*+){{{DEEPEST}}}"

_SMALL = 1 << 15
"""The bytes that are read at first, as most files have fewer."""
_READING = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file, or a link to one, for reading bytes.

    Never waits, and touches no device: opening a FIFO waits for a writer, and opening a device may
    change it. Raises OSError, whose `strerror` says that it is not a regular file or why it cannot
    be opened.
    """
    check_regular(os.stat(path), path)  # noqa: PTH116 - faster, and folders have many images
    # It may have been replaced since.
    handle = os.open(path, _READING)
    try:
        check_regular(os.fstat(handle), path)
        return open(handle, "rb")  # noqa: PTH123 - it is open already
    except BaseException:
        os.close(handle)
        raise


def read_bounded(path: Path, limit: int) -> bytes:
    """Return the content of a regular file of at most `limit` bytes.

    For everything small that zookit reads: metadata, experiments, notes. Raises OSError, whose
    `strerror` says that the file is larger, not a regular file, or why it cannot be read.
    """
    with open_regular(path) as file:
        content = read_up_to(file, limit + 1)
    if len(content) > limit:
        raise OSError(errno.EFBIG, f"it has more than {limit:,} bytes", str(path))
    return content


def read_up_to(file: BinaryIO, limit: int) -> bytes:
    """Return the content of a file, at most `limit` bytes of it."""
    # Python allocates whatever is asked for, which takes longer than reading a small file.
    first = file.read(min(limit, _SMALL)) or b""  # None: /proc/kmsg and others would wait
    return first + (file.read(limit - len(first)) or b"") if len(first) == _SMALL else first


def read_text_bounded(path: Path, limit: int) -> str:
    """Return the UTF-8 text of a regular file of at most `limit` bytes, without a byte order mark.

    Raises OSError as `read_bounded` does, and UnicodeDecodeError.
    """
    return as_text(read_bounded(path, limit))


def as_text(content: bytes) -> str:
    """Return UTF-8 as text, without a byte order mark. Raises UnicodeDecodeError."""
    return content.removeprefix(b"\xef\xbb\xbf").decode()  # faster than utf-8-sig


def parse_json(text: str) -> Any:
    """Return the values of a JSON text. Raises ValueError, also if it is nested too deeply."""
    try:
        values = json.loads(text)
    except RecursionError:
        raise _too_deep() from None
    if text.count("[") + text.count("{") > DEEPEST:
        _check_depth(values)
    return values


def parse_toml(text: str) -> dict[str, Any]:
    """Return the tables of a TOML text. Raises ValueError, also if it is nested too deeply.

    The time that tomllib takes for a dotted key grows with the square of its parts.
    """
    import tomllib  # kept out of start-up

    if re.search(_TOML_LONG_KEY, re.sub(_TOML_TEXTS, "x", text)):
        raise _too_deep()
    try:
        tables = tomllib.loads(text)
    except RecursionError:
        raise _too_deep() from None
    _check_depth(tables)
    return tables


def check_regular(status: os.stat_result, path: Path) -> None:
    """Raise OSError if the status is not that of a regular file."""
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "it is not a regular file", str(path))


def _check_depth(values: Any) -> None:
    level = [values]
    for _ in range(DEEPEST):
        inside = (each for each in level if isinstance(each, dict | list))
        level = [
            each
            for outer in inside
            for each in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return
    raise _too_deep()


def _too_deep() -> ValueError:
    return ValueError(f"it is nested more than {DEEPEST} deep")
