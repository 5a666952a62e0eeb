"""The streams that commands write to: all text is escaped, and a closed output harms nothing.

The command line replaces `sys.stdout` and `sys.stderr` by these, so no command can forget to escape
the name of a class, a path or the message of an exception. Rich writes its colours through
`rich_proxied_file`; `zookit.console.Console` escapes the text between them.
"""

import errno
import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout, suppress
from pathlib import Path
from typing import IO, Any, TextIO, cast

from zookit.core.messages import printable_lines

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""The errors of a device that is full. Other errors mean that nobody reads the output any more."""


class GuardedStream:
    r"""A text stream that escapes what a terminal would act on, and may be closed at any time.

    Line breaks and tabs are written as they are, and `\r` where a write begins with it, as those of
    plugins' progress bars do. Once the stream cannot be written to, everything is dropped.
    """

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._closed = False
        self.full: str | None = None
        """Why output was lost, if the device is full."""

    def write(self, text: str) -> int:
        """Write the text, escaped."""
        start = "\r" if text.startswith("\r") else ""
        return self.write_unescaped(start + printable_lines(text.removeprefix("\r")))

    def writelines(self, lines: list[str]) -> None:
        """Write the lines, escaped."""
        for line in lines:
            self.write(line)

    def write_unescaped(self, text: str) -> int:
        """Write the text as it is."""
        self._attempt(lambda: self._stream.write(text))
        return len(text)

    def flush(self) -> None:
        """Write what is buffered."""
        self._attempt(self._stream.flush)

    def finish(self) -> None:
        """Flush, and let what cannot be written vanish, which Python would report at its end."""
        self.flush()
        if self._closed:
            with suppress(OSError, ValueError), Path(os.devnull).open("w") as nowhere:
                os.dup2(nowhere.fileno(), self._stream.fileno())

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Let whatever else writes to standard output write to standard error.

        That includes `print`, child processes and C++ code, which write to descriptor 1.
        """
        self.flush()
        before: Any = self._stream
        with ExitStack() as restored:
            with suppress(OSError, ValueError):
                copy = os.dup(1)
                restored.callback(os.close, copy)
                if before.fileno() == 1:
                    encoding, errors = before.encoding, before.errors
                    self._stream = open(  # noqa: SIM115 - closed with its descriptor
                        copy, "w", encoding=encoding, errors=errors, closefd=False
                    )
                os.dup2(2, 1)
                restored.callback(os.dup2, copy, 1)
            with redirect_stdout(sys.stderr):
                try:
                    yield
                finally:
                    self.flush()
                    self._stream = before

    @property
    def rich_proxied_file(self) -> TextIO:
        """The stream to which Rich writes what it has drawn."""
        return cast(TextIO, DrawnStream(self))

    def _attempt(self, write: Callable[[], Any]) -> None:
        if self._closed:
            return
        try:
            write()
        except UnicodeError:
            raise
        except (OSError, ValueError) as error:  # ValueError: the stream is closed
            self._closed = True
            if isinstance(error, OSError) and error.errno in _FULL:
                self.full = os.strerror(error.errno)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def guarded(stream: Any) -> GuardedStream:
    """Return a text stream, guarded unless it is already.

    It is None if it was closed when the process started; then what is written is lost.
    """
    if isinstance(stream, GuardedStream):
        return stream
    return GuardedStream(io.StringIO() if stream is None else stream)


class DrawnStream:
    """Writes to a guarded stream without escaping, for Rich and for the commands of plugins."""

    def __init__(self, stream: GuardedStream) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write the text as it is."""
        return self._stream.write_unescaped(text)

    def writelines(self, lines: list[str]) -> None:
        """Write the lines as they are."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def unescaped() -> Iterator[None]:
    """Let the code of a plugin's command write colours to a terminal as it likes."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (getattr(each, "rich_proxied_file", each) for each in before)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


@contextmanager
def guarded_streams() -> Iterator[GuardedStream]:
    """Replace `sys.stdout` and `sys.stderr` by guarded streams; yield the one for `sys.stdout`."""
    _open_closed_descriptors()
    before = sys.stdout, sys.stderr
    for stream in before:
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that is not UTF-8 shows a ? for a character that it lacks.
            stream.reconfigure(errors="replace")
    out, err = map(GuardedStream, before)
    sys.stdout, sys.stderr = cast(TextIO, out), cast(TextIO, err)
    try:
        yield out
    finally:
        sys.stdout, sys.stderr = before
        out.finish()
        err.finish()


def _open_closed_descriptors() -> None:
    """Let descriptors 0 to 2 lead nowhere if the caller has closed them, as `>&-` does.

    Otherwise the next file that is opened gets such a number, and C++ code writes messages into it.
    """
    if None not in (sys.stdin, sys.stdout, sys.stderr):
        return
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)
    sys.stdout = sys.stdout or os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", encoding="utf-8", closefd=False)
