"""What starting zookit costs: no TensorFlow, no Keras, no NumPy and no plugin before its time."""

import json
import os
import re
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from terminal import written_in_terminal

from zookit.registry import default

PYTHON = (sys.executable,)
MODULE = (sys.executable, "-m", "zookit")
SCRIPT = (str(Path(sysconfig.get_path("scripts"), "zookit")),)
HEAVY = {"tensorflow", "keras", "numpy"}

# Python runs this file first of all.
SITECUSTOMIZE = """
import atexit, json, sys
from pathlib import Path

@atexit.register
def record():
    Path(__file__).with_name("modules.json").write_text(json.dumps(sorted(sys.modules)))
"""


@dataclass(frozen=True)
class Started:
    """How a fresh process ended and what it had imported by then."""

    code: int
    out: str
    err: str
    modules: set[str]


Start = Callable[..., Started]


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Run a fresh process in an empty folder."""
    spy = tmp_path / "spy"
    spy.mkdir()
    (spy / "sitecustomize.py").write_text(SITECUSTOMIZE)
    (tmp_path / "work").mkdir()

    def run(*command: str, **variables: str) -> Started:
        ended = subprocess.run(
            command,
            cwd=tmp_path / "work",
            env={**os.environ, "PYTHONPATH": str(spy), "COLUMNS": "120", **variables},
            capture_output=True,
            text=True,
            check=False,
        )
        modules = set(json.loads((spy / "modules.json").read_text()))
        return Started(ended.returncode, ended.stdout, ended.stderr, modules)

    return run


def test_the_package_imports_nothing_until_asked(start: Start) -> None:
    started = start(*PYTHON, "-c", "import zookit; dir(zookit)")
    assert started.code == 0, started.err
    assert {name for name in started.modules if name.startswith("zookit")} == {"zookit"}
    asked = start(*PYTHON, "-c", "import zookit; zookit.registry.datasets, zookit.ZookitError")
    assert asked.code == 0, asked.err
    assert "zookit.registry" in asked.modules
    assert not HEAVY & asked.modules


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (["--help"], "list"),
        (["run", "--help"], "--epochs"),
        (["--version"], "zookit "),
        (["list"], "fashion_mnist"),
        (["list", "--json"], '"full_name": "zookit/fashion_mnist"'),
    ],
)
def test_looking_around_imports_nothing_heavy_and_no_plugin(
    start: Start, arguments: list[str], shown: str
) -> None:
    started = start(*MODULE, *arguments)
    assert started.code == 0, started.err
    assert shown in started.out
    assert not HEAVY & started.modules
    assert not [name for name in started.modules if name.startswith("zookit.plugins")]


def completing(start: Start, words: str) -> Started:
    """What the shell is offered for the last of the words."""
    started = start(
        *SCRIPT,
        _ZOOKIT_COMPLETE="complete_bash",
        COMP_WORDS=words,
        COMP_CWORD=str(words.count(" ")),
    )
    assert started.code == 0, started.err
    return started


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
    start: Start, words: str, offered: list[str]
) -> None:
    started = completing(start, words)
    assert started.out.split() == offered
    assert not HEAVY & started.modules
    assert not [name for name in started.modules if name.startswith("zookit.plugins")]


@pytest.mark.parametrize(
    ("words", "offered", "module"),
    [
        ("zookit run mnist dense:u", "dense:units=", "architectures.dense"),
        ("zookit run image_folder:si", "image_folder:size=", "datasets.image_folder"),
        ("zookit show stop_at_loss:t", "stop_at_loss:threshold=", "callbacks.stop_at_loss"),
    ],
)
def test_completing_parameters_imports_that_one_plugin(
    start: Start, words: str, offered: str, module: str
) -> None:
    started = completing(start, words)
    assert started.out.split() == [offered]
    assert not {"tensorflow", "keras"} & started.modules
    known = {
        entry.value.partition(":")[0] for group in default.groups() for entry in group.entries()
    }
    assert known & started.modules == {f"zookit.plugins.{module}"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "fashion_mnist", "dnese"],
        ["run", "fashion_mnist", "dense:units=many"],
        ["run", "fashion_mnist", "dense", "--augment", "blur"],
    ],
)
def test_a_mistake_is_told_before_tensorflow_is_imported(
    start: Start, arguments: list[str]
) -> None:
    started = start(*MODULE, *arguments)
    assert started.code == 2
    assert started.err.startswith("zookit: ")
    assert not {"tensorflow", "keras"} & started.modules


def test_no_plugin_imports_tensorflow_or_keras(start: Start) -> None:
    modules = [
        entry.value.partition(":")[0]
        for group in default.groups()
        for entry in group.entries()
        if entry.full_name.startswith("zookit/")
    ]
    assert len(modules) >= 8
    started = start(
        *PYTHON,
        "-c",
        "import importlib, sys\n"
        "for name in sys.argv[1:]:\n"
        "    importlib.import_module(name)\n"
        "    heavy = {'tensorflow', 'keras'} & set(sys.modules)\n"
        "    if heavy: sys.exit(f'{name} imports {heavy}')",
        *modules,
    )
    assert started.code == 0, started.err
    assert set(modules) <= started.modules


@pytest.mark.parametrize("file", ["__init__.py", "core.py", "cli.py"])
def test_a_folder_named_zookit_beside_the_caller_is_left_alone(
    start: Start, tmp_path: Path, file: str
) -> None:
    folder = tmp_path / "work" / "zookit"
    folder.mkdir()
    (folder / file).write_text("raise RuntimeError('taken over')")
    started = start(*SCRIPT, "list")
    assert started.code == 0, started.err
    assert "fashion_mnist" in started.out


def test_tensorflow_is_imported_while_data_is_read(start: Start, tmp_path: Path) -> None:
    program = """
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
        print("reading went on", file=sys.stderr)
        logging.warning("logged while reading")
        split = Split(np.zeros((40, 8, 8, 1), np.uint8), np.arange(40) % 2)
        return Splits(split, split)

result = zookit.run(Slow(), "dense:2,dropout=0.1", epochs=1, quiet=True)
print(result.environment["runtime"]["intra_op_threads"])
logging.warning("logged afterwards")
print("printed afterwards", file=sys.stderr)
os.write(2, b"written afterwards")
"""
    started = start(*PYTHON, "-c", program)
    assert started.code == 0, started.err
    for line in ("reading went on", "logged while reading", "logged afterwards"):
        assert line in started.err
    for line in ("printed afterwards", "written afterwards"):
        assert line in started.err
    assert "Logging error" not in started.err
    assert "oneDNN" not in started.err
    # The command would take one thread for matrices as small; a program goes on and may want all.
    assert int(started.out.splitlines()[-1]) == len(os.sched_getaffinity(0))


def test_what_loading_raises_is_shown_and_stderr_is_as_before(start: Start) -> None:
    program = """
import os, sys
from dataclasses import dataclass
import zookit
from zookit.core import Dataset, DatasetInfo

@dataclass(frozen=True)
class Failing(Dataset):
    @property
    def info(self):
        return DatasetInfo((8, 8, 1), ("a", "b"))

    def load(self, source):
        raise OSError("the disk is gone")

try:
    zookit.run(Failing(), "dense:2", quiet=True)
except OSError as error:
    assert sys.stderr is sys.__stderr__
    os.write(2, f"caught: {error}".encode())
"""
    started = start(*PYTHON, "-c", program)
    assert started.code == 0, started.err
    assert "caught: the disk is gone" in started.err
    assert "oneDNN" not in started.err


@pytest.mark.parametrize("level", ["2", "0"])
def test_tensorflows_chatter_is_kept_off_a_terminal_and_progress_is_not(
    tmp_path: Path, level: str
) -> None:
    """With pictures that are still to be decoded."""
    words = ("horse_or_human", "cnn:filters=2+2+2,units=2")
    command = [*MODULE, "run", *words, "--data", "sample", "--epochs", "1"]
    variables = {"TF_CPP_MIN_LOG_LEVEL": level, "ZOOKIT_CACHE_DIR": str(tmp_path / "cache")}
    written = written_in_terminal(command, "stderr", tmp_path, COLUMNS="120", **variables)
    assert b"decoding train" in written
    assert (b"oneDNN" in written) == (level == "0")
    if level != "0":
        assert not re.search(rb"[WIE]0000 00:00|absl|cuda", written)
