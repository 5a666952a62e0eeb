"""Runs made for the tests, small, and kept where no test's own surroundings reach."""

import json
from pathlib import Path
from typing import Any

import pytest

import zookit
from zookit.data.hashes import sha256_of_file
from zookit.runs.run import RunRecord, read_run

ENDS = ("history.csv", "weights.safetensors", "metrics.json", "evaluation.safetensors")
"""What a run leaves behind that has no clock in it."""


def make_one(folder: Path) -> None:
    """Let the files of a changed run belong together, as if it had been trained so."""
    environment = json.loads((folder / "environment.json").read_text())
    record = read_run(folder)
    without_epochs = record.experiment.with_settings(epochs=1)
    environment["identity_without_epochs"] = record.identity(without_epochs)
    (folder / "environment.json").write_text(json.dumps(environment))


def make_whole(folder: Path) -> None:
    """Let the end of a run know of files that were changed."""
    metrics = json.loads((folder / "metrics.json").read_text())
    metrics["files"] = {name: sha256_of_file(folder / name) for name in metrics["files"]}
    (folder / "metrics.json").write_text(json.dumps(metrics))


def trained(folder: Path, cache: Path, *words: str, **settings: Any) -> RunRecord:
    """A run of one epoch, kept in a folder of its own in `folder`; the data prepared in `cache`."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("ZOOKIT_CACHE_DIR", str(cache))
        result = zookit.run(
            *words, epochs=1, batch_size=64, runs_dir=folder, quiet=True, **settings
        )
    return read_run(result.folder)
