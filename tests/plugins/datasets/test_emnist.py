"""EMNIST: every split of a made-up archive, upright and labeled from 0."""

import gzip
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from http_server import Server
from made_data import idx
from published import emnist_files, publish, put

from zookit.core import DataError
from zookit.core.data import cache_folder
from zookit.core.parameters import create
from zookit.data.prepared import Prepared, prepare
from zookit.plugins.datasets.emnist import Emnist

SPLITS = {"balanced": 47, "byclass": 62, "bymerge": 47, "digits": 10, "letters": 26, "mnist": 10}


def emnist(split: str) -> Emnist:
    return create(Emnist, {"split": split}, "emnist")


def prepared(split: str = "balanced") -> Prepared:
    return prepare(emnist(split), "full", "emnist", "zookit==1")


def raw(files: dict[str, bytes], name: str) -> bytes:
    """The content of a member of the archive."""
    with zipfile.ZipFile(io.BytesIO(files["gzip.zip"])) as opened:
        return gzip.decompress(opened.read(f"gzip/{name}"))


@pytest.mark.parametrize(("split", "classes"), SPLITS.items())
def test_a_split_is_read_from_the_archive(data_dir: Path, split: str, classes: int) -> None:
    first = 1 if split == "letters" else 0
    put(data_dir / "emnist", emnist_files(split, range(first, first + classes)))
    found = prepared(split).splits
    assert len(emnist(split).info.class_names) == classes
    assert found.train.images.shape == (2 * classes, 28, 28, 1)
    assert np.array_equal(found.test.labels, np.arange(classes))


def test_the_images_are_upright(data_dir: Path) -> None:
    files = emnist_files()
    put(data_dir / "emnist", files)
    published = raw(files, "emnist-balanced-train-images-idx3-ubyte.gz")
    images = np.frombuffer(published, np.uint8, offset=16).reshape(-1, 28, 28)
    assert np.array_equal(prepared().splits.train.images[..., 0], images.transpose(0, 2, 1))


def test_the_class_names() -> None:
    assert Emnist("letters").info.class_names == tuple("abcdefghijklmnopqrstuvwxyz")
    merged = Emnist().info.class_names
    assert list(merged) == sorted(merged)
    assert {"C", "E", "e"} < set(merged)
    assert "c" not in merged
    assert Emnist("byclass").info.class_names[36] == "a"


def test_the_archive_is_downloaded_and_only_the_split_is_unpacked(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(monkeypatch, server, Emnist, emnist_files(), 503, "ranges")
    assert prepared().origin == "full"
    assert not list((cache_folder() / "unpacking").iterdir())


@pytest.mark.parametrize("folder", [".", "gzip"])
@pytest.mark.parametrize("suffix", [".gz", ""])
def test_the_files_of_a_split_are_read(data_dir: Path, folder: str, suffix: str) -> None:
    files = emnist_files()
    put(data_dir / "emnist", files)
    expected = prepared().hash
    (data_dir / "emnist" / "gzip.zip").unlink()
    for part in ("train", "test"):
        for kind in ("images-idx3-ubyte", "labels-idx1-ubyte"):
            name = f"emnist-balanced-{part}-{kind}"
            content = raw(files, f"{name}.gz")
            packed = gzip.compress(content) if suffix else content
            put(data_dir / "emnist" / folder, {f"{name}{suffix}": packed})
    assert prepared().hash == expected


def test_an_archive_without_the_split_is_an_error_that_names_the_files(data_dir: Path) -> None:
    put(data_dir / "emnist", emnist_files("digits", range(10)))
    with pytest.raises(DataError, match=r"gzip\.zip has no gzip/emnist-letters-test-images"):
        prepared("letters")


def test_a_folder_without_the_archive_is_an_error_that_names_it(data_dir: Path) -> None:
    (data_dir / "emnist").mkdir()
    with pytest.raises(DataError, match=r"has no gzip\.zip"):
        prepared()


def test_images_of_another_shape_are_an_error(data_dir: Path) -> None:
    for part in ("train", "test"):
        name = f"emnist-balanced-{part}"
        put(
            data_dir / "emnist",
            {
                f"{name}-images-idx3-ubyte": idx(np.zeros((2, 28, 20), np.uint8)),
                f"{name}-labels-idx1-ubyte": idx(np.zeros(2, np.uint8)),
            },
        )
    with pytest.raises(DataError, match=r"28 x 28.*28, 20"):
        prepared()
