"""Prepared arrays are verified whenever they are opened."""

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from bounded import bounded
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zookit.core import DataError, Split, Splits
from zookit.data.prepared_folder import content_hash, open_folder, verify_folder, write_folder

COUNT = 3000
"""Images; with 784 bytes each, they take 36 blocks."""


@pytest.fixture(scope="module")
def splits() -> Splits:
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (COUNT, 28, 28, 1), np.uint8)
    train = Split(images, random.integers(0, 10, COUNT))
    return Splits(train, Split(images[:10], np.arange(10)), left_out=("a.png is dämaged",))


@pytest.fixture
def folder(tmp_path: Path, splits: Splits) -> Path:
    write_folder(tmp_path / "made", splits, {"hash": content_hash(splits), "origin": "full"})
    return tmp_path / "made"


def writable(path: Path) -> Path:
    path.chmod(0o644)
    return path


def with_bytes(path: Path, at: int, new: bytes) -> None:
    with writable(path).open("r+b") as file:
        file.seek(at)
        file.write(new)


def with_old_times(path: Path, change: Callable[[], None]) -> None:
    before = path.stat()
    change()
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_what_was_written_is_opened(folder: Path, splits: Splits) -> None:
    opened = open_folder(folder)
    assert opened is not None
    read, about = opened
    assert content_hash(read) == content_hash(splits) == about["hash"]
    assert isinstance(read.train.images, np.memmap)
    assert read.left_out == splits.left_out
    verify_folder(folder)
    assert open_folder(folder / "none") is None


def test_arrays_cannot_be_written_by_accident(folder: Path) -> None:
    """A file that is truncated while it is mapped would kill the process."""
    assert all(not path.stat().st_mode & 0o222 for path in folder.glob("*.npy"))


def with_another_hash(path: Path) -> None:
    path.write_text(path.read_text().replace('"hash": "', '"hash": "0'))


def with_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


CHANGES: dict[str, Callable[[Path], None]] = {
    "a FIFO for images": lambda folder: with_pipe(folder / "train-images.npy"),
    "a FIFO for labels": lambda folder: with_pipe(folder / "test-labels.npy"),
    "a FIFO for checksums": lambda folder: with_pipe(folder / "checksums.npy"),
    "a sparse file": lambda folder: os.truncate(writable(folder / "train-labels.npy"), 40 << 30),
    "zeroed": lambda folder: with_bytes(folder / "train-images.npy", 10**6, bytes(200_000)),
    "one bit": lambda folder: with_bytes(folder / "train-images.npy", 2 * 10**6, b"\0\1\2\3"),
    "one label": lambda folder: with_bytes(folder / "train-labels.npy", 500, b"\7\7"),
    "a test image": lambda folder: with_bytes(folder / "test-images.npy", 1000, bytes(9)),
    "old times": lambda folder: with_old_times(
        folder / "train-images.npy",
        lambda: with_bytes(folder / "train-images.npy", 10**6, bytes(9)),
    ),
    "longer": lambda folder: with_bytes(folder / "train-images.npy", COUNT * 784 + 128, b"more"),
    "shorter": lambda folder: os.truncate(writable(folder / "train-labels.npy"), 20_000),
    "the hash": lambda folder: with_another_hash(folder / "meta.json"),
    "checksums": lambda folder: with_bytes(folder / "checksums.npy", 200, b"\0\1\2\3"),
    "no checksums": lambda folder: (folder / "checksums.npy").unlink(),
    "of another set": lambda folder: np.save(
        writable(folder / "test-images.npy"), np.zeros((10, 28, 28, 1), np.uint8)
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_change_is_found(folder: Path, change: Callable[[Path], None]) -> None:
    change(folder)
    for use in (open_folder, verify_folder):
        with bounded(), pytest.raises(DataError, match=f"^{folder} is damaged"):
            use(folder)


def test_damage_that_changes_no_time_is_found_in_the_sample(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a disk loses blocks: the noted times are those of the damaged file."""
    with_bytes(folder / "train-images.npy", 10**6, bytes(200_000))
    monkeypatch.setattr("zookit.data.prepared_folder._verify_all", lambda *arguments: None)
    open_folder(folder)  # notes the times
    with pytest.raises(DataError, match=r"train-images\.npy"):
        open_folder(folder)


def test_a_copy_is_verified_once(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "elsewhere" / folder.name
    shutil.copytree(folder, copy)
    assert open_folder(copy) is not None
    monkeypatch.delattr("zookit.data.prepared_folder._verify_all")
    assert open_folder(copy) is not None


def test_a_copy_in_place_of_another_set_is_found(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    for use in (open_folder, verify_folder):
        with pytest.raises(DataError, match=f"^{other} is damaged.*content of {folder.name}"):
            use(other)


def test_the_sample_does_not_disturb_random_numbers(folder: Path) -> None:
    random.seed(1)
    expected = random.random()
    random.seed(1)
    open_folder(folder)
    assert random.random() == expected


def test_a_folder_is_replaced(folder: Path, splits: Splits) -> None:
    (folder / "stranger").touch()
    write_folder(folder, splits, {"hash": content_hash(splits)})
    assert open_folder(folder) is not None
    assert not (folder / "stranger").exists()
    assert list(folder.parent.iterdir()) == [folder]


@given(st.data())
@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_bytes_are_found_or_harmless(
    folder: Path, splits: Splits, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    copy = tmp_path_factory.mktemp("copy") / "made"
    shutil.copytree(folder, copy)
    path = writable(copy / data.draw(st.sampled_from(sorted(os.listdir(folder)))))  # noqa: PTH208
    size = path.stat().st_size
    at = data.draw(st.integers(0, min(size, 300)) | st.integers(0, size))
    with_bytes(path, at, data.draw(st.binary(min_size=1, max_size=100)))
    if data.draw(st.booleans()):
        os.truncate(path, data.draw(st.integers(0, size)))
    with bounded(2, 128):
        try:
            opened = open_folder(copy)
        except DataError:
            pass
        else:
            assert opened is not None
            assert content_hash(opened[0]) == content_hash(splits) == opened[1]["hash"]
    shutil.rmtree(copy)
