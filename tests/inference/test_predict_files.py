"""Probabilities of image files."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_runs import digits, photos_folder, two_classes

from zookit.core import BadExperiment, DataError
from zookit.core.data import read_image
from zookit.core.progress import Advance
from zookit.inference import predict_files as module
from zookit.inference.explanation import explain
from zookit.inference.predict import predict
from zookit.inference.predict_files import predict_files

pytestmark = pytest.mark.xdist_group("shared runs")


def test_files_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "batch_size", lambda shape: 16)
    run = two_classes()
    blocks = list(predict_files(run, [photos_folder()]))
    assert [len(block.files) for block in blocks] == [16, 16, 8]
    files = [file for block in blocks for file in block.files]
    assert files == sorted(photos_folder().rglob("*.png"))
    pixels = np.stack([read_image(file, (8, 8, 3)) for file in files])
    assert np.array_equal(np.concatenate([block.images for block in blocks]), pixels)
    found = np.concatenate([block.probabilities for block in blocks])
    np.testing.assert_allclose(found, predict(run, pixels), atol=1e-6)
    (inverted,) = predict_files(run, files[:5], invert=True)
    np.testing.assert_allclose(inverted.probabilities, predict(run, 255 - pixels[:5]), atol=1e-6)


def test_the_first_images_are_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "batch_size", lambda shape: 16)
    totals: list[int | None] = []
    advanced: list[int] = []

    @contextmanager
    def progress(label: str, total: int | None, unit: str) -> Iterator[Advance]:
        totals.append(total)
        yield advanced.append

    blocks = list(predict_files(two_classes(), [photos_folder()], explain=20, explaining=progress))
    assert (totals, sum(advanced)) == ([16, 4], 20)
    found = [block.explanation for block in blocks]
    assert [None if each is None else len(each.maps) for each in found] == [16, 4, None]
    expected = explain(two_classes(), np.concatenate([block.images for block in blocks])[:20])
    both = [each for each in found if each is not None]
    assert {each.method for each in both} == {expected.method} == {"HiResCAM"}
    np.testing.assert_array_equal(np.concatenate([each.labels for each in both]), expected.labels)
    maps = np.concatenate([each.maps for each in both])
    np.testing.assert_allclose(maps, expected.maps, atol=1e-6)


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
