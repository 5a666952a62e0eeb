"""The streams of the command line: everything is escaped, and a closed output harms nothing."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from bad_plugins import plugins_here
from conftest import Command
from hypothesis import given
from hypothesis import strategies as st

from zookit.core.messages import printable, printable_lines
from zookit.streams import GuardedStream

# C0, ESC, DEL, C1, BIDI overrides and isolates, line separators, a lone surrogate, zero width.
HARMFUL = "\0\a\b\v\f\x1b\x7f\x85\x9b\u202e\u2066\u2069\u200e\u2028\u2029\udcff\u200b\ufeff"


@pytest.mark.parametrize("character", HARMFUL, ids=ascii)
def test_what_a_terminal_acts_on_is_escaped(character: str) -> None:
    written = io.StringIO()
    GuardedStream(written).write(f"a{character}b\n\tc")
    assert written.getvalue() == f"a{printable(character)}b\n\tc"
    assert printable(character).isascii()


@given(st.text())
def test_any_text_is_printable_once_and_for_all(text: str) -> None:
    assert printable(text).isprintable()
    assert printable(printable(text)) == printable(text)
    lines = printable_lines(text)
    assert len(lines.split("\n")) == len(text.split("\n"))
    assert lines.replace("\n", "").replace("\t", "").isprintable()


def test_progress_bars_of_plugins_return_to_the_start_of_the_line() -> None:
    written = io.StringIO()
    stream = GuardedStream(written)
    print("\r 10%", end="", file=stream)
    print("name\rwith a return", file=stream)
    assert written.getvalue() == "\r 10%name\\rwith a return\n"


def closed_pipe() -> io.TextIOWrapper:
    reading, writing = os.pipe()
    os.close(reading)
    return os.fdopen(writing, "w")


def test_a_stream_that_nobody_reads_drops_everything() -> None:
    pipe = closed_pipe()
    stream = GuardedStream(pipe)
    for _ in range(3):
        print("x" * 100_000, file=stream, flush=True)
    assert stream.full is None
    stream.finish()
    pipe.close()  # raises no error


def test_a_stream_that_is_closed_drops_everything(tmp_path: Path) -> None:
    file = (tmp_path / "file").open("w")
    stream = GuardedStream(file)
    file.close()
    print("text", file=stream, flush=True)
    stream.finish()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a full device")
def test_a_full_device_is_remembered() -> None:
    with Path("/dev/full").open("w") as device:
        stream = GuardedStream(device)
        print("text", file=stream, flush=True)
        assert stream.full
        assert "space" in stream.full
        stream.finish()


@pytest.mark.parametrize("closed", ["<&- >&- 2>&-", "2>&1 | true"])
def test_a_command_ends_well_whatever_is_closed(tmp_path: Path, closed: str) -> None:
    command = f"{sys.executable} -m zookit list {closed}"
    if "|" in closed:
        command = f"set -o pipefail; {command}"
    ended = subprocess.run(
        ["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 0
    assert not ended.stderr


def test_the_first_file_does_not_get_the_number_of_a_closed_stream(tmp_path: Path) -> None:
    program = (
        "import os, sys\n"
        "from zookit.streams import guarded_streams\n"
        "with guarded_streams():\n"
        "    print('to nobody')\n"
        "    assert os.open(sys.argv[1], os.O_CREAT | os.O_WRONLY) > 2\n"
        "    os.write(1, b'from C++ code')\n"
    )
    ended = subprocess.run(
        ["bash", "-c", 'exec "$0" -c "$1" file >&-', sys.executable, program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 0, ended.stderr
    assert (tmp_path / "file").read_bytes() == b""


NAMES = ("a\x1b[31mb", "c\u202ed", "e\x9bf")


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Pictures in folders with harmful names."""
    from PIL import Image

    folder = tmp_path / "of\x1b[2J\u202ewords"
    for at, name in enumerate(NAMES):
        (folder / name).mkdir(parents=True)
        for each in range(4):
            Image.new("RGB", (8, 8), (at * 80, each, 0)).save(folder / name / f"{each}\x1b.png")
    return folder


def harmless(text: str) -> bool:
    return not {each for each in text if each in HARMFUL}


@pytest.mark.slow
def test_names_from_the_file_system_are_harmless_in_every_command(
    zookit: Command, pictures: Path, tmp_path: Path
) -> None:
    words, runs = f"image_folder:path={pictures},size=8", ("--runs-dir", tmp_path / "r\x1buns")
    commands = [
        ("show", words),
        ("show", words, "--image", "0"),
        ("run", words, "dense:2,dropout=0.1", "--epochs", "1", *runs),
        ("runs", *runs),
        ("compare", *runs),
        ("evaluate", "latest", *runs),
        ("evaluate", "latest", "--json", *runs),
        ("predict", "latest", pictures, *runs),
        ("predict", "latest", "--image", "0", *runs),
        ("export", "latest", "--to", "keras", *runs),
        ("report", "latest", *runs),
        ("data", "list"),
        ("evaluate", "no\x1bne", *runs),
        ("run", "im\x1bage", "dense"),
        ("run", words, "dense", "--optimizer", "a\u202edam"),
        ("l\x1b[31mist",),
        ("list", "--k\u202eind"),
    ]
    shown = [zookit(*each) for each in commands]
    assert [each.code for each in shown[:12]] == [0] * 12, shown
    assert [each.code for each in shown[12:]] == [2] * 5
    for command, each in zip(commands, shown, strict=True):
        assert harmless(each.out + each.err), (command, each)
    assert r"a\x1b[31mb" in shown[0].out
    (page,) = tmp_path.glob("r*/*/report.html")
    assert harmless(page.read_text(encoding="utf-8"))


def test_a_traceback_is_harmless(zookit: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a\x1b[31m\u202edefect\nin two lines")

    monkeypatch.setattr("zookit.cli.list.groups_of", fail)
    shown = zookit("list")
    assert shown.code == 1
    assert harmless(shown.err)
    assert r"a\x1b[31m\u202edefect" in shown.err
    assert "in two lines" in shown.err.splitlines()[-1]


ESCAPES = r"\x1b[2J\x1b]0;title\x07\u202e"
"""As source code writes a clear screen, a title of the window and a change of direction."""
PLUGINS = f"""
from dataclasses import dataclass
from zookit.core import Architecture, Dataset, DatasetInfo

@dataclass(frozen=True)
class Net(Architecture):
    "Cleared{ESCAPES} by its docstring."
    name: str = "{ESCAPES}"
    def features(self, images):
        raise ValueError("{ESCAPES}")

@dataclass(frozen=True)
class Data(Dataset):
    "Images."
    @property
    def info(self):
        return DatasetInfo((8, 8, 1), ("a{ESCAPES}", "b"))
    def load(self, source):
        raise KeyError("{ESCAPES}")
"""


@pytest.fixture(scope="module")
def plugins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    points = {
        "zookit.architectures": "escaping = zookit_esc:Net\nbroken = zookit_esc_broken:Net",
        "zookit.datasets": "escaping_data = zookit_esc:Data",
    }
    broken = f'raise ImportError("{ESCAPES}")'
    modules = {"zookit_esc.py": PLUGINS, "zookit_esc_broken.py": broken}
    folder = tmp_path_factory.mktemp("site")
    with plugins_here(folder, "zookit-esc", points, modules):
        info = folder / "zookit_esc-1.0.dist-info" / "METADATA"
        info.write_text(info.read_text().replace("Version: 1.0", "Version: 1.0\x1b[2J\u202e"))
        yield


@pytest.mark.usefixtures("plugins")
@pytest.mark.parametrize(
    "command",
    [
        "list",
        "list --json",
        "show escaping",
        "show escaping_data",
        "show broken",
        "show escaping --on mnist",
        "show escaping_data --image 0",
        "run escaping_data dense",
        "run mnist escaping --data sample",
    ],
)
def test_what_plugins_say_is_harmless(zookit: Command, command: str) -> None:
    shown = zookit(*command.split())
    assert shown.out + shown.err
    assert harmless(shown.out + shown.err), shown
