"""Whether anything is left to train in a run."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import Command
from contents import contents
from small_runs import DENSE, SMALL

import zookit
from zookit.core import BadParameter, BadRun
from zookit.runs.checkpoint import load_checkpoint
from zookit.runs.run import read_run
from zookit.training.completeness import check_unchanged, why_complete


def test_resume_returns_a_complete_run_as_it_is(run: Path) -> None:
    before = contents(run)
    resumed = zookit.resume(run, quiet=True)
    assert resumed.folder == run
    assert resumed.status == "finished"
    assert contents(run) == before


def test_python_names_its_own_option(run: Path, capfd: pytest.CaptureFixture[str]) -> None:
    zookit.resume(run)
    assert "resume(epochs=" in capfd.readouterr().err


def test_the_command_says_that_a_run_is_complete(zookit: Command, run: Path) -> None:
    ended = zookit("resume", "latest")
    assert ended.code == 0
    assert f"{run.name} is already complete: it has 2 epochs" in ended.err
    assert f"zookit resume {run} --epochs" in ended.err


def test_one_epoch_is_not_called_epochs(run: Path) -> None:
    record = read_run(run)
    checkpoint = load_checkpoint(record)
    assert checkpoint is not None
    short = replace(checkpoint, position=replace(checkpoint.position, epochs=1))
    assert why_complete(record, short, 1).startswith("it has 1 epoch. ")


def test_a_run_that_a_callback_ended_is_complete(
    images: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    stopped = zookit.run(images, DENSE, "stop_at_loss:100", runs_dir=tmp_path, epochs=3, **SMALL)
    assert stopped.epochs == 1
    before = contents(stopped.folder)
    assert stopped.resume(epochs=5).epochs == 1
    assert contents(stopped.folder) == before
    assert "stop_at_loss ended it after epoch 1" in capfd.readouterr().err


def test_of_several_callbacks_the_one_that_ended_a_run_is_named(
    images: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    words = ["early_stopping:monitor=loss", "stop_at_accuracy:1", "stop_at_loss:100"]
    stopped = zookit.run(images, DENSE, words, runs_dir=tmp_path, epochs=3, **SMALL)
    assert stopped.ending is not None
    assert stopped.ending.stopped_by == "stop_at_loss"
    stopped.resume(epochs=5)
    assert "stop_at_loss ended it after epoch 1" in capfd.readouterr().err


def test_fewer_epochs_than_the_run_has_are_refused(run: Path) -> None:
    with pytest.raises(BadParameter, match=r"2 epochs.*epochs=1"):
        zookit.resume(run, epochs=1)


def test_a_finished_run_cannot_be_extended_without_its_checkpoint(run: Path) -> None:
    (run / "checkpoint.safetensors").unlink()
    with pytest.raises(BadRun, match=r"checkpoint\.safetensors is missing"):
        zookit.resume(run, epochs=3)


def test_more_epochs_than_requested_are_a_contradiction(zookit: Command, run: Path) -> None:
    text = (run / "experiment.toml").read_text()
    (run / "experiment.toml").write_text(text.replace("epochs = 2", "epochs = 1"))
    fact = "history.csv has 2 epochs, but experiment.toml requests 1"
    with pytest.raises(BadRun, match=fact) as raised:
        check_unchanged(read_run(run))
    assert f"--from {run / 'experiment.toml'}" in str(raised.value)
    ended = zookit("compare")
    assert ended.code == 0
    assert fact in ended.err


def test_a_failed_run_is_not_complete(run: Path) -> None:
    metrics = json.loads((run / "metrics.json").read_text())
    failed = {**metrics, "status": "failed", "error": "the disk is full", "test": {}}
    (run / "metrics.json").write_text(json.dumps(failed))
    assert zookit.resume(run, quiet=True).status == "finished"
