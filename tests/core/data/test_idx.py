"""IDX files of any shape are read; other files are refused with a reason."""

import contextlib
import gzip
import os
import struct
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from bounded import bounded
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from made_data import CONTENT, idx, put_files, zipped

from zookit.core import DataError
from zookit.core.data import Source, read_idx, read_idx_splits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy.typing as npt

GOOD = idx(np.arange(24, dtype=np.uint8).reshape(2, 3, 4))


def claiming(shape: list[int], content: bytes, compressed: bool = False) -> bytes:
    """An IDX file whose header claims a shape."""
    file = struct.pack(f">2xBB{len(shape)}I", 8, len(shape), *shape) + content
    return zipped(file) if compressed else file


@settings(max_examples=60, deadline=None)
@given(
    arrays(np.uint8, array_shapes(max_dims=5, min_side=0, max_side=5)),
    st.booleans(),
)
@example(np.array(7, np.uint8), False)  # noqa: FBT003 - no dimensions
def test_reads_back_any_shape(array: "npt.NDArray[np.uint8]", compressed: bool) -> None:
    content = idx(array)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x")
        path.write_bytes(zipped(content) if compressed else content)
        read = read_idx(path)
    assert read.dtype == np.uint8
    assert read.shape == array.shape
    assert (read == array).all()


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=80),
        st.binary(max_size=80).map(lambda tail: b"\0\0\x08" + tail),
        st.binary(max_size=80).map(lambda tail: b"\x1f\x8b\x08" + tail),
        st.binary(max_size=80).map(zipped),
        st.tuples(
            st.lists(st.integers(0, 2**32 - 1), max_size=5), st.binary(max_size=80), st.booleans()
        ).map(lambda drawn: claiming(*drawn)),
    )
)
@example(b"\0\0\x08\x41" + b"\0\0\0\1" * 65 + b"x")  # more dimensions than NumPy has
@example(b"\0\0\x08\x04" + b"\0\0\0\0" + b"\xff\xff\xff\xff" * 3)  # empty, but too large
def test_random_bytes_raise_nothing_but_data_error(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x")
        path.write_bytes(content)
        with bounded(), contextlib.suppress(DataError):  # and nothing else
            assert read_idx(path).dtype == np.uint8


@pytest.mark.parametrize("wrap", [bytes, zipped], ids=["plain", "gz"])
@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (GOOD[:-1], "39 bytes.* 40"),
        (GOOD + b"\0", "41 bytes.* 40"),
        (GOOD[:9], "9 bytes.* 16"),
        (b"", "nothing.*000008"),
        (b"\x89PNG\r\n", "89504e47.*000008"),
        (b"\0\0\x0d" + GOOD[3:], "00000d03.*000008"),  # the type code of floats
    ],
    ids=["cut off", "too long", "cut in the header", "empty", "a picture", "floats"],
)
def test_an_error_names_the_difference(
    tmp_path: Path, wrap: "Callable[[bytes], bytes]", content: bytes, expected: str
) -> None:
    path = tmp_path / "images"
    path.write_bytes(wrap(content))
    with pytest.raises(DataError, match=expected):
        read_idx(path)


@pytest.mark.parametrize(
    "damage",
    [lambda gz: gz[:-9], lambda gz: gz[:-6] + b"\0\0\0\0\0\0", lambda gz: gz[:12] + b"\xff" * 9],
    ids=["cut off", "wrong checksum", "garbled"],
)
def test_a_damaged_gz_is_refused(tmp_path: Path, damage: "Callable[[bytes], bytes]") -> None:
    path = tmp_path / "images.gz"
    path.write_bytes(damage(gzip.compress(GOOD)))
    with pytest.raises(DataError, match=r"images\.gz: .*again"):
        read_idx(path)


@pytest.mark.parametrize("exists", [True, False], ids=["folder", "nothing"])
def test_a_missing_file_or_a_folder_is_refused(tmp_path: Path, *, exists: bool) -> None:
    path = tmp_path if exists else tmp_path / "nothing"
    with pytest.raises(DataError, match="cannot read"):
        read_idx(path)


@pytest.mark.parametrize("compressed", [True, False], ids=["gz", "plain"])
def test_a_claimed_shape_takes_no_memory(tmp_path: Path, *, compressed: bool) -> None:
    path = tmp_path / "images"
    path.write_bytes(claiming([60_000, 60_000, 100], b"x" * 1000, compressed))
    with bounded(seconds=1, megabytes=20), pytest.raises(DataError, match="360,000,000,016"):
        read_idx(path)


def test_no_more_is_unpacked_than_the_header_declares(tmp_path: Path) -> None:
    path = tmp_path / "images.gz"
    path.write_bytes(zipped(GOOD) + zipped(bytes(1 << 24)) * 1000)  # 16 GB
    with bounded(seconds=1, megabytes=50), pytest.raises(DataError, match=r"41 bytes.* 40"):
        read_idx(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no FIFOs")
def test_a_fifo_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "images")
    with bounded(seconds=1), pytest.raises(DataError, match="not a regular file"):
        read_idx(tmp_path / "images")


def test_progress_is_reported(tmp_path: Path) -> None:
    amounts: list[int] = []

    @contextlib.contextmanager
    def progress(label: str, total: int | None, unit: str) -> "Iterator[Callable[[int], None]]":
        assert (label, total, unit) == ("reading images", 24, "bytes")
        yield amounts.append

    (tmp_path / "images").write_bytes(GOOD)
    read_idx(tmp_path / "images", progress)
    assert sum(amounts) == 24


def test_the_source_reports_reading_the_splits(tmp_path: Path) -> None:
    labels: list[str] = []

    @contextlib.contextmanager
    def progress(label: str, total: int | None, unit: str) -> "Iterator[Callable[[int], None]]":
        labels.append(label)
        yield lambda amount: None

    read_idx_splits(Source("local", put_files(tmp_path, plain=True), "0", "a test", progress))
    assert "reading train-images-idx3-ubyte" in labels


@pytest.mark.parametrize("plain", [True, False], ids=["plain", "gz"])
def test_four_files_make_splits(tmp_path: Path, *, plain: bool) -> None:
    splits = read_idx_splits(Source("local", put_files(tmp_path, plain=plain), "0", "a test"))
    assert splits.train.images.shape == (30, 8, 8, 1)
    assert splits.test.images.shape == (12, 8, 8, 1)
    assert splits.test.images.tobytes() == CONTENT["t10k-images-idx3-ubyte"][16:]
    assert splits.train.labels.tolist() == [0, 1, 2] * 10
    assert splits.train.labels.dtype == np.int64
    assert splits.validation is None


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        (
            "train-labels-idx1-ubyte",
            idx(np.zeros(29, np.uint8)),
            r"\(N, H, W\)",
        ),
        (
            "t10k-labels-idx1-ubyte",
            idx(np.zeros((12, 1), np.uint8)),
            r"\(N, H, W\)",
        ),
        (
            "t10k-images-idx3-ubyte",
            idx(np.zeros((12, 64), np.uint8)),
            r"\(N, H, W\)",
        ),
        ("train-images-idx3-ubyte", None, r"has no train-images-idx3-ubyte\.gz or train-images-"),
    ],
    ids=["too few labels", "labels in rows", "flat images", "missing"],
)
def test_files_that_do_not_fit_are_refused(
    tmp_path: Path, name: str, content: bytes | None, expected: str
) -> None:
    put_files(tmp_path, plain=True)
    (tmp_path / name).unlink()
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=expected):
        read_idx_splits(Source("local", tmp_path, "0", "a test"))
