"""Messages on stderr."""

from logging.handlers import BufferingHandler

import pytest

from zookit.core import say, warn
from zookit.core.messages import logger, printable
from zookit.terminal import bar, messages_shown, waiting


def test_control_characters_are_escaped_and_letters_are_not() -> None:
    assert printable("a\n\x1b[31m\u202eé日本") == r"a\n\x1b[31m\u202eé日本"
    assert printable(3) == "3"


def test_messages_are_lines_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    with messages_shown(quiet=False):
        say("saved\x1b[2J\nand more")
        warn("warned")
    assert capsys.readouterr().err == "zookit: saved\\x1b[2J and more\nzookit: warned\n"
    with messages_shown(quiet=True):
        say("saved")
        warn("warned")
    assert capsys.readouterr().err == "zookit: warned\n"


def test_blocks_of_threads_may_end_in_any_order(capsys: pytest.CaptureFixture[str]) -> None:
    before = logger.handlers[:], logger.level, logger.propagate
    first, second = messages_shown(quiet=False), messages_shown(quiet=True)
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    say("saved")
    warn("warned")
    second.__exit__(None, None, None)
    assert capsys.readouterr().err == "zookit: warned\n"
    assert (logger.handlers, logger.level, logger.propagate) == before


def test_a_program_with_its_own_handler_gets_the_messages_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    handler = BufferingHandler(10)
    logger.addHandler(handler)
    try:
        with messages_shown(quiet=False):
            warn("warned")
    finally:
        logger.removeHandler(handler)
    assert [record.getMessage() for record in handler.buffer] == ["warned"]
    assert not capsys.readouterr().err


def test_without_a_terminal_a_long_task_gives_lines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([0.0, 4.0, 11.0, 11.0, 12.0])
    monkeypatch.setattr("zookit.terminal.monotonic", lambda: next(clock))
    with bar("reading", 4000, "images") as advance:
        for _ in range(3):
            advance(1000)
    assert capsys.readouterr().err == "zookit: reading\nzookit: reading: 2,000 of 4,000 images\n"


def test_without_a_terminal_a_bar_is_a_line_and_a_spinner_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with bar("reading a[b]", 3, "images") as advance, waiting("waiting", quiet=False):
        advance(3)
    assert capsys.readouterr().err == "zookit: reading a[b]\n"
