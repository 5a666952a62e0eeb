"""Going on with a run, and repeating one: the same end to the last bit, or a clear refusal."""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import keras
import numpy as np
import pytest
from conftest import Command
from contents import contents
from hypothesis import given
from hypothesis import strategies as st
from made_runs import ENDS, make_one, make_whole
from safetensors.numpy import load_file, save

import zookit
from zookit import run as train
from zookit.core import BadParameter, BadRun, FolderError, Listener, RunContext, hookimpl
from zookit.runs.checkpoint import with_arrays, without_arrays
from zookit.runs.lock import locked
from zookit.runs.run import read_run
from zookit.training.checkpoint_schedule import Pace

pytestmark = pytest.mark.xdist_group("resume")

# An epoch of eleven executions, of seven or nine steps each.
SMALL: dict[str, Any] = {"data": "sample", "batch_size": 64, "quiet": True}


@dataclass(frozen=True)
class Interrupt(Listener):
    """Ends this process's training by a signal after so many executions, over all epochs."""

    after: int = 1

    @hookimpl
    def keras_callbacks(self, run: RunContext) -> "Sequence[keras.callbacks.Callback]":
        del run
        seen = 0

        def count(batch: int, logs: Mapping[str, Any] | None = None) -> None:
            nonlocal seen
            seen += 1
            if seen == self.after:
                os.kill(os.getpid(), signal.SIGTERM)  # SIGINT is ignored in background jobs

        return [keras.callbacks.LambdaCallback(on_train_batch_end=count)]


def assert_same_end(one: Path, other: Path) -> None:
    for name in ENDS:
        assert (one / name).read_bytes() == (other / name).read_bytes(), name


COMPOSITIONS: dict[str, dict[str, Any]] = {
    "dropout, validation, callbacks with state": {
        "dataset": "fashion_mnist",
        "architecture": "dense:16,dropout=0.3",
        "callbacks": ["early_stopping:2", "reduce_lr_on_plateau:1"],
        "validation": 0.2,
        "learning_rate": 0.03,
    },
    "convolutions, augmentation, class weights, bfloat16": {
        "dataset": "mnist",
        "architecture": "cnn:filters=4+4,units=8,dropout=0.2",
        "augment": ("rotation", "zoom"),
        "class_weights": True,
        "precision": "mixed_bfloat16",
        "optimizer": "sgd:momentum=0.9",
    },
    "averages of weights, XLA": {
        "dataset": "mnist",
        "architecture": "dense:16",
        "callbacks": "swap_ema_weights",
        "validation": 0.1,
        "optimizer": "adam:use_ema=true",
    },
}


@pytest.mark.parametrize("composition", COMPOSITIONS.values(), ids=COMPOSITIONS)
def test_a_run_that_was_stopped_ends_as_one_that_was_not(
    tmp_path: Path, composition: dict[str, Any]
) -> None:
    whole = zookit.run(runs_dir=tmp_path / "whole", epochs=3, **SMALL, **composition)
    began = zookit.run(
        listeners=Interrupt(14),  # within the second epoch
        runs_dir=tmp_path,
        epochs=2,
        **SMALL,
        **composition,
    )
    assert began.status == "interrupted"
    assert began.epochs == 1
    with pytest.raises(BadParameter, match="has 1 epochs and a part of epoch 2 already"):
        zookit.resume(began.folder, epochs=1)
    resumed = zookit.resume(began.folder, epochs=3, quiet=True)
    assert resumed is not None
    assert resumed.folder == began.folder
    assert resumed.history == whole.history
    assert_same_end(began.folder, whole.folder)
    assert read_run(began.folder).experiment == read_run(whole.folder).experiment
    kept, expected = (read_run(each).environment for each in (began.folder, whole.folder))
    assert (kept.identity, kept.group) == (expected.identity, expected.group)
    assert [(each.epochs, each.steps > 0) for each in kept.resumptions] == [(1, True)]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    return zookit.run("mnist", "dense:8", runs_dir=folder, epochs=2, **SMALL).folder


@pytest.fixture
def run(finished: Path, tmp_path: Path) -> Path:
    """A copy of a finished run, to be damaged."""
    return Path(shutil.copytree(finished, tmp_path / "runs" / finished.name))


def test_what_needs_nothing_is_told_and_left_as_it_is(zookit: Command, run: Path) -> None:
    before = {each: each.read_bytes() for each in run.iterdir()}
    ended = zookit("resume", "latest")
    assert ended.code == 0
    assert "needs nothing: it is finished, with 2 epochs" in ended.err
    assert {each: each.read_bytes() for each in run.iterdir()} == before


def test_a_finished_run_is_extended(zookit: Command, run: Path, tmp_path: Path) -> None:
    whole = train("mnist", "dense:8", runs_dir=tmp_path / "whole", epochs=3, **SMALL)
    ended = zookit("resume", run.name[:-3], "--epochs", "3", "--json")
    assert ended.code == 0
    assert json.loads(ended.out)["experiment"]["settings"]["epochs"] == 3
    assert_same_end(run, whole.folder)


def test_a_run_that_a_callback_ended_needs_nothing(tmp_path: Path) -> None:
    stopped = zookit.run(
        "mnist", "dense:8", "stop_at_loss:100", runs_dir=tmp_path, epochs=3, **SMALL
    )
    assert stopped.epochs == 1
    assert zookit.resume(stopped.folder, epochs=5, quiet=True) is None


def test_a_run_that_was_killed_at_its_very_end_is_ended(run: Path, finished: Path) -> None:
    for name in ("metrics.json", "weights.safetensors", "evaluation.safetensors"):
        (run / name).unlink()
    assert read_run(run).status == "killed"
    ended = zookit.resume(run, quiet=True)
    assert ended is not None
    assert_same_end(run, finished)


def test_a_run_without_checkpoint_begins_anew(run: Path, finished: Path) -> None:
    for name in ("metrics.json", "checkpoint.safetensors", "history.csv", "times.csv"):
        (run / name).unlink()
    assert zookit.resume(run, quiet=True) is not None
    assert_same_end(run, finished)


def test_fewer_epochs_than_there_are_are_refused(run: Path) -> None:
    with pytest.raises(BadParameter, match="has 2 epochs already, more than --epochs 1"):
        zookit.resume(run, epochs=1)


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("experiment.toml", "seed = 0", "seed = 1", "do not belong together"),
        ("experiment.toml", "seed = 0", "sed = 0", "no parameter 'sed'. Did you mean 'seed'?"),
        ("environment.json", '"training": "', '"training": "0', "do not belong together"),
        ("history.csv", "2,", "3,", "line 3 is not that of epoch 2"),
        ("history.csv", "\n1,", "\n1,1", "its first 2 epochs are not those"),
        ("metrics.json", "finished", "ended", "status: Input should be"),
        ("experiment.toml", "zookit/dense", "zookit/dens", "no architecture named 'zookit/dens'"),
    ],
)
def test_what_was_damaged_by_hand_is_refused(
    zookit: Command, run: Path, name: str, old: str, new: str, message: str
) -> None:
    text = (run / name).read_text()
    assert old in text
    (run / name).write_text(text.replace(old, new, 1))
    if name == "experiment.toml" and "zookit/" in old:  # a name that nothing installed has
        owners = (run / "environment.json").read_text().replace(old, new)
        (run / "environment.json").write_text(owners)
        _as_if_begun_so(run)
    before = {each: each.read_bytes() for each in run.iterdir()}
    said = zookit("resume", "latest", "--epochs", "3").message()
    assert message in said
    assert {each: each.read_bytes() for each in run.iterdir()} == before


def _as_if_begun_so(folder: Path) -> None:
    """A changed run as one that was killed before its first checkpoint."""
    make_one(folder)
    (folder / "checkpoint.safetensors").unlink()
    (folder / "metrics.json").unlink()


@pytest.mark.parametrize("left_out", ['activation = "relu"\n', "normalize = true\n"])
def test_what_later_versions_take_besides_is_not_written_into_a_run(
    run: Path, left_out: str
) -> None:
    path = run / "experiment.toml"
    text = path.read_text()
    assert left_out in text
    path.write_text(text.replace(left_out, ""))
    _as_if_begun_so(run)
    began = tomllib.loads(path.read_text())
    for epochs in (2, 3):
        assert zookit.resume(run, epochs=epochs, quiet=True) is not None
        kept = read_run(run)
        assert not kept.contradiction
        assert kept.environment.group == kept.identity(seed=0)
        assert kept.environment.identity == kept.identity()
        began["settings"]["epochs"] = epochs
        assert tomllib.loads(path.read_text()) == began


def test_a_checkpoint_of_another_run_is_refused(run: Path, tmp_path: Path) -> None:
    other = zookit.run("mnist", "dense:8", runs_dir=tmp_path / "o", epochs=1, seed=1, **SMALL)
    shutil.copy(other.folder / "checkpoint.safetensors", run)
    with pytest.raises(BadRun, match="belongs to another experiment"):
        zookit.resume(run, epochs=3)


@pytest.mark.parametrize(
    ("name", "command", "said"),
    [
        ("checkpoint", ("resume", "--epochs", "3"), "its content is not what was written"),
        ("weights", ("export", "--to", "keras"), "is another file than metrics.json knows of"),
        ("evaluation", ("report",), "is another file than metrics.json knows of"),
    ],
)
def test_a_flipped_bit_is_found(
    zookit: Command, run: Path, name: str, command: tuple[str, ...], said: str
) -> None:
    path = run / f"{name}.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    before = contents(run)
    assert said in zookit(command[0], "latest", *command[1:]).message()
    assert contents(run) == before


def test_more_epochs_than_were_asked_for_are_told(zookit: Command, run: Path) -> None:
    text = (run / "experiment.toml").read_text()
    (run / "experiment.toml").write_text(text.replace("epochs = 2", "epochs = 1"))
    said = "history.csv has 2 epochs, but experiment.toml asks for 1"
    assert said in zookit("compare").err
    assert said in zookit("resume", "latest").message()


def test_a_failure_that_is_not_repeated_is_all_that_differs(zookit: Command, run: Path) -> None:
    metrics = json.loads((run / "metrics.json").read_text())
    ended = {"status": "failed", "error": "the disk is full", "test": {}}
    (run / "metrics.json").write_text(json.dumps({**metrics, **ended}))
    repeated = zookit("reproduce", "latest", "--json")
    assert repeated.code == 1, repeated
    assert json.loads(repeated.out)["values"] == ["error: the disk is full, now none"]


def test_a_truncated_checkpoint_is_refused(run: Path) -> None:
    path = run / "checkpoint.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(BadRun, match=r"checkpoint\.safetensors is damaged"):
        zookit.resume(run, epochs=3)


def test_other_data_is_refused(run: Path) -> None:
    environment = json.loads((run / "environment.json").read_text())
    environment["data"]["hash"] = "0" * 64
    (run / "environment.json").write_text(json.dumps(environment))
    _as_if_begun_so(run)
    with pytest.raises(BadRun, match="trained on data with the hash 0000000000000000"):
        zookit.resume(run)


def test_other_versions_are_only_a_warning(run: Path, capfd: pytest.CaptureFixture[str]) -> None:
    text = (run / "environment.json").read_text()
    version = json.loads(text)["versions"]["keras"]
    (run / "environment.json").write_text(text.replace(f'"keras": "{version}"', '"keras": "3.0"'))
    assert zookit.resume(run, epochs=3, quiet=True) is not None
    assert f"keras 3.0, now {version}" in capfd.readouterr().err
    assert read_run(run).environment.resumptions[0].differences == (f"keras 3.0, now {version}",)
    assert read_run(run).environment.versions["keras"] == "3.0"


def test_two_never_write_one_folder(run: Path) -> None:
    (run / "metrics.json").unlink()
    with locked(run):
        assert read_run(run).status == "running"
        with pytest.raises(FolderError, match="is being written by another process"):
            zookit.resume(run, epochs=3)
    assert read_run(run).status == "killed"


def test_who_asks_whether_a_run_is_written_is_not_taken_for_its_writer(run: Path) -> None:
    (run / "metrics.json").unlink()
    with (run / ".lock").open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        assert read_run(run).status == "killed"


@dataclass(frozen=True)
class Spoil(Listener):
    """Does something bad to the run's folder when the second epoch begins."""

    how: Literal["full", "forbidden", "vanished"] = "full"

    @hookimpl
    def keras_callbacks(self, run: RunContext) -> "Sequence[keras.callbacks.Callback]":
        def begin(epoch: int, logs: Mapping[str, Any] | None = None) -> None:
            if epoch != 1:
                return
            if self.how == "full":
                with (run.folder.parent / "filler").open("wb", 0) as filler, suppress(OSError):
                    while True:
                        filler.write(bytes(4096))
            elif self.how == "forbidden":
                os.seteuid(65534)
            else:
                shutil.rmtree(run.folder)

        return [keras.callbacks.LambdaCallback(on_epoch_begin=begin)]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_leaves_the_last_checkpoint_whole(small_disk: Path, finished: Path) -> None:
    with pytest.raises(FolderError, match="cannot be written: No space left on device"):
        zookit.run(
            "mnist",
            "dense:8",
            listeners=Spoil("full"),
            runs_dir=small_disk,
            epochs=2,
            **SMALL,
        )
    (run,) = small_disk.glob("2*")
    assert not list(run.glob(".*aside"))
    (small_disk / "filler").unlink()
    assert zookit.resume(run, quiet=True) is not None
    assert [each.epochs for each in read_run(run).environment.resumptions] == [1]
    assert_same_end(run, finished)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root")
def test_a_folder_that_may_no_longer_be_written(tmp_path: Path, finished: Path) -> None:
    runs = tmp_path / "runs"
    try:
        with pytest.raises(FolderError, match="cannot be written: Permission denied"):
            zookit.run(
                "mnist",
                "dense:8",
                listeners=Spoil("forbidden"),
                runs_dir=runs,
                epochs=2,
                **SMALL,
            )
    finally:
        os.seteuid(0)
    (run,) = runs.iterdir()
    assert zookit.resume(run, quiet=True) is not None
    assert_same_end(run, finished)


def test_a_folder_that_vanishes_is_not_made_anew(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match=r"the run's folder .* has vanished"):
        zookit.run(
            "mnist",
            "dense:8",
            listeners=Spoil("vanished"),
            runs_dir=tmp_path / "runs",
            epochs=2,
            **SMALL,
        )
    assert not list((tmp_path / "runs").iterdir())


def test_a_repetition_is_identical(zookit: Command, run: Path) -> None:
    ended = zookit("reproduce", "latest", "--quiet")
    assert ended.code == 0, ended
    assert f"identical  to {run.name}" in ended.out
    assert len(list(run.parent.iterdir())) == 2


def test_a_repetition_says_how_far_it_compared(zookit: Command, run: Path) -> None:
    (run / "metrics.json").unlink()
    ended = zookit("reproduce", "latest", "--json")
    assert ended.code == 0, ended
    assert json.loads(ended.out)["compared"].startswith("the history of 2 epochs")
    assert "epoch 2/2" in ended.err
    for name in ("history.csv", "times.csv"):
        (run / name).unlink()
    said = zookit("reproduce", run).message()
    assert "has no whole epoch to compare with: it is killed" in said


def test_a_failure_is_repeated_too(zookit: Command, tmp_path: Path) -> None:
    words = ("mnist", "dense:8", "--data", "sample", "--epochs", "1", "--learning-rate", "1e30")
    assert "the loss became nan" in zookit("run", *words).err
    (folder,) = (tmp_path / "runs").iterdir()
    weights = load_file(folder / "weights.safetensors")
    assert any(np.isnan(each).any() for each in weights.values())
    ended = zookit("reproduce", "latest", "--quiet")
    assert ended.code == 0, ended
    assert "identical  to" in ended.out


def test_a_repetition_says_what_differs(zookit: Command, run: Path) -> None:
    environment = (run / "environment.json").read_text()
    version = json.loads(environment)["versions"]["numpy"]
    (run / "environment.json").write_text(environment.replace(f'"{version}"', '"1.0"'))
    history = (run / "history.csv").read_text().splitlines()
    history[2] = "2,0.5," + history[2].split(",")[2]
    (run / "history.csv").write_text("\n".join(history) + "\n")
    weights = load_file(run / "weights.safetensors")
    weights["0000"][0, 0] += 1
    (run / "weights.safetensors").write_bytes(save(weights, {"format": "1"}))
    make_whole(run)
    ended = zookit("reproduce", "latest", "--json")
    assert ended.code == 1
    said = json.loads(ended.out)
    assert not said["identical"]
    assert f"numpy 1.0, now {version}" in said["surroundings"]
    assert any(line.startswith("loss: from epoch 2 on, 0.5, now ") for line in said["values"])
    assert "weights: 1 of 4 arrays, by up to 1" in said["values"]
    assert not any(line.startswith(("accuracy", "test")) for line in said["values"])


def test_a_history_ahead_of_its_checkpoint_is_cut_back(run: Path, finished: Path) -> None:
    """As after a kill between the two files; and then Ctrl-C comes early in the next epoch."""
    history = (run / "history.csv").read_bytes() + b"3,0.5,0.5\n"
    (run / "history.csv").write_bytes(history)
    (run / "metrics.json").unlink()
    stopped = zookit.resume(run, epochs=4, listeners=Interrupt(2), quiet=True)
    assert stopped is not None
    assert stopped.status == "interrupted"
    assert read_run(run).epochs == 2
    assert (run / "history.csv").read_bytes() == (finished / "history.csv").read_bytes()


def test_a_resumption_that_cannot_begin_leaves_a_finished_run_as_it_was(
    zookit: Command, tmp_path: Path
) -> None:
    words = f"csv_logger:{tmp_path}/logs/log.csv"
    folder = train("mnist", "dense:8", words, runs_dir=tmp_path / "runs", epochs=1, **SMALL).folder
    before = {each: each.read_bytes() for each in folder.iterdir()}
    shutil.rmtree(tmp_path / "logs")
    (tmp_path / "logs").write_text("in the way")
    assert "csv_logger" in zookit("resume", "latest", "--epochs", "2", "-q").message()
    assert {each: each.read_bytes() for each in folder.iterdir()} == before


@dataclass(frozen=True)
class EveryBatch(Interrupt):
    """Has every batch told."""

    @property
    def every_batch(self) -> bool:
        return True


def test_listeners_that_come_and_go_change_nothing(tmp_path: Path, finished: Path) -> None:
    began = zookit.run(
        "mnist", "dense:8", runs_dir=tmp_path, epochs=2, listeners=EveryBatch(31), **SMALL
    )
    assert began.status == "interrupted"
    for listener in (Interrupt(3), EveryBatch(5), Interrupt(1)):
        zookit.resume(began.folder, listeners=listener, quiet=True)
        assert read_run(began.folder).status == "interrupted"
    assert zookit.resume(began.folder, quiet=True) is not None
    assert_same_end(began.folder, finished)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda each: (
        st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=3), each, max_size=3)
    ),
    max_leaves=8,
)


@given(PLAIN, st.lists(st.integers(0, 255), max_size=4))
def test_states_make_the_round_trip(plain: Any, numbers: list[int]) -> None:
    state = {"plain": plain, "array": [np.array(numbers, ">u2")], "best": np.float32(0.25)}
    arrays: dict[str, Any] = {}
    again = with_arrays(json.loads(json.dumps(without_arrays(state, arrays))), arrays)
    assert again["plain"] == plain
    assert again["best"] == 0.25
    np.testing.assert_array_equal(again["array"][0], np.array(numbers, np.uint8))


@pytest.mark.parametrize(
    "state",
    [
        *({1: 2}, {"seen": {1, 2}}, {"at": object()}),
        *(np.array([each]) for each in ("text", object(), np.datetime64("2026-11-22"), 1j)),
        *(np.array([1], np.longdouble), np.longdouble(1), np.datetime64("2026-11-22")),
    ],
)
def test_states_that_no_file_can_hold_are_refused(state: Any) -> None:
    with pytest.raises(TypeError, match="neither plain nor an array"):
        without_arrays(state, {})


def test_checkpoints_keep_to_their_share_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    pace = Pace()
    spent = written = 0.0
    for _ in range(1000):
        now += 0.5  # an epoch
        assert not pace.is_due_within_epoch() or now >= 300
        if pace.is_due():
            with pace.writing():
                now += 0.1
            spent, written = spent + 0.1, written + 1
    assert 0.04 < spent / now <= 0.05
    assert written > 200


def test_minutes_between_checkpoints(zookit: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOKIT_CHECKPOINT_MINUTES", "often")
    said = zookit("run", "mnist", "dense:8", "--data", "sample").message()
    assert "ZOOKIT_CHECKPOINT_MINUTES is 'often', expected minutes" in said
    assert not Path("runs").exists()
    now = 0.0
    monkeypatch.setenv("ZOOKIT_CHECKPOINT_MINUTES", "2")
    monkeypatch.setattr("time.monotonic", lambda: now)
    pace = Pace()
    now = 119.0
    assert not pace.is_due_within_epoch()
    now = 121.0
    assert pace.is_due_within_epoch()
    with pace.writing():
        now += 1
    assert not pace.is_due_within_epoch()


@pytest.mark.parametrize("epochs", [10**30, "many", True])
def test_epochs_that_no_run_can_have_are_refused(run: Path, epochs: Any) -> None:
    before = {each: each.read_bytes() for each in run.iterdir()}
    with pytest.raises(BadParameter, match="resume: parameter 'epochs'"):
        zookit.resume(run, epochs=epochs)
    assert {each: each.read_bytes() for each in run.iterdir()} == before


def test_a_finished_run_without_its_weights_gets_them_again(
    zookit: Command, run: Path, finished: Path
) -> None:
    (run / "weights.safetensors").unlink()
    assert (
        f"made anew: zookit resume {run}" in zookit("export", "latest", "--to", "keras").message()
    )
    assert zookit("resume", f"{run.name}/", "-q").code == 0
    assert_same_end(run, finished)


@pytest.mark.parametrize("words", [("report", "latest"), ("compare",), ("runs",)])
def test_files_of_two_runs_are_told(zookit: Command, run: Path, words: tuple[str, ...]) -> None:
    text = (run / "experiment.toml").read_text()
    (run / "experiment.toml").write_text(text.replace("seed = 0", "seed = 1"))
    ended = zookit(*words)
    assert ended.code == 0
    assert f"{run.name}: experiment.toml and environment.json do not belong" in ended.err
