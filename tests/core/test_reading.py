"""Files that anybody may have written are read without waiting, and not without limit."""

import os
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from bounded import bounded

from zookit.core.reading import (
    open_regular,
    parse_json,
    parse_toml,
    read_bounded,
    read_text_bounded,
)

LIMIT = 1000


def listening(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(path))


def loop(path: Path) -> None:
    path.symlink_to(path.name)


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def pipe_behind_a_link(path: Path) -> None:
    os.mkfifo(path.with_name("pipe"))
    path.symlink_to("pipe")


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, listening, loop, device, pipe_behind_a_link])
def test_only_regular_files_are_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path], None]
) -> None:
    monkeypatch.chdir(tmp_path)  # the name of a socket is short
    make(Path("file"))
    for read in (open_regular, lambda path: read_bounded(path, LIMIT)):
        with bounded(1, 64), pytest.raises(OSError, match="Errno") as raised:
            read(Path("file"))
        assert raised.value.strerror


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x" * LIMIT)
    assert read_bounded(file, LIMIT) == b"x" * LIMIT
    with pytest.raises(OSError, match="999"):
        read_bounded(file, LIMIT - 1)
    (tmp_path / "link").symlink_to(file)
    assert len(read_bounded(tmp_path / "link", LIMIT)) == LIMIT


def test_a_sparse_file_of_40_gb_costs_nothing(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    os.truncate(file, 40 * 2**30)
    with bounded(1, 64), pytest.raises(OSError, match="more than 1,000 bytes"):
        read_bounded(file, LIMIT)


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
def test_the_size_is_not_taken_from_the_folder() -> None:
    """A file may grow while it is read; files in /proc claim to be empty."""
    assert read_bounded(Path("/proc/self/status"), 100_000)
    with pytest.raises(OSError, match="more than 3 bytes"):
        read_bounded(Path("/proc/self/status"), 3)


def test_a_missing_file_is_still_missing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_bounded(tmp_path / "file", LIMIT)


def test_text_has_no_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"\xef\xbb\xbfa\xc3\xa9")
    assert read_text_bounded(tmp_path / "file", LIMIT) == "a\N{LATIN SMALL LETTER E WITH ACUTE}"
    (tmp_path / "file").write_bytes(b"\xff")
    with pytest.raises(UnicodeDecodeError):
        read_text_bounded(tmp_path / "file", LIMIT)


@pytest.mark.parametrize(
    "text",
    [
        ".".join("a" * 100_000) + " = 1",
        f"[{'.'.join(['a'] * 100_000)}]",
        f"x = {{{' . '.join(['a'] * 50_000)} = 1}}",
        '"a".' * 50_000 + "b = 1",
        "'a' . " * 50_000 + "b = 1",
        '# """\n' + "a." * 100_000 + "b = 1",
        'x = "\\""\n' + "a." * 100_000 + "b = 1",
        "x = " + "[" * 100_000,
        "x = " + "{a = " * 100_000,
        "x = " + "[" * 40 + "]" * 40,
        "x = " + '"\\' * 200_000,
        "x = " + '\\"' * 200_000,
        "x = " + "'''\"" * 100_000,
        "x = " + '"""a' * 100_001,
        "a" * 400_000,
        "a " * 200_000,
        "x = 1" + "0" * 200_000,
    ],
    ids=range(17),
)
def test_toml_that_would_take_hours_is_refused_at_once(text: str) -> None:
    with (
        bounded(3, 256),
        pytest.raises(ValueError, match=r"[a-z]"),
    ):
        parse_toml(text)


def test_dots_in_texts_and_numbers_are_no_keys() -> None:
    dots = ".".join("a" * 100)
    text = f'x = "{dots}" # {dots}\ny = [1.5, 2.5]\nz = """\n{dots}\n"""\nw = \'{dots} = 1\''
    assert parse_toml(text) == {"x": dots, "y": [1.5, 2.5], "z": f"{dots}\n", "w": f"{dots} = 1"}
    assert parse_toml(".".join("a" * 20) + " = 1")


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"a":' * 100_000, "[" * 40 + "]" * 40, "1" * 1_000_000, "{", ""]
)
def test_json_that_cannot_be_used_is_a_value_error(text: str) -> None:
    with bounded(2, 64), pytest.raises(ValueError, match=r"[a-z]"):
        parse_json(text)


def test_json_is_read() -> None:
    assert parse_json('{"a": [1, {"b": null}]}') == {"a": [1, {"b": None}]}


@pytest.mark.skipif(
    not os.access("/proc/kmsg", os.R_OK), reason="only the administrator of Linux can read it"
)
def test_a_regular_file_without_content_yet_is_not_waited_for() -> None:
    with bounded(seconds=2), suppress(OSError):  # if it has content, that is too much
        read_bounded(Path("/proc/kmsg"), 0)
