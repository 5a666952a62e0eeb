"""Messages for users, through the logger `zookit`.

The command line prints them on stderr. A program that imports zookit handles them with `logging`.
Passwords and queries of addresses are left out.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from zookit.core.addresses import without_secrets

logger = logging.getLogger("zookit")
_at_command_line = False
_given: ContextVar[set[str] | None] = ContextVar("_given", default=None)
"""The warnings that were given once in this block."""


def printable(text: object) -> str:
    r"""Return the text on one line, with what a terminal or a browser would act on escaped.

    These are control characters, such as `\n` and ESC, characters that change the direction of
    text, line separators, and lone surrogates, as in names of files that are not UTF-8.
    """
    whole = str(text)
    if whole.isprintable():
        return whole
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in whole
    )


def printable_lines(text: str) -> str:
    """Return the text with its lines and tabs, and everything else as `printable` returns it."""
    if text.isprintable():
        return text
    return "\n".join(
        line if line.isprintable() else "\t".join(map(printable, line.split("\t")))
        for line in text.split("\n")
    )


@contextmanager
def at_command_line(really: bool = True) -> Iterator[None]:
    """Let messages name options as the command line has them, or as Python has if not `really`."""
    global _at_command_line  # noqa: PLW0603 - of the process, also in threads
    before, _at_command_line = _at_command_line, really
    try:
        yield
    finally:
        _at_command_line = before


def is_at_command_line() -> bool:
    """Return whether messages name options as the command line has them."""
    return _at_command_line


def option(command: str, python: str) -> str:
    """Return how the reader of a message writes an option: `--force`, or `force=True` in Python."""
    return command if _at_command_line else python


def counted(count: int, noun: str) -> str:
    """Return text such as `1 epoch` or `2,000 epochs`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def listed(items: Sequence[str], most: int, separator: str = ", ") -> str:
    """Return text such as `a, b and 3 more`: the first `most` of the items, and how many others."""
    shown = separator.join(items[:most])
    return shown if len(items) <= most else f"{shown} and {len(items) - most:,} more"


def with_article(noun: str) -> str:
    """Return text such as `a data set` or `an optimizer`."""
    return f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}"


def say(text: str) -> None:
    """Log a line for the user. Not shown with --quiet."""
    logger.info("%s", without_secrets(text))


def warn(text: str) -> None:
    """Log a warning in one line. Shown even with --quiet."""
    logger.warning("%s", without_secrets(text))


@contextmanager
def warnings_given_once() -> Iterator[None]:
    """Let `warn_once` give each warning once within this block, such as a run or a command."""
    if _given.get() is not None:  # within a larger one
        yield
        return
    token = _given.set(set())
    try:
        yield
    finally:
        _given.reset(token)


def warn_once(text: str) -> None:
    """Log a warning, unless it was given in this run or command before."""
    given = _given.get()
    if given is not None:
        if text in given:
            return
        given.add(text)
    warn(text)
