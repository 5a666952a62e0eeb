"""The binary files of CIFAR are read, packed or unpacked; others are refused with a reason."""

import contextlib
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from bounded import bounded
from hypothesis import given, settings
from hypothesis import strategies as st
from made_data import cifar_records, tar_gz

from zookit.core import DataError, Splits
from zookit.core.data import Source
from zookit.plugins.datasets.cifar_files import read_cifar_splits

if TYPE_CHECKING:
    import numpy.typing as npt

TRAIN, TEST = ("set/1.bin", "set/2.bin"), ("set/test.bin",)
RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (7, 32, 32, 3), np.uint8)
LABELS = np.arange(7, dtype=np.uint8)


def files(*labels: "npt.NDArray[np.uint8]") -> dict[str, bytes]:
    """Three files, in another order than they are read in."""
    parts = {"set/2.bin": slice(3, 5), "set/test.bin": slice(5, 7), "set/1.bin": slice(0, 3)}
    return {
        name: cifar_records(IMAGES[part], *(each[part] for each in labels))
        for name, part in parts.items()
    }


def read(folder: Path, labels: int = 1, label: int = 0, train: Sequence[str] = TRAIN) -> Splits:
    source = Source("local", folder, None, "your folder")
    return read_cifar_splits(source, "set.tar.gz", train, TEST, labels=labels, label=label)


def put(folder: Path, members: dict[str, bytes]) -> Path:
    for name, content in members.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def assert_all(splits: Splits) -> None:
    assert (splits.train.images == IMAGES[:5]).all()
    assert (splits.test.images == IMAGES[5:]).all()
    assert splits.train.labels.tolist() == [0, 1, 2, 3, 4]
    assert splits.test.labels.tolist() == [5, 6]


def test_an_archive_is_read(tmp_path: Path) -> None:
    assert_all(read(put(tmp_path, {"set.tar.gz": tar_gz(files(LABELS))})))


def test_the_unpacked_folder_is_read(tmp_path: Path) -> None:
    assert_all(read(put(tmp_path, files(LABELS))))


def test_files_without_their_folder_are_read(tmp_path: Path) -> None:
    assert_all(read(put(tmp_path / "set", files(LABELS)) / "set"))


@pytest.mark.parametrize("label", [0, 1])
def test_one_of_two_labels_is_read(tmp_path: Path, label: int) -> None:
    put(tmp_path, files(LABELS // 2, LABELS))
    found = read(tmp_path, labels=2, label=label)
    assert found.train.labels.tolist() == [[0, 0, 1, 1, 2], [0, 1, 2, 3, 4]][label]
    assert (found.train.images == IMAGES[:5]).all()


def test_more_images_than_are_read_at_a_time(tmp_path: Path) -> None:
    many = np.tile(IMAGES, (300, 1, 1, 1))
    labels = np.resize(LABELS, len(many))
    put(tmp_path, files(LABELS) | {"set/1.bin": cifar_records(many, labels)})
    found = read(tmp_path, train=["set/1.bin"]).train
    assert (found.images == many).all()
    assert (found.labels == labels).all()


def test_a_folder_with_neither_is_an_error_that_names_both(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"neither set\.tar\.gz nor set/1\.bin.*binary version"):
        read(tmp_path)


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("content", [b"", b"x", files(LABELS)["set/1.bin"] + b"x"], ids=len)
def test_incomplete_records_are_refused(tmp_path: Path, packed: bool, content: bytes) -> None:
    members = files(LABELS) | {"set/1.bin": content}
    put(tmp_path, {"set.tar.gz": tar_gz(members)} if packed else members)
    with pytest.raises(DataError, match=rf"set/1\.bin has {len(content):,} bytes.*3,073"):
        read(tmp_path)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 30000), st.integers(0, 255)), max_size=3),
    st.integers(0, 40000),
)
def test_damaged_archives_raise_nothing_but_data_error(
    changes: list[tuple[int, int]], length: int
) -> None:
    content = bytearray(tar_gz(files(LABELS)))
    for at, byte in changes:
        content[at % len(content)] = byte
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "set.tar.gz").write_bytes(content[:length])
        with bounded(), contextlib.suppress(DataError):
            assert len(read(Path(folder)).train) == 5
