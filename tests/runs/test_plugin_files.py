"""Runs with components of a plain Python file: its copy, its identity, naming it again."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from conftest import Command
from contents import contents
from edited_plugin import forget_plugins, restore_plugins
from made_files import edit, here, write
from small_runs import SMALL, other_threads, small_images

import zookit
import zookit as zookit_package
from zookit.core import BadParameter, BadRun, FolderError
from zookit.registry import default
from zookit.runs.plugin_files import copy_plugin_files
from zookit.runs.writer import removed_on_error
from zookit.training.resolve import compose

__all__ = ["here"]

EVERY_KIND = """
    from dataclasses import dataclass
    from pathlib import Path

    import numpy as np

    from zookit.core import (
        Architecture, Augmentation, Callback, Dataset, DatasetInfo, Listener, Loss, Metric,
        Optimizer, Schedule, Split, Splits, hookimpl,
    )


    @dataclass(frozen=True)
    class Stripes(Dataset):
        '''Stripes.'''

        @property
        def info(self):
            return DatasetInfo((4, 4, 1), ("across", "down", "none"))

        def load(self, source):
            random = np.random.default_rng(0)
            images = random.integers(0, 256, (48, 4, 4, 1), np.uint8)
            labels = np.arange(48) % 3
            train = Split(images[:36], labels[:36])
            return Splits(train=train, test=Split(images[36:], labels[36:]))


    @dataclass(frozen=True)
    class Net(Architecture):
        '''A net.'''

        def features(self, images):
            from keras import layers

            return layers.Flatten()(images)


    @dataclass(frozen=True)
    class Stop(Callback):
        '''Stops.'''

        def build(self):
            import keras

            return keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: None)


    @dataclass(frozen=True)
    class Hits(Metric):
        '''Hits.'''

        def build(self, classes):
            from keras.metrics import CategoricalAccuracy

            return CategoricalAccuracy()


    @dataclass(frozen=True)
    class Squared(Loss):
        '''Squares.'''

        def build(self, classes):
            from keras.losses import MeanSquaredError

            return MeanSquaredError()


    @dataclass(frozen=True)
    class Gray(Augmentation):
        '''Grey.'''

        def build(self):
            from keras import layers

            return layers.RandomFlip(dtype="float32")


    @dataclass(frozen=True)
    class Falling(Schedule):
        '''Falls.'''

        def build(self, steps_per_epoch, epochs):
            from keras.optimizers.schedules import InverseTimeDecay

            return InverseTimeDecay(0.01, steps_per_epoch, decay_rate=1)


    @dataclass(frozen=True)
    class Plain(Optimizer):
        '''Plain.'''

        def build(self, learning_rate):
            from keras.optimizers import SGD

            return SGD(learning_rate)


    @dataclass(frozen=True)
    class Notes(Listener):
        '''Notes.'''

        @hookimpl
        def run_started(self, run):
            (run.folder / "notes.txt").write_text("seen")
"""
IMAGE = ("--image", "0", "--json")


def train(words: str = "net.py:MyNet:units=4", **options: object) -> zookit.Run:
    return zookit.run(small_images(), words, **{**SMALL, "epochs": 1, **options})


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a run that was trained with `net.py`, which is named nowhere any more."""
    folder = tmp_path_factory.mktemp("file")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("ZOOKIT_CACHE_DIR", str(folder / "cache"))
        patched.setenv("ZOOKIT_PLUGINS", "")
        forget_plugins()
        path = write(folder)
        yield train(f"{path}:MyNet:units=4", runs_dir=folder / "runs").folder
    restore_plugins()


@pytest.fixture
def run(here: Path, trained: Path) -> Path:
    """A copy of it in `runs`; `net.py` is in the current folder."""
    return Path(shutil.copytree(trained, here / "runs" / trained.name))


def test_a_run_has_a_copy_and_records_the_hash(run: Path) -> None:
    copy = run / "plugins" / "net.py"
    assert copy.read_text() == Path("net.py").read_text()
    owners = zookit.open_run(run).environment.owners()
    assert owners["net.py/my_net"].startswith("net.py==")
    assert str(run.parent) not in (run / "environment.json").read_text()


def test_the_file_decides_the_identity(here: Path, trained: Path) -> None:
    again = train()
    assert again.environment.identity == zookit.open_run(trained).environment.identity
    edit(here / "net.py", '"relu"', '"tanh"')
    other = train()
    assert other.environment.identity != again.environment.identity
    assert (other.folder / "plugins" / "net.py").read_text() == (here / "net.py").read_text()


def test_an_old_run_says_that_the_file_must_be_named(zookit: Command, run: Path) -> None:
    message = zookit("predict", run, "--image", "0").message()
    assert "zookit --plugin net.py" in message
    assert f"zookit --plugin {run / 'plugins' / 'net.py'}" in message
    assert "pip" not in message
    shutil.rmtree(run / "plugins")
    assert str(run / "plugins") not in zookit("predict", run, "--image", "0").message()


def test_in_python_the_message_names_the_function(run: Path) -> None:
    with pytest.raises(BadRun, match=r"default\.add_file\('net\.py'\)"):
        zookit.open_run(run).predict(np.zeros((1, 8, 8, 1), np.uint8))


def test_a_run_is_used_with_the_file_named(zookit: Command, run: Path) -> None:
    assert zookit("--plugin", "net.py", "predict", run, *IMAGE).code == 0
    assert zookit("--plugin", run / "plugins" / "net.py", "evaluate", run).code == 0
    assert (
        zookit("--plugin", "net.py", "export", run, "--to", "keras", "--output", "net.keras").code
        == 0
    )
    resumed = zookit("--plugin", "net.py", "resume", run, "--epochs", "2")
    assert resumed.code == 0
    again = zookit("--plugin", "net.py", "reproduce", run)
    assert again.code == 0, again.out + again.err


def test_an_edited_file_is_reported(zookit: Command, run: Path) -> None:
    edit(Path("net.py"), '"relu"', '"tanh"')
    for old, new in (("", ""), ("units", "width")):
        if old:
            edit(Path("net.py"), old, new)
        message = zookit("--plugin", "net.py", "predict", run, *IMAGE).message()
        assert f"zookit --plugin {run / 'plugins' / 'net.py'}" in message
        assert "pip" not in message
        assert "edited" in message or "net.py==" in message


@pytest.mark.parametrize("interrupted", [False, True])
def test_a_run_is_not_resumed_with_an_edited_file(
    zookit: Command, run: Path, interrupted: bool
) -> None:
    if interrupted:
        (run / "metrics.json").unlink()
    edit(Path("net.py"), '"relu"', '"tanh"')
    before = contents(run)
    message = zookit("--plugin", "net.py", "resume", run, "--epochs", "2").message()
    assert "net.py has been edited since the run was started" in message
    copy = run / "plugins" / "net.py"
    command = ("--plugin", copy, "resume", run, "--epochs", "2")
    assert " ".join(map(str, ("zookit", *command))) in message
    assert contents(run) == before
    assert zookit(*command).code == 0
    assert zookit("--plugin", copy, "evaluate", run).code == 0


def test_an_edited_copy_is_not_proposed(zookit: Command, run: Path) -> None:
    copy = run / "plugins" / "net.py"
    edit(copy, '"relu"', '"tanh"')
    message = zookit("--plugin", copy, "resume", run, "--epochs", "2").message()
    assert "edited" in message
    assert "zookit --plugin" not in message


def test_an_experiment_file_needs_the_file_too(zookit: Command, run: Path) -> None:
    shutil.copy(run / "experiment.toml", "experiment.toml")
    arguments = ("run", "--from", "experiment.toml", "--json")
    assert "zookit --plugin net.py" in zookit(*arguments).message()
    ended = zookit("--plugin", "net.py", *arguments)
    assert (Path(json.loads(ended.out)["folder"]) / "plugins" / "net.py").is_file()


@pytest.mark.slow
def test_a_run_of_other_threads_is_resumed_in_a_child_process(zookit: Command, here: Path) -> None:
    options = ("--threads", str(other_threads()), "--epochs", "1", "--batch-size", "4", "--json")
    ended = subprocess.run(
        [sys.executable, "-m", "zookit", "run", small_images(), "net.py:MyNet", *options],
        capture_output=True,
        text=True,
        check=True,
    )
    run = Path(json.loads(ended.stdout)["folder"])
    assert "zookit --plugin net.py" in zookit("resume", run, "--epochs", "2").message()
    assert zookit("--plugin", "net.py", "resume", run, "--epochs", "2").code == 0
    assert zookit_package.open_run(run).epochs == 2


@pytest.mark.slow
def test_check_and_doctor_examine_a_file(zookit: Command, here: Path) -> None:
    checked = zookit("check", "net.py:MyNet")
    assert checked.code == 0, checked.out
    assert "0 failed" in checked.out
    edit(here / "net.py", "from typing", "1 / 0\nfrom typing")
    examined = zookit("--plugin", "net.py", "doctor", "--json")
    (found,) = (each for each in json.loads(examined.out)["plugins"] if each["name"] == "my_net")
    assert "ZeroDivisionError" in str(found)
    assert str(here / "net.py") in str(found)


def test_the_copy_is_never_executed(zookit: Command, run: Path, here: Path) -> None:
    (here / "net.py").unlink()
    evil = run / "plugins" / "net.py"
    evil.write_text(f"open({str(here / 'executed')!r}, 'w')\n{evil.read_text()}")
    (run / "plugins" / "evil.py").write_text(evil.read_text())
    for command in (("predict", run, *IMAGE), ("evaluate", run), ("resume", run, "--epochs", "2")):
        assert zookit(*command).code == 2
    assert zookit("runs").code == 0
    assert zookit("report", run).code == 0
    assert not (here / "executed").exists()


def test_every_kind_can_be_in_a_file(here: Path) -> None:
    write(here, EVERY_KIND, "all.py")
    run = zookit.run(
        "all.py:Stripes",
        "all.py:Net",
        "all.py:Stop",
        metrics="all.py:Hits",
        loss="all.py:Squared",
        augment="all.py:Gray",
        learning_rate="all.py:Falling",
        optimizer="all.py:Plain",
        listeners="all.py:Notes",
        epochs=1,
        batch_size=6,
        quiet=True,
    )
    assert "hits" in run.history
    assert {each.partition("/")[0] for each in run.environment.owners()} == {"all.py"}
    assert (run.folder / "notes.txt").read_text() == "seen"
    assert [each.name for each in (run.folder / "plugins").iterdir()] == ["all.py"]


def test_two_files_of_one_name_are_not_one_owner(here: Path) -> None:
    write(here, EVERY_KIND, "all.py")
    write(here / "other", EVERY_KIND.replace("class Net", "class Other"), "all.py")
    with pytest.raises(BadParameter, match=r"two files are named all\.py"):
        compose("all.py:Stripes", "other/all.py:Other")


def test_a_file_in_the_folder_of_a_data_set(here: Path) -> None:
    words = small_images()
    folder = Path(words.partition("path=")[2].partition(",")[0])
    images = Path(shutil.copytree(folder, here / "images"))
    write(images)
    run = zookit.run(
        words.replace(str(folder), "images"),
        "images/net.py:MyNet",
        epochs=1,
        batch_size=8,
        quiet=True,
    )
    assert run.status == "finished"
    assert not (images / "__pycache__").exists()


def test_a_copy_that_cannot_be_written_leaves_no_folder(
    here: Path,
) -> None:
    component = default.architectures.build("net.py:MyNet").component
    folder = here / "run"
    folder.mkdir()
    (folder / "plugins").write_text("in the way")
    with pytest.raises(FolderError), removed_on_error(folder):
        copy_plugin_files([component], folder)
    assert not folder.exists()
