"""Small trained runs that several tests share."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from made_data import put_pictures

import zookit
from zookit.data.hashes import sha256_of_file
from zookit.runs.environment import identity_without_epochs
from zookit.runs.run import RunRecord, read_run

ENDS = ("history.csv", "weights.safetensors", "metrics.json", "evaluation.safetensors")
"""The files of a run that contain no times, so that equal runs have equal files."""


def make_one(folder: Path) -> None:
    """Update the identity of an edited run, as if it had been trained like this."""
    environment = json.loads((folder / "environment.json").read_text())
    record = read_run(folder)
    environment["identity_without_epochs"] = identity_without_epochs(
        record.experiment, record.environment.data.hash, record.environment.owners()
    )
    (folder / "environment.json").write_text(json.dumps(environment))


def make_whole(folder: Path) -> None:
    """Update the file hashes in metrics.json after files were edited."""
    metrics = json.loads((folder / "metrics.json").read_text())
    metrics["files"] = {name: sha256_of_file(folder / name) for name in metrics["files"]}
    (folder / "metrics.json").write_text(json.dumps(metrics))


def rehashed(record: RunRecord) -> RunRecord:
    """Return the run with the hashes of its files as they are, so that their contents are read."""
    if record.ending is None:
        return record
    found = {name: record.folder / name for name in record.ending.files}
    files = {name: sha256_of_file(path) for name, path in found.items() if path.is_file()}
    return replace(record, ending=replace(record.ending, files=files))


def trained(folder: Path, cache: Path, *words: str, **settings: Any) -> RunRecord:
    """Train for one epoch in a new folder in `folder`, with the data prepared in `cache`."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("ZOOKIT_CACHE_DIR", str(cache))
        result = zookit.run(
            *words, epochs=1, batch_size=64, runs_dir=folder, quiet=True, **settings
        )
    return read_run(result.folder)


def digits() -> RunRecord:
    """Return a run on MNIST's sample that several modules share. Do not change it."""
    return _shared("mnist", "dense:8", data="sample")


def photos_folder() -> Path:
    """Return the folder of the images that `two_classes` was trained on."""
    folder = Path(_shared_folder().name, "photos")
    return folder if folder.exists() else put_pictures(folder, dark=20, light=20)


def two_classes() -> RunRecord:
    """Return a run on 40 images of two classes that several modules share. Do not change it.

    It has layers that change images at random, which the saved model does not have.
    """
    words = f"image_folder:path={photos_folder()},size=8"
    return _shared(words, "cnn:filters=4,units=8,dropout=0.5", augment=("flip",))


@cache
def _shared_folder() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="zookit-shared-runs-")  # removed when the process ends


@cache
def _shared(*words: str, **settings: Any) -> RunRecord:
    folder = Path(_shared_folder().name)
    return trained(folder / "runs", folder / "cache", *words, **settings)
