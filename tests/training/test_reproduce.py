"""Repeating a run: identical to the last bit, or what differs."""

import json
from pathlib import Path

import numpy as np
import pytest
from conftest import Command
from made_runs import make_whole
from safetensors.numpy import load_file, save
from small_runs import DENSE

import zookit
from zookit.core import BadRun
from zookit.runs.run import read_run


def test_a_repetition_is_a_new_identical_run(run: Path) -> None:
    record = zookit.open_run(run)
    reproduction = record.reproduce(quiet=True)
    assert reproduction.identical
    assert reproduction.values == reproduction.environment == ()
    assert reproduction.run is record
    assert reproduction.again.folder != run
    assert reproduction.again.folder.parent == run.parent
    assert reproduction.again.environment.identity == record.environment.identity
    assert repr(reproduction) == f"<Reproduction of {run.name}: identical>"
    assert reproduction.again.name in reproduction._repr_html_()


def test_the_repetition_knows_the_defaults_of_today(run: Path) -> None:
    recorded = json.loads((run / "environment.json").read_text())
    (dense,) = (each for each in recorded["components"] if each["name"] == "zookit/dense")
    dense["defaulted"].append("units")  # the default of another version
    (run / "environment.json").write_text(json.dumps(recorded))
    again = zookit.open_run(run).reproduce(quiet=True).again
    # Else this would be the identity of a run with the units that are the default now.
    assert again.environment.identity == recorded["identity"]
    assert again.environment.group == recorded["group"]


def test_the_command_shows_and_prints_the_comparison(zookit: Command, run: Path) -> None:
    (run / "metrics.json").unlink()
    ended = zookit("reproduce", "latest", "--json")
    assert ended.code == 0, ended
    plain = json.loads(ended.out)
    assert plain["identical"]
    assert plain["compared"].startswith("the history of 2 epochs")
    assert "epoch 2/2" in ended.err


def test_a_run_without_epochs_cannot_be_compared(run: Path) -> None:
    for name in ("metrics.json", "history.csv", "times.csv"):
        (run / name).unlink()
    with pytest.raises(BadRun, match=r"killed.*zookit resume"):
        zookit.open_run(run).reproduce(quiet=True)


def test_a_failure_is_repeated_too(zookit: Command, images: str) -> None:
    words = (images, DENSE, "--epochs", "1", "--batch-size", "4", "--learning-rate", "1e30")
    assert "the loss became nan" in zookit("run", *words).err
    (folder,) = Path("runs").iterdir()
    weights = load_file(folder / "weights.safetensors")
    assert any(np.isnan(each).any() for each in weights.values())
    ended = zookit("reproduce", "latest", "--quiet")
    assert ended.code == 0, ended
    assert "history, error and weights" in ended.out
    assert folder.name in ended.out


def test_a_failure_that_is_not_repeated_is_all_that_differs(zookit: Command, run: Path) -> None:
    metrics = json.loads((run / "metrics.json").read_text())
    ended = {"status": "failed", "error": "the disk is full", "test": {}}
    (run / "metrics.json").write_text(json.dumps({**metrics, **ended}))
    repeated = zookit("reproduce", "latest", "--json")
    assert repeated.code == 1, repeated
    assert json.loads(repeated.out)["values"] == ["error: the disk is full, now none"]


def test_every_difference_is_named(run: Path) -> None:
    version = read_run(run).environment.versions["numpy"]
    environment = (run / "environment.json").read_text()
    (run / "environment.json").write_text(environment.replace(f'"{version}"', '"1.0"'))
    history = (run / "history.csv").read_text().splitlines()
    history[2] = "2,0.5," + history[2].split(",")[2]
    (run / "history.csv").write_text("\n".join(history) + "\n")
    weights = load_file(run / "weights.safetensors")
    weights["0000"][0, 0] += 1
    (run / "weights.safetensors").write_bytes(save(weights, {"format": "2"}))
    metrics = json.loads((run / "metrics.json").read_text())
    metrics["test"]["loss"] = 0.25
    (run / "metrics.json").write_text(json.dumps(metrics))
    make_whole(run)
    reproduction = zookit.open_run(run).reproduce(quiet=True)
    assert not reproduction.identical
    assert f"numpy 1.0, now {version}" in reproduction.environment
    first, second, third = reproduction.values
    assert first.startswith("loss: from epoch 2 on, 0.5, now ")
    assert second.startswith("test loss: 0.25, now ")
    assert third == "weights: 1 of 4 arrays, by up to 1"
    assert "different" in repr(reproduction)
    assert first in reproduction._repr_html_()


def test_a_damaged_end_is_found_before_the_training(run: Path) -> None:
    (run / "weights.safetensors").write_bytes(b"")
    with pytest.raises(BadRun, match=r"weights\.safetensors"):
        zookit.open_run(run).reproduce(quiet=True)
    assert list(run.parent.iterdir()) == [run]
