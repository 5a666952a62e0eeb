"""Models rebuilt from a run. tests/runs/test_run.py tests damaged and changed folders."""

import logging
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_by_hand import Lopsided, Mean
from made_runs import digits, photos_folder, trained, two_classes

import zookit
from zookit.core import Architecture, BadRun, ComponentSpec
from zookit.inference.predict import predict
from zookit.inference.rebuild import (
    check_ended,
    info_of,
    rebuild_model,
)
from zookit.runs.run import RunRecord, read_run

pytestmark = pytest.mark.xdist_group("shared runs")


def with_architecture(spec: ComponentSpec) -> RunRecord:
    run = digits()
    return replace(run, experiment=replace(run.experiment, architecture=spec))


def test_layers_that_augment_are_not_in_the_model() -> None:
    run = two_classes()
    names = [type(layer).__name__ for layer in rebuild_model(run).layers]
    assert "RandomFlip" not in names
    assert "Rescaling" in names


def test_the_information_needs_no_data_set() -> None:
    info = info_of(digits())
    assert info.image_shape == (28, 28, 1)
    assert info.class_names == tuple("0123456789")
    assert info.sizes == {"train": 6000, "test": 1000}


def test_float32_whatever_the_precision_of_the_training(tmp_path: Path) -> None:
    words = (f"image_folder:path={photos_folder()},size=8", "dense:2")
    run = trained(tmp_path, tmp_path / "cache", *words, precision="mixed_bfloat16")
    policies = {layer.dtype_policy.name for layer in rebuild_model(run).layers}
    assert "mixed_bfloat16" in policies
    policies = {layer.dtype_policy.name for layer in rebuild_model(run, float32=True).layers}
    assert policies == {"float32"}


def test_an_unregistered_architecture_is_needed_as_an_instance(tmp_path: Path) -> None:
    folder = zookit.run(Lopsided(), Mean(), epochs=1, runs_dir=tmp_path, quiet=True).folder
    run = read_run(folder)
    with pytest.raises(BadRun, match="Mean"):
        rebuild_model(run)
    model = rebuild_model(run, Mean())
    assert model.output_shape == (None, 1)


@pytest.mark.parametrize(
    ("status", "ended", "expected"),
    [("killed", False, "zookit resume"), ("running", False, "still training")],
)
def test_a_run_without_an_end_has_no_weights(
    monkeypatch: pytest.MonkeyPatch, status: str, ended: bool, expected: str
) -> None:
    monkeypatch.setattr(RunRecord, "status", status)
    with pytest.raises(BadRun, match=expected):
        check_ended(replace(digits(), ending=None))
    check_ended(digits())


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (ComponentSpec("zookit/densse"), "Did you mean"),
        (ComponentSpec("zookit/dense", {"unitz": [8]}), "unitz"),
        (ComponentSpec("zookit/dense", {"units": [9]}), "weights"),
    ],
    ids=["unknown", "parameter", "weights"],
)
def test_an_architecture_that_no_longer_fits(spec: ComponentSpec, expected: str) -> None:
    with pytest.raises(BadRun, match=expected):
        rebuild_model(with_architecture(spec))


@dataclass(frozen=True)
class Failing(Architecture):
    """Cannot be built."""

    def features(self, images: Any) -> Any:
        raise RuntimeError("no such layer")


def test_an_architecture_that_fails() -> None:
    with pytest.raises(BadRun, match=r"cannot be rebuilt: .*no such layer"):
        rebuild_model(digits(), Failing())


def test_another_version_gives_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    run = digits()
    rebuild_model(run)
    assert not caplog.messages
    components = tuple(
        replace(each, owner="zookit==9.9") if each.name == "zookit/dense" else each
        for each in run.environment.components
    )
    rebuild_model(replace(run, environment=replace(run.environment, components=components)))
    (warning,) = caplog.messages
    assert run.environment.owners()["zookit/dense"] in warning
    assert "zookit==9.9" in warning
    assert caplog.records[0].levelno == logging.WARNING


@pytest.mark.parametrize("status", ["failed", "interrupted"])
def test_a_run_that_did_not_finish_gives_a_warning(
    status: Any, caplog: pytest.LogCaptureFixture
) -> None:
    run = digits()
    assert run.ending is not None
    unfinished = replace(run, ending=replace(run.ending, status=status))
    rebuild_model(replace(unfinished, experiment=run.experiment.with_settings(epochs=7)))
    (warning,) = caplog.messages
    assert status in warning
    assert "1 of 7 epochs" in warning


def test_a_copy_predicts_the_same(tmp_path: Path) -> None:
    copy = read_run(Path(shutil.copytree(digits().folder, tmp_path / "copy")))
    images = np.random.default_rng(0).integers(0, 256, (3, 28, 28, 1), np.uint8)
    assert np.array_equal(predict(copy, images), predict(digits(), images))
