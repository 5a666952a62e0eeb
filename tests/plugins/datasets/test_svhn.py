"""SVHN: made-up MATLAB files, with and without the extra images."""

from pathlib import Path

import numpy as np
import pytest
from http_server import Server
from made_data import mat
from published import publish, put, svhn_files
from samples import sizes

from zookit.core import DataError, DataUnavailable
from zookit.core.parameters import create
from zookit.data.prepared import Prepared, prepare
from zookit.plugins.datasets.mat_files import read_mat
from zookit.plugins.datasets.svhn import Svhn

FILES = svhn_files()


def prepared(*, extra: bool = False) -> Prepared:
    dataset = create(Svhn, {"extra": extra}, "svhn")
    return prepare(dataset, "full", "svhn", "zookit==1")


def test_images_and_labels_are_in_zookits_order(data_dir: Path) -> None:
    put(data_dir / "svhn", FILES)
    found = prepared().splits.train
    published = read_mat(data_dir / "svhn" / "train_32x32.mat", "X", "y")
    for at in range(30):
        assert np.array_equal(found.images[at], published["X"][..., at])
    assert found.images.flags.c_contiguous
    assert found.labels[:10].tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 9, 0]


def test_the_files_are_downloaded(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(monkeypatch, server, Svhn, FILES, "no_ranges")
    found = prepared()
    assert found.origin == "full"
    assert sizes(found) == {"train": 30, "test": 10}
    assert [path for path, _ in server.requests] == ["/0/train_32x32.mat", "/0/test_32x32.mat"]


def test_the_extra_images_are_added(data_dir: Path) -> None:
    put(data_dir / "svhn", FILES)
    found = prepared(extra=True)
    assert sizes(found) == {"train": 50, "test": 10}
    assert np.array_equal(found.splits.train.images[:30], prepared().splits.train.images)


def test_the_extra_file_is_published_too(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [file.name for file in Svhn.files] == ["train_32x32.mat", "test_32x32.mat"]
    extra = create(Svhn, {"extra": True}, "svhn")
    assert [file.name for file in extra.files][2:] == ["extra_32x32.mat"]
    assert extra.info.sizes["train"] == Svhn().info.sizes["train"] + 531_131
    publish(monkeypatch, server, Svhn, FILES, 404)
    with pytest.raises(DataUnavailable, match=r"put .*extra_32x32\.mat into a folder svhn"):
        prepared(extra=True)


@pytest.mark.parametrize(
    ("pixels", "labels", "expected"),
    [
        (np.zeros((32, 32, 3, 2), np.float64), [[1], [2]], "dtype float64"),
        (np.zeros((28, 28, 3, 2), np.uint8), [[1], [2]], r"shape \(28, 28, 3, 2\)"),
        (np.zeros((32, 32, 3, 2), np.uint8), [[1], [2], [3]], "3 labels"),
        (np.zeros((32, 32, 3, 2), np.uint8), [[0], [2]], "label 0.*1 to 10"),
        (np.zeros((32, 32, 3, 2), np.uint8), [[1.5], [2]], r"label 1\.5.*1 to 10"),
    ],
    ids=["floats", "other size", "other count", "label 0", "a fraction"],
)
def test_other_arrays_are_refused(
    data_dir: Path, pixels: object, labels: object, expected: str
) -> None:
    put(data_dir / "svhn", FILES | {"train_32x32.mat": mat(X=pixels, y=np.array(labels))})
    with pytest.raises(DataError, match=rf"train_32x32\.mat has .*{expected}"):
        prepared()
