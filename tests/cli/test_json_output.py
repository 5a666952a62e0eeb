"""With --json, standard output carries zookit's JSON alone, whatever plugins print."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from bad_plugins import plugins_here
from conftest import Command

NOISE = 3
"""The ways in which the plugins print: from Python, to the descriptor, in a child process."""
NOISY = '''
"""Components that print wherever they can."""

import os
import subprocess
import sys
from dataclasses import dataclass

import numpy as np
from zookit.core import Architecture, Callback, Dataset, DatasetInfo, Listener, Split, Splits
from zookit.core import hookimpl


def shout(where):
    print("noise in", where)
    sys.stdout.flush()
    os.write(1, f"noise on 1 in {where}\\n".encode())
    subprocess.run(["echo", f"noise of a child in {where}"], check=True)


shout("import")


@dataclass(frozen=True)
class Data(Dataset):
    """Images."""

    @property
    def info(self):
        shout("info")
        return DatasetInfo((8, 8, 1), ("a", "b", "c"))

    def load(self, source):
        shout("load")
        labels = np.arange(12) % 3
        images = np.zeros((12, 8, 8, 1), np.uint8) + 80 * labels.astype("u1").reshape(-1, 1, 1, 1)
        return Splits(Split(images, labels), Split(images, labels))


@dataclass(frozen=True)
class Net(Architecture):
    """A body."""

    def features(self, images):
        from keras import layers

        shout("features")
        return layers.Flatten()(images)


@dataclass(frozen=True)
class Back(Callback):
    """A callback."""

    def build(self):
        import keras

        return keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: shout("callback"))


@dataclass(frozen=True)
class Ear(Listener):
    """A listener."""

    @hookimpl
    def run_started(self):
        shout("hook")
'''
POINTS = {
    "zookit.datasets": "loud = zookit_loud:Data",
    "zookit.architectures": "loud_net = zookit_loud:Net",
    "zookit.callbacks": "loud_back = zookit_loud:Back",
    "zookit.listeners": "loud_ear = zookit_loud:Ear",
}


@pytest.fixture(scope="module", autouse=True)
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("site")
    with plugins_here(folder, "zookit-loud", POINTS, {"zookit_loud.py": NOISY}):
        yield folder


def test_no_plugin_writes_into_the_json(zookit: Command) -> None:
    words = ("loud", "loud_net", "loud_back", "--with", "loud_ear", "--epochs", "1")
    ran = zookit("run", *words, "--json")
    assert ran.code == 0, ran
    assert json.loads(ran.out)["status"] == "finished"
    for where in ("import", "info", "load", "features", "callback", "hook"):
        for noise in ("noise in", "noise on 1 in", "noise of a child in"):
            assert f"{noise} {where}" in ran.err
    for command in (
        ["evaluate", "latest"],
        ["reproduce", "latest"],
        ["predict", "latest", "--image", "0"],
    ):
        answered = zookit(*command, "--json")
        assert answered.code == 0, answered
        assert isinstance(json.loads(answered.out), dict)
        assert "noise on 1" in answered.err
    # Afterwards everything is as before.
    assert "noise on 1 in load" in zookit("show", "loud", "--image", "0").out


def test_an_error_leaves_standard_output_empty(zookit: Command) -> None:
    message = zookit("run", "loud", "loud_net", "loud_back:1", "--json").message()
    assert "loud_back" in message


def test_looking_for_what_was_meant_writes_nothing_on_standard_output(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(NOISY, encoding="utf-8")
    words = ("run", "mnst", "./net.py:Net", "--json")
    ended = subprocess.run(
        [sys.executable, "-m", "zookit", *words], cwd=tmp_path, capture_output=True, text=True
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "zookit run mnist ./net.py:Net --json" in ended.stderr


def test_standard_output_of_a_process_is_reserved_too(site: Path, tmp_path: Path) -> None:
    """A process has standard output as descriptor 1, and the tests' own processes have not."""
    program = """
import sys
sys.argv = ["zookit", "list", "--json"]
from zookit.cli import list as command
import zookit.tables
kept = command._plain
def noisy(group):
    import zookit_loud
    zookit_loud.shout("list")
    return kept(group)
command._plain = noisy
from zookit.cli.app import main
main()
"""
    environment = {**os.environ, "PYTHONPATH": str(site)}
    ended = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended
    assert "loud" in ended.stdout
    assert json.loads(ended.stdout)["datasets"]
    assert ended.stderr.count("noise") >= NOISE


def test_a_full_device_is_reported(site: Path, tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full")
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "zookit", "list", "--json"],
            cwd=tmp_path,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert ended.returncode == 2
    assert "No space left" in ended.stderr
    assert "Traceback" not in ended.stderr
