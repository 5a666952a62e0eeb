"""MATLAB files are read as SciPy reads them; damaged ones are refused with a reason."""

import contextlib
import struct
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from bounded import bounded
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays, integer_dtypes
from made_data import mat

from zookit.core import DataError
from zookit.plugins.datasets.mat_files import read_mat

if TYPE_CHECKING:
    import numpy.typing as npt

IMAGES = np.arange(2 * 3 * 3 * 5, dtype=np.uint8).reshape(2, 3, 3, 5)
LABELS = np.array([[1], [2], [10], [4], [5]], np.uint8)
GOOD = mat(X=IMAGES, y=LABELS)
PLAIN = mat(compressed=False, X=IMAGES, y=LABELS)


def read(content: bytes, *names: str) -> "dict[str, npt.NDArray[np.number]]":
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.mat")
        path.write_bytes(content)
        return read_mat(path, *names)


@settings(max_examples=40, deadline=None)
@given(
    arrays(
        st.one_of(integer_dtypes(endianness="<"), st.just("u1"), st.just("<f4"), st.just("<f8")),
        array_shapes(min_dims=2, max_dims=4, min_side=0, max_side=4),
        elements={"allow_nan": False},
    ),
    st.booleans(),
)
def test_reads_what_scipy_writes(array: "npt.NDArray[Any]", compressed: bool) -> None:
    found = read(mat(compressed=compressed, X=array), "X")["X"]
    assert found.shape == array.shape
    assert (found == array).all()


def test_other_variables_are_skipped() -> None:
    content = mat(s={"a": 1}, t="text", X=IMAGES, c=np.array([1j]), y=LABELS)
    found = read(content, "X", "y")
    assert list(found) == ["X", "y"]
    assert (found["X"] == IMAGES).all()
    assert (found["y"] == LABELS).all()


def test_small_types_of_storage_are_read() -> None:
    """MATLAB stores numbers in the smallest type that holds them; SciPy does not."""
    content = bytearray(mat(compressed=False, y=np.arange(8, dtype=np.uint8).reshape(8, 1)))
    content[content.index(struct.pack("<2I", 6, 8)) + 8] = 6  # the class double
    assert read(bytes(content), "y")["y"].tolist() == [[at] for at in range(8)]


def test_a_small_element_is_read() -> None:
    found = read(mat(compressed=False, n=np.array([[7]], np.uint8)), "n")
    assert found["n"].tolist() == [[7]]


def test_the_other_byte_order_is_read() -> None:
    flags = struct.pack(">4I", 6, 8, 9, 0)
    shape = struct.pack(">2I2i", 5, 8, 1, 8)
    name = struct.pack(">2H4s", 1, 1, b"y\0\0\0")
    numbers = struct.pack(">2I8B", 2, 8, *range(8))
    body = flags + shape + name + numbers
    content = b"x".ljust(124) + b"\x01\x00MI" + struct.pack(">2I", 14, len(body)) + body
    assert read(content, "y")["y"].tolist() == [list(range(8))]


def test_progress_is_reported(tmp_path: Path) -> None:
    started: list[tuple[str, int | None, str]] = []
    amounts: list[int] = []

    @contextmanager
    def progress(label: str, total: int | None, unit: str) -> Iterator[Callable[[int], None]]:
        started.append((label, total, unit))
        yield amounts.append

    (tmp_path / "a.mat").write_bytes(GOOD)
    read_mat(tmp_path / "a.mat", "X", progress=progress)
    assert started == [("reading a.mat", len(GOOD), "bytes")]
    assert sum(amounts) <= len(GOOD)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "not a MATLAB file"),
        (b"<html>Not found</html>" + b" " * 200, "not a MATLAB file.*<html>"),
        (b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM", "not a MATLAB file of level 5"),
        (PLAIN[:-9], "truncated"),
        (GOOD[:-9], "truncated"),
        (GOOD[:200], "truncated"),
        (GOOD[:150] + b"\xff" * 20 + GOOD[170:], "Error|element|type"),
        (mat(X=LABELS), "no variable y"),
        (mat(X=LABELS, y="text"), "y is not an array of real numbers"),
        (mat(X=LABELS, y=np.array([[1j]])), "y is not an array of real numbers"),
    ],
    ids=[
        *("empty", "a web page", "level 7.3", "plain, cut", "cut", "header only", "damaged"),
        *("no y", "text", "complex"),
    ],
)
def test_other_files_are_refused(content: bytes, expected: str) -> None:
    with pytest.raises(DataError, match=f"a[.]mat.*{expected}"):
        read(content, "X", "y")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.mat: No such file"):
        read_mat(tmp_path / "none.mat", "X")


def test_a_wrong_checksum_is_found() -> None:
    content = bytearray(mat(X=IMAGES))
    content[-1] ^= 1
    with pytest.raises(DataError, match=r"a\.mat.*incorrect data check"):
        read(bytes(content), "X")


def claiming(shape: tuple[int, ...], size: int, content: bytes, compressed: bool) -> bytes:
    """A file with a variable X of bytes that claims a shape and a size."""
    shape = shape if len(shape) > 1 else (1, 1)
    dimensions = struct.pack(f"<2I{len(shape)}i", 5, 4 * len(shape), *shape)
    body = struct.pack("<4I", 6, 8, 9, 0) + dimensions + b"\0" * (-len(dimensions) % 8)
    body += struct.pack("<2H4s", 1, 1, b"X\0\0\0") + struct.pack("<2I", 2, size) + content
    body = struct.pack("<2I", 14, len(body)) + body
    if compressed:
        body = zlib.compress(body)
        body = struct.pack("<2I", 15, len(body)) + body
    return b"x".ljust(124) + b"\x00\x01IM" + body


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 2**31 - 1), min_size=2, max_size=4).map(tuple),
    st.integers(0, 2**32 - 1),
    st.binary(max_size=40),
    st.booleans(),
)
@example((2**31 - 1, 1), 2**31 - 1, b"x", True)  # noqa: FBT003
@example((0, 2**31 - 1, 2**31 - 1), 0, b"", False)  # noqa: FBT003 - empty, but too large
@example((1,) * 40, 1, b"x", False)  # noqa: FBT003
def test_claims_are_not_believed(
    shape: tuple[int, ...], size: int, content: bytes, compressed: bool
) -> None:
    with bounded(), contextlib.suppress(DataError):  # and nothing else
        found = read(claiming(shape, size, content, compressed), "X")["X"]
        assert found.nbytes <= len(content)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([GOOD, PLAIN]),
    st.lists(st.tuples(st.integers(120, 600), st.integers(0, 255)), max_size=4),
    st.integers(0, 1000),
)
def test_damaged_files_raise_nothing_but_data_error(
    good: bytes, changes: list[tuple[int, int]], length: int
) -> None:
    content = bytearray(good)
    for at, byte in changes:
        content[at % len(content)] = byte
    with bounded(), contextlib.suppress(DataError):
        read(bytes(content[:length]), "X", "y")
