"""New and resumed trainings: the same result to the last bit, or a clear refusal."""

import json
import logging
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from conftest import Command
from contents import contents
from damage import Edit, replaced
from made_runs import make_one
from small_runs import DENSE, SMALL, Interrupt, Slower, different_ends

import zookit
from zookit.core import (
    BadExperiment,
    BadParameter,
    BadRun,
    BrokenPlugin,
    Callback,
    Dataset,
    DatasetInfo,
    FolderError,
    Listener,
    RunContext,
    Split,
    Splits,
    hookimpl,
)
from zookit.runs.run import read_run
from zookit.training.data_checks import check_image_size

if TYPE_CHECKING:
    import keras

    from zookit.core.data import Source

COMPOSITIONS: dict[str, dict[str, Any]] = {
    "dropout, validation, callbacks with state": {
        "architecture": "dense:8,dropout=0.3",
        "callbacks": ["early_stopping:2", "reduce_lr_on_plateau:1", Slower()],
        "validation": 0.2,
    },
    "convolutions, augmentation, class weights, bfloat16": {
        "architecture": "cnn:filters=4,units=8,dropout=0.2",
        "augment": ("rotation", "zoom"),
        "class_weights": True,
        "precision": "mixed_bfloat16",
        "optimizer": "sgd:momentum=0.9",
    },
    "batch normalization in a body that is frozen at first": {
        "architecture": "resnet:8,width=2",
        "callbacks": "unfreeze:epoch=2,batch_norm=true",
        "freeze": "body",
    },
    "averages of weights, XLA": {
        "architecture": "dense:8",
        "callbacks": "swap_ema_weights",
        "validation": 0.1,
        "optimizer": "adam:use_ema=true",
    },
}


@pytest.mark.parametrize(
    "composition",
    [
        pytest.param(each, id=name, marks=[] if "dropout" in name else [pytest.mark.slow])
        for name, each in COMPOSITIONS.items()
    ],
)
def test_a_stopped_run_ends_like_one_that_was_never_stopped(
    images: str, tmp_path: Path, composition: dict[str, Any]
) -> None:
    # An epoch of 12 or 13 executions with several steps each; the last batch is smaller.
    small = {"dataset": images, "batch_size": 2, "learning_rate": 0.01, "quiet": True}
    whole = zookit.run(runs_dir=tmp_path / "whole", epochs=3, **{**small, **composition})
    stopped = zookit.run(
        listeners=Interrupt(16),  # within the second epoch
        runs_dir=tmp_path,
        epochs=2,
        **{**small, **composition},
    )
    assert stopped.status == "interrupted"
    assert stopped.epochs == 1
    with pytest.raises(BadParameter, match="1 epoch and a part of epoch 2"):
        stopped.resume(epochs=1, quiet=True)
    resumed = stopped.resume(epochs=3, quiet=True)
    assert resumed.folder == stopped.folder
    assert resumed.status == "finished"
    assert resumed.history == whole.history
    assert different_ends(resumed.folder, whole.folder) == []
    assert resumed.experiment == whole.experiment
    assert resumed.environment.identity == whole.environment.identity
    assert resumed.environment.group == whole.environment.group
    assert [(each.epochs, each.steps > 0) for each in resumed.environment.resumptions] == [
        (1, True)
    ]


@dataclass(frozen=True)
class Watch(Listener):
    """Checks what others see of the run while it trains."""

    @hookimpl
    def run_started(self, run: RunContext) -> None:
        assert read_run(run.folder).status == "running"
        assert run.environment["identity"][:8] in run.folder.name
        assert run.experiment.settings.threads
        assert all(isinstance(each, str) for each in run.summary.values())

    @hookimpl
    def epoch_ended(self, epoch: int) -> None:
        (folder,) = (path.parent for path in Path("runs").glob("*/experiment.toml"))
        record = read_run(folder)
        assert record.status == "running"
        assert record.epochs == epoch
        with pytest.raises(FolderError, match="another process"):
            zookit.resume(folder, quiet=True)


def test_a_run_is_locked_and_readable_while_it_trains(
    images: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert zookit.run(images, DENSE, listeners=Watch(), epochs=1, **SMALL).status == "finished"
    assert "failed in" not in capfd.readouterr().err


def test_a_finished_run_is_extended(
    zookit: Command, images: str, run: Path, tmp_path: Path
) -> None:
    ended = zookit("resume", run.name[:-3], "--epochs", "3", "--json")
    assert ended.code == 0
    assert json.loads(ended.out)["experiment"]["settings"]["epochs"] == 3
    whole = whole_of_three(images, tmp_path)
    assert different_ends(run, whole) == []


def whole_of_three(images: str, tmp_path: Path) -> Path:
    return zookit.run(images, DENSE, runs_dir=tmp_path / "whole", epochs=3, **SMALL).folder


def test_a_run_killed_at_its_very_end_is_finished(run: Path, finished: Path) -> None:
    for name in ("metrics.json", "weights.safetensors", "evaluation.safetensors"):
        (run / name).unlink()
    assert read_run(run).status == "killed"
    (run / ".zookit-x.aside").mkdir()
    (run / ".zookit-x.aside" / "weights.safetensors").write_text("of the killed process")
    assert zookit.resume(run, quiet=True).status == "finished"
    assert different_ends(run, finished) == []
    assert not list(run.glob(".*.aside"))


def test_a_run_without_checkpoint_starts_from_the_beginning(run: Path, finished: Path) -> None:
    for name in ("metrics.json", "checkpoint.safetensors", "history.csv", "times.csv"):
        (run / name).unlink()
    assert zookit.resume(run, quiet=True).status == "finished"
    assert different_ends(run, finished) == []


@dataclass(frozen=True)
class FailsWhileThereIsAFile(Callback):
    """Fails in the first epoch, after some steps, while the current folder has a file."""

    def build(self) -> "keras.callbacks.Callback":
        import keras

        class Fails(keras.callbacks.Callback):  # type: ignore[misc]
            def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
                if batch > 8 and Path("in the way").exists():
                    raise OSError("there is a file in the way")

        return Fails()


def test_a_run_that_failed_without_checkpoint_starts_with_new_weights(
    images: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    experiment = (images, DENSE, FailsWhileThereIsAFile())
    whole = zookit.run(*experiment, runs_dir="whole", epochs=1, **SMALL)
    Path("in the way").touch()
    with pytest.raises(OSError, match="in the way"):
        zookit.run(*experiment, runs_dir="failed", epochs=1, **SMALL)
    Path("in the way").unlink()
    failed = zookit.open_run("latest", runs_dir="failed", instances=[FailsWhileThereIsAFile()])
    assert failed.status == "failed"
    resumed = failed.resume(quiet=True)
    assert different_ends(resumed.folder, whole.folder) == []


def test_a_finished_run_without_its_weights_gets_them_again(run: Path, finished: Path) -> None:
    (run / "weights.safetensors").unlink()
    assert zookit.resume(run, quiet=True).status == "finished"
    assert different_ends(run, finished) == []


def test_a_history_ahead_of_its_checkpoint_is_cut_back(run: Path, finished: Path) -> None:
    """As after a kill between the two files, and a second signal early in the next epoch."""
    with (run / "history.csv").open("a") as file:
        file.write("3,0.5,0.5\n")
    (run / "metrics.json").unlink()
    stopped = zookit.resume(run, epochs=4, listeners=Interrupt(2), quiet=True)
    assert stopped.status == "interrupted"
    assert stopped.epochs == 2
    assert (run / "history.csv").read_bytes() == (finished / "history.csv").read_bytes()


@dataclass(frozen=True)
class EveryBatch(Interrupt):
    """Must see every batch."""

    @property
    def every_batch(self) -> bool:
        return True


@pytest.mark.slow
def test_other_listeners_after_a_resumption_change_nothing(
    images: str, tmp_path: Path, finished: Path
) -> None:
    stopped = zookit.run(
        images, DENSE, runs_dir=tmp_path, epochs=2, listeners=EveryBatch(31), **SMALL
    )
    assert stopped.status == "interrupted"
    for listener in (Interrupt(3), EveryBatch(5)):
        assert stopped.resume(listeners=listener, quiet=True).status == "interrupted"
    assert stopped.resume(quiet=True).status == "finished"
    assert different_ends(stopped.folder, finished) == []


@pytest.mark.parametrize(
    ("edit", "facts"),
    [
        (replaced("experiment.toml", "batch_size = 4", "batch_size = 5"), ["do not match"]),
        (replaced("experiment.toml", "dropout = 0.1", "dropout = 0.2"), ["do not match"]),
        (replaced("history.csv", "\n1,", "\n1,1"), ["history.csv", "2 epochs"]),
    ],
)
def test_a_changed_run_is_refused_and_stays_as_it_is(
    run: Path, edit: Edit, facts: list[str]
) -> None:
    edit(run)
    before = contents(run)
    with pytest.raises(BadRun) as raised:
        zookit.resume(run, epochs=3, quiet=True)
    assert all(fact in str(raised.value) for fact in facts), raised.value
    assert contents(run) == before


def _as_if_started_so(folder: Path) -> None:
    """Make a changed run look as if it had been killed before its first checkpoint."""
    make_one(folder)
    (folder / "checkpoint.safetensors").unlink()
    (folder / "metrics.json").unlink()


def test_a_plugin_that_is_gone_is_named(zookit: Command, run: Path) -> None:
    for file in ("experiment.toml", "environment.json"):
        replaced(file, "zookit/dense", "zookit/dens")(run)
    _as_if_started_so(run)
    before = contents(run)
    message = zookit("resume", "latest").message()
    assert "'zookit/dens'" in message
    assert str(run) in message
    assert contents(run) == before


@pytest.mark.parametrize("left_out", ['activation = "relu"\n', "normalize = true\n"])
def test_parameters_of_later_versions_are_not_added_to_a_run(run: Path, left_out: str) -> None:
    """A run of an older version has fewer parameters; its experiment and identity stay."""
    path = run / "experiment.toml"
    replaced(path.name, left_out, "")(run)
    _as_if_started_so(run)
    recorded = tomllib.loads(path.read_text())
    resumed = zookit.resume(run, epochs=3, quiet=True)
    assert not resumed.contradiction
    assert resumed.environment.group == resumed.identity(resumed.experiment.group())
    assert resumed.environment.identity == resumed.identity(resumed.experiment)
    recorded["settings"]["epochs"] = 3
    now = tomllib.loads(path.read_text())
    now["settings"].pop("normalize")
    recorded["settings"].pop("normalize", None)
    assert now == recorded


def test_other_data_is_refused(run: Path) -> None:
    environment = json.loads((run / "environment.json").read_text())
    environment["data"]["hash"] = "0" * 64
    (run / "environment.json").write_text(json.dumps(environment))
    _as_if_started_so(run)
    with pytest.raises(BadRun, match="hash 0000000000000000"):
        zookit.resume(run, quiet=True)


@pytest.mark.parametrize(
    ("name", "value"), [("image_shape", [16, 16, 1]), ("class_names", ["bright", "dark"])]
)
def test_data_of_another_shape_is_refused(run: Path, name: str, value: object) -> None:
    environment = json.loads((run / "environment.json").read_text())
    environment["data"][name] = value
    (run / "environment.json").write_text(json.dumps(environment))
    before = contents(run)
    with pytest.raises(BadRun, match=r"environment\.json is damaged"):
        zookit.resume(run, epochs=3, quiet=True)
    assert contents(run) == before


def test_images_larger_than_a_run_can_have_are_refused() -> None:
    with pytest.raises(BadExperiment, match="134,217,728 values"):
        check_image_size(DatasetInfo((2**13, 2**14, 1), ("a", "b")))


def test_other_versions_are_only_a_warning(run: Path, capfd: pytest.CaptureFixture[str]) -> None:
    version = read_run(run).environment.versions["keras"]
    replaced("environment.json", f'"keras": "{version}"', '"keras": "3.0"')(run)
    resumed = zookit.resume(run, epochs=3, quiet=True)
    assert f"keras 3.0, now {version}" in capfd.readouterr().err
    assert resumed.environment.resumptions[0].differences == (f"keras 3.0, now {version}",)
    assert resumed.environment.versions["keras"] == "3.0"


def test_a_resumption_that_cannot_start_leaves_a_finished_run_as_it_was(
    zookit: Command, images: str, tmp_path: Path
) -> None:
    words = f"csv_logger:{tmp_path}/logs/log.csv"
    ended = zookit("run", images, DENSE, words, "--epochs", "1", "--batch-size", "32", "--json")
    folder = Path(json.loads(ended.out)["folder"])
    before = contents(folder)
    (tmp_path / "logs" / "log.csv").unlink()
    (tmp_path / "logs").rmdir()
    (tmp_path / "logs").write_text("in the way")
    again = ("resume", "latest", "--epochs", "2", "-q", "--allow-writes")
    assert "csv_logger" in zookit(*again).message()
    assert contents(folder) == before


@pytest.mark.parametrize("epochs", [10**30, "many", True, 0])
def test_numbers_of_epochs_that_no_run_can_have_are_refused(run: Path, epochs: Any) -> None:
    before = contents(run)
    with pytest.raises(BadParameter, match="resume: epochs"):
        zookit.resume(run, epochs=epochs)
    assert contents(run) == before


@dataclass(frozen=True)
class OneClass(Dataset):
    """Has a single class."""

    @property
    def info(self) -> DatasetInfo:
        return DatasetInfo((8, 8, 1), ("only",))

    def load(self, source: "Source") -> Splits:
        split = Split(np.zeros((9, 8, 8, 1), np.uint8), np.zeros(9, np.int64))
        return Splits(split, split)


def test_a_single_class_is_the_data_sets_fault(tmp_path: Path) -> None:
    with pytest.raises(BrokenPlugin, match="1 class"):
        zookit.run(OneClass(), DENSE, runs_dir=tmp_path / "runs", **SMALL)
    assert not (tmp_path / "runs").exists()


def test_runs_are_not_created_among_the_data(images: str) -> None:
    folder = Path(images.partition("path=")[2].partition(",")[0])
    with pytest.raises(FolderError, match="runs_dir"):
        zookit.run(images, DENSE, runs_dir=folder / "runs", **SMALL)
    assert not (folder / "runs").exists()


def test_what_xla_cannot_compile_is_not_compiled(images: str) -> None:
    """Dense layers without dropout are, but for the augmentation."""
    run = zookit.run(images, "dense:8", augment="flip", epochs=1, **SMALL)
    assert not run.environment.runtime.xla


def test_a_loss_that_is_not_finite_fails_the_run(
    images: str, zookit: Command, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    message = zookit(
        "run", images, DENSE, "--learning-rate", "1e30", "--batch-size", "4", "-q"
    ).message()
    assert "nan" in message
    assert "--learning-rate" in message
    (folder,) = Path("runs").iterdir()
    record = read_run(folder)
    assert record.status == "failed"
    assert record.ending is not None
    assert record.ending.error in message
