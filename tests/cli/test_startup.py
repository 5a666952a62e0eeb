"""What a start of zookit imports: no TensorFlow, no Keras, no NumPy and no plugin until needed."""

import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_server import CommandServer, Ended, command_server
from made_data import put_pictures
from terminal import written_in_terminal

from zookit.registry import default

PYTHON = (sys.executable,)
MODULE = (sys.executable, "-m", "zookit")
SCRIPT = (str(Path(sysconfig.get_path("scripts"), "zookit")),)
HEAVY = {"tensorflow", "keras", "numpy"}


@pytest.fixture(scope="module")
def server() -> Iterator[CommandServer]:
    with command_server() as server:
        yield server


def plugins(modules: set[str]) -> set[str]:
    """The imported modules that define a plugin."""
    defining = {
        entry.value.partition(":")[0] for group in default.groups() for entry in group.entries()
    }
    return defining & modules


def test_the_package_imports_nothing_until_asked() -> None:
    program = (
        "import sys, zookit; dir(zookit)\n"
        "print(*(name for name in sys.modules if name.startswith('zookit')))\n"
        "zookit.registry.datasets, zookit.ZookitError\n"
        "print(*sys.modules)"
    )
    ended = subprocess.run([*PYTHON, "-c", program], capture_output=True, text=True, check=True)
    at_first, asked = (set(line.split()) for line in ended.stdout.splitlines())
    assert at_first == {"zookit"}
    assert "zookit.registry" in asked
    assert not HEAVY & asked


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (["--help"], "list"),
        (["run", "--help"], "--epochs"),
        (["sweep", "--help"], "--vary"),
        (["--version"], "zookit "),
        (["list"], "fashion_mnist"),
        (["list", "--json"], '"full_name": "zookit/fashion_mnist"'),
    ],
)
def test_help_and_listing_import_nothing_heavy_and_no_plugin(
    server: CommandServer, tmp_path: Path, arguments: list[str], shown: str
) -> None:
    ended = server.run(*arguments, cwd=tmp_path)
    assert ended.code == 0, ended.err
    assert shown in ended.out
    assert not HEAVY & ended.modules
    assert not plugins(ended.modules)


def complete(server: CommandServer, folder: Path, words: str) -> Ended:
    """What the shell is offered for the last of the words."""
    ended = server.run(
        cwd=folder,
        _ZOOKIT_COMPLETE="complete_bash",
        COMP_WORDS=words,
        COMP_CWORD=str(words.count(" ")),
    )
    assert ended.code == 0, ended.err
    return ended


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("zookit run fash", ["fashion_mnist"]),
        ("zookit run mnist den", ["dense"]),
        ("zookit run mnist dense stop_at_l", ["stop_at_loss"]),
        ("zookit run --with tensorb", ["tensorboard"]),
        ("zookit run --optimizer adagr", ["adagrad"]),
        ("zookit --no-plugin stop_at_l", ["stop_at_loss"]),
        ("zookit lis", ["list"]),
    ],
)
def test_completing_names_imports_nothing_heavy_and_no_plugin(
    server: CommandServer, tmp_path: Path, words: str, offered: list[str]
) -> None:
    ended = complete(server, tmp_path, words)
    assert ended.out.split() == offered
    assert not HEAVY & ended.modules
    assert not plugins(ended.modules)


@pytest.mark.parametrize(
    ("words", "offered", "module"),
    [
        ("zookit run mnist dense:u", "dense:units=", "architectures.dense"),
        ("zookit run image_folder:si", "image_folder:size=", "datasets.image_folder"),
        ("zookit show stop_at_loss:t", "stop_at_loss:threshold=", "callbacks.stop_at_loss"),
    ],
)
def test_completing_parameters_imports_that_one_plugin(
    server: CommandServer, tmp_path: Path, words: str, offered: str, module: str
) -> None:
    ended = complete(server, tmp_path, words)
    assert ended.out.split() == [offered]
    assert not {"tensorflow", "keras"} & ended.modules
    assert plugins(ended.modules) == {f"zookit.plugins.{module}"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "fashion_mnist", "dnese"],
        ["run", "fashion_mnist", "dense:units=many"],
        ["run", "fashion_mnist", "dense", "--augment", "blur"],
    ],
)
def test_an_error_in_the_words_is_reported_before_tensorflow_is_imported(
    server: CommandServer, tmp_path: Path, arguments: list[str]
) -> None:
    ended = server.run(*arguments, cwd=tmp_path)
    assert ended.code == 2
    assert ended.err.startswith("zookit: ")
    assert not {"tensorflow", "keras"} & ended.modules


def test_no_plugin_imports_tensorflow_or_keras() -> None:
    modules = [
        entry.value.partition(":")[0]
        for group in default.groups()
        for entry in group.entries()
        if entry.full_name.startswith("zookit/")
    ]
    assert len(modules) >= 8
    program = (
        "import importlib, sys\n"
        "for name in sys.argv[1:]:\n"
        "    importlib.import_module(name)\n"
        "    heavy = {'tensorflow', 'keras'} & set(sys.modules)\n"
        "    if heavy: sys.exit(f'{name} imports {heavy}')"
    )
    ended = subprocess.run([*PYTHON, "-c", program, *modules], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("files", [("__init__.py", "core.py"), ("cli.py",)])
def test_a_folder_named_zookit_beside_the_caller_is_not_imported(
    tmp_path: Path, files: tuple[str, ...]
) -> None:
    (tmp_path / "zookit").mkdir()
    for name in files:
        (tmp_path / "zookit" / name).write_text("raise RuntimeError('taken over')")
    ended = subprocess.run([*SCRIPT, "list"], cwd=tmp_path, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert "fashion_mnist" in ended.stdout


PROGRAM = """
import logging, os, sys, time
from dataclasses import dataclass
import numpy as np, zookit
from zookit.core import Dataset, DatasetInfo, Split, Splits

@dataclass(frozen=True)
class Slow(Dataset):
    @property
    def info(self):
        return DatasetInfo((8, 8, 1), ("a", "b"))

    def load(self, source):
        for _ in range(600):
            if "tensorflow" in sys.modules:
                break
            time.sleep(0.1)
        else:
            sys.exit("nothing imports TensorFlow")
        print("printed while reading", file=sys.stderr)
        logging.warning("logged while reading")
        split = Split(np.zeros((40, 8, 8, 1), np.uint8), np.arange(40) % 2)
        return Splits(split, split)

run = zookit.run(Slow(), "dense:2,dropout=0.1", epochs=1, quiet=True)
assert run.status == "finished"
logging.warning("logged afterwards")
print("printed afterwards", file=sys.stderr)
os.write(2, b"written afterwards")

@dataclass(frozen=True)
class Failing(Slow):
    def load(self, source):
        raise OSError("the disk is gone")

try:
    zookit.run(Failing(), "dense:2", quiet=True)
except OSError as error:
    assert sys.stderr is sys.__stderr__
    os.write(2, f"caught: {error}".encode())
"""


@pytest.mark.slow
def test_tensorflow_is_imported_while_data_is_read_without_its_messages(tmp_path: Path) -> None:
    """What others write to stderr meanwhile is shown, and an error leaves stderr as it was."""
    command = [*PYTHON, "-c", PROGRAM]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    for when in ("logged while reading", "printed while reading", "logged afterwards"):
        assert when in ended.stderr
    for when in ("printed afterwards", "written afterwards", "caught: the disk is gone"):
        assert when in ended.stderr
    for message in ("Logging error", "oneDNN"):
        assert message not in ended.stderr


@pytest.mark.slow
def test_a_terminal_shows_progress_without_tensorflows_messages(tmp_path: Path) -> None:
    """tests/cli/test_run.py asks for the messages."""
    put_pictures(tmp_path / "images", dark=20, light=20)
    command = [*MODULE, "run", "image_folder:path=images,size=8", "dense:2,dropout=0.1"]
    variables = {"COLUMNS": "120", "ZOOKIT_CACHE_DIR": str(tmp_path / "cache")}
    written = written_in_terminal([*command, "--epochs", "1"], "stderr", tmp_path, **variables)
    assert b"reading" in written
    assert b"oneDNN" not in written
    assert not re.search(rb"[WIE]0000 00:00|absl|cuda", written)
    assert list((tmp_path / "runs").iterdir())
