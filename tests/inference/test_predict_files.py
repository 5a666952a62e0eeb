"""Probabilities of image files."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_runs import digits, photos_folder, two_classes

from zookit.core import BadExperiment, DataError
from zookit.core.data import read_image
from zookit.inference import predict_files as module
from zookit.inference.predict import predict
from zookit.inference.predict_files import predict_files

pytestmark = pytest.mark.xdist_group("shared runs")


def test_files_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "batch_size", lambda shape: 16)
    run = two_classes()
    blocks = list(predict_files(run, [photos_folder()]))
    assert [len(files) for files, _, _ in blocks] == [16, 16, 8]
    files = [file for block, _, _ in blocks for file in block]
    assert files == sorted(photos_folder().rglob("*.png"))
    pixels = np.stack([read_image(file, (8, 8, 3)) for file in files])
    assert np.array_equal(np.concatenate([images for _, images, _ in blocks]), pixels)
    found = np.concatenate([probabilities for _, _, probabilities in blocks])
    np.testing.assert_allclose(found, predict(run, pixels), atol=1e-6)
    ((_, _, inverted),) = predict_files(run, files[:5], invert=True)
    np.testing.assert_allclose(inverted, predict(run, 255 - pixels[:5]), atol=1e-6)


def test_no_image_at_all(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not an image")
    with pytest.raises(DataError, match=r"notes\.txt.*PNG"):
        next(predict_files(digits(), [tmp_path / "notes.txt"]))


def test_a_run_on_images_that_no_file_has(tmp_path: Path) -> None:
    run = digits()
    data = replace(run.environment.data, image_shape=(28, 28, 2))
    strange = replace(run, environment=replace(run.environment, data=data))
    with pytest.raises(BadExperiment, match="28 x 28 x 2"):
        next(predict_files(strange, [tmp_path]))
