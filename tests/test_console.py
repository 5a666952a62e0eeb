"""Rich's console with escaped text."""

import io
import os
from pathlib import Path
from typing import Any

import pytest
import rich.console
from rich.padding import Padding
from rich.text import Text

from zookit.console import Console
from zookit.streams import GuardedStream
from zookit.tables import facts, table

TEXT = "red\x1b[31m \u202eand back"


def test_colours_are_written_and_text_is_escaped() -> None:
    written = io.StringIO()
    stream: Any = GuardedStream(written)
    console = Console(
        file=stream, force_terminal=True, color_system="standard", highlight=False, width=200
    )
    for each in (TEXT, Text(TEXT, "bold"), facts([(TEXT, TEXT)]), table(("a",), [(TEXT,)])):
        console.print(each)
    shown = written.getvalue()
    assert "\x1b[1m" in shown
    assert "\x1b[31m" not in shown
    assert "\u202e" not in shown
    assert shown.count(r"red\x1b[31m \u202eand back") == 5


def test_a_console_of_a_plugin_keeps_its_colours() -> None:
    written = io.StringIO()
    stream: Any = GuardedStream(written)
    rich.console.Console(file=stream, force_terminal=True).print("[bold]x")
    assert "\x1b[1m" in written.getvalue()


def test_columns_stay_aligned() -> None:
    written = io.StringIO()
    console = Console(file=written, width=80)
    console.print(table(("name", "count"), [("a\x1bb", "7"), ("日本", "7")]))
    _, first, second = written.getvalue().splitlines()
    assert first.index("7") == second.index("7") + 2  # each of the characters is two cells wide


def test_a_file_gets_no_blanks_at_the_ends_of_lines() -> None:
    written = io.StringIO()
    console = Console(file=written, width=80)
    rows = [("a", "short", ""), ("bb", "longer than that", "x")]
    for each in (facts([("a", "b"), ("longer", "longer")]), table(("x", "y", "z"), rows)):
        console.print(each)
        console.print(Padding(each, (0, 0, 0, 2)))
    lines = written.getvalue().splitlines()
    assert lines[0] == "a       b"
    assert "  bb  longer than that  x" in lines
    assert [line for line in lines if line != line.rstrip()] == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a full device")
def test_an_output_that_is_lost_raises_no_error_in_a_program() -> None:
    device = os.fdopen(os.open("/dev/full", os.O_WRONLY), "w", buffering=1)
    Console(file=device).print("text")
    with pytest.raises(OSError, match="space"):
        device.close()
    reading, writing = os.pipe()
    os.close(reading)
    pipe = os.fdopen(writing, "w")
    Console(file=pipe).print("text")
    with pytest.raises(BrokenPipeError):
        pipe.close()
