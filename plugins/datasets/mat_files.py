"""Read MATLAB files of level 5 (MathWorks, "MAT-File Format", chapter 1).

Unlike `scipy.io.loadmat`, this reads arrays larger than memory.
"""

import math
import os
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal, NamedTuple, Protocol

import numpy as np

from zookit.core import DataError
from zookit.core.data import Progress, empty_images, opened_content, silent

if TYPE_CHECKING:
    import numpy.typing as npt

_Advance = Callable[[int], None]
_Order = Literal["<", ">"]
"""The byte order, as `struct` and NumPy name it."""
_HEADER = 128
_MATRIX, _COMPRESSED = 14, 15
_INT8, _INT32, _UINT32 = 1, 5, 6
_NUMBERS = {
    1: "i1",
    2: "u1",
    3: "i2",
    4: "u2",
    5: "i4",
    6: "u4",
    7: "f4",
    9: "f8",
    12: "i8",
    13: "u8",
}
"""The types of stored numbers, each as NumPy names it."""
_NUMERIC_CLASSES = range(6, 16)
"""The classes of arrays of numbers; others are cells, structures, text and sparse arrays."""
_COMPLEX = 0x0800
_MOST_DIMENSIONS, _LONGEST_NAME = 32, 64
_BLOCK = 1 << 20
_LARGEST_RATIO = 1032
"""How much larger than its deflated form content can be (https://zlib.net/zlib_tech.html)."""


def read_mat(
    path: Path, *names: str, progress: Progress = silent
) -> "dict[str, npt.NDArray[np.number]]":
    """Return arrays of numbers from a MATLAB file (`save -v6` or `-v7`), by the names of variables.

    An array has the shape that it has in MATLAB and the type in which it is stored, which may be
    smaller than its class in MATLAB. It is stored on disk, the first axis varying fastest.

    Args:
        path: the file.
        names: the variables to read; all others are skipped.
        progress: reports the bytes that are read.

    Raises:
        DataError: the file is damaged or not such a file, or a variable is missing or is not an
            array of real numbers.
    """
    found: dict[str, npt.NDArray[np.number]] = {}
    size = path.stat().st_size if path.is_file() else None
    with (
        opened_content(path, decompressed=False) as (file, _),
        progress(f"reading {path.name}", size, "bytes") as advance,
    ):
        try:
            for variable in _variables(file, advance):
                if variable.name in names:
                    found[variable.name] = variable.values()
        except (_DamagedError, zlib.error, struct.error) as error:
            raise DataError(f"{path}: {error}. Download the file again.") from None
    missing = [name for name in names if name not in found]
    if missing:
        raise DataError(f"{path} has no variable {' or '.join(missing)}.")
    return found


class _DamagedError(Exception):
    """The file is not what it should be; the message is a clause."""


class _Reader(Protocol):
    """The content of an element. `left` is the largest number of bytes that may follow."""

    left: int

    def read(self, size: int) -> bytes: ...

    def finish(self) -> None: ...


class _Plain:
    """The content of an element, as it is in the file."""

    def __init__(self, file: BinaryIO, size: int, advance: _Advance) -> None:
        self._file, self.left, self._advance = file, size, advance

    def read(self, size: int) -> bytes:
        """Return the next bytes, fewer than `size` at the end only."""
        content = self._file.read(min(size, self.left))
        self.left -= len(content)
        self._advance(len(content))
        return content

    def finish(self) -> None:
        """Do nothing: there is no checksum."""


class _Inflated:
    """The content of a compressed element."""

    def __init__(self, source: _Plain) -> None:
        self._source, self._zlib = source, zlib.decompressobj()
        self.left = source.left * _LARGEST_RATIO

    def read(self, size: int) -> bytes:
        """Return the next bytes, fewer than `size` at the end only."""
        pieces, needed = [], size
        while needed and not self._zlib.eof:
            deflated = self._zlib.unconsumed_tail or self._source.read(_BLOCK)
            piece = self._zlib.decompress(deflated, needed)
            if not deflated and not piece:
                break  # truncated
            pieces.append(piece)
            needed -= len(piece)
        self.left -= size - needed
        return b"".join(pieces)

    def finish(self) -> None:
        """Read what pads the content and the checksum that zlib verifies."""
        if len(self.read(8)) == 8 or not self._zlib.eof:
            raise _DamagedError("a compressed variable does not end where it should")


class _Variable(NamedTuple):
    """A variable whose numbers are not read yet."""

    name: str
    kind: int
    is_complex: bool
    shape: tuple[int, ...]
    order: _Order
    content: _Reader

    def values(self) -> "npt.NDArray[np.number]":
        """Read the numbers."""
        if self.kind not in _NUMERIC_CLASSES or self.is_complex:
            raise _DamagedError(f"the variable {self.name} is not an array of real numbers")
        stored, size, inline = _tag(self.content, self.order)
        if stored not in _NUMBERS:
            raise _DamagedError(f"the numbers of {self.name} have the unknown type {stored}")
        dtype = np.dtype(_NUMBERS[stored]).newbyteorder(self.order)
        if size != math.prod(self.shape) * dtype.itemsize:
            raise _DamagedError(
                f"{self.name} has {size:,} bytes, which do not fit its shape {self.shape}"
            )
        if size > self.content.left + len(inline):
            raise _DamagedError(f"the file ends within the numbers of {self.name}")
        flat = empty_images((size,)) if size else np.empty(0, np.uint8)
        for begin in range(0, size, _BLOCK):
            wanted = min(_BLOCK, size - begin)
            block = inline[:size] or self.content.read(wanted)
            if len(block) < wanted:
                raise _DamagedError(f"the file ends within the numbers of {self.name}")
            flat[begin : begin + wanted] = np.frombuffer(block, np.uint8)
        self.content.finish()
        array: npt.NDArray[np.number] = flat.view(dtype).reshape(self.shape[::-1]).T
        return array


def _variables(file: BinaryIO, advance: _Advance) -> Iterator[_Variable]:
    order = _byte_order(file.read(_HEADER))
    advance(_HEADER)
    end = os.fstat(file.fileno()).st_size
    while file.tell() < end:
        kind, size = struct.unpack(f"{order}2I", _exactly(file, 8))
        after = file.tell() + size
        if after > end:
            raise _DamagedError("the file is truncated")
        plain = _Plain(file, size, advance)
        content: _Reader = plain
        if kind == _COMPRESSED:
            content = _Inflated(plain)
            kind, _ = struct.unpack(f"{order}2I", _exactly(content, 8))
        if kind == _MATRIX:
            yield _variable(content, order)
        advance(plain.left)
        file.seek(after)


def _byte_order(header: bytes) -> _Order:
    orders: dict[bytes, _Order] = {b"\x00\x01IM": "<", b"\x01\x00MI": ">"}
    if len(header) < _HEADER or header[124:] not in orders:
        start = header[:20].decode("latin-1").split("\0")[0]
        raise _DamagedError(f"it is not a MATLAB file of level 5: it starts with {start!r}")
    return orders[header[124:]]


def _variable(content: _Reader, order: _Order) -> _Variable:
    """Read what comes before the numbers: flags, dimensions and name."""
    flags = struct.unpack(f"{order}2I", _element(content, order, _UINT32, 8))[0]
    dimensions = _element(content, order, _INT32, 4 * _MOST_DIMENSIONS)
    shape = struct.unpack(f"{order}{len(dimensions) // 4}i", dimensions)
    if len(shape) < 2 or min(shape) < 0:
        raise _DamagedError(f"a variable has the shape {shape}")
    name = _element(content, order, _INT8, _LONGEST_NAME).decode("latin-1")
    return _Variable(name, flags & 0xFF, bool(flags & _COMPLEX), shape, order, content)


def _element(content: _Reader, order: _Order, kind: int, most: int) -> bytes:
    """Return the content of a short element, which is padded to eight bytes."""
    found, size, inline = _tag(content, order)
    if found != kind or size > most:
        raise _DamagedError(
            f"it has an element of type {found} and {size:,} bytes where one of type {kind} and "
            f"at most {most} bytes was expected"
        )
    return inline[:size] or _exactly(content, size + -size % 8)[:size]


def _tag(content: _Reader, order: _Order) -> tuple[int, int, bytes]:
    """Return the type and the size of an element and, if it is in the tag itself, its content."""
    tag = _exactly(content, 8)
    kind, size = struct.unpack(f"{order}2I", tag)
    if kind >> 16:  # a small element: at most four bytes, beside both in half words
        if kind >> 16 > 4:
            raise _DamagedError(f"a small element has {kind >> 16} bytes")
        return kind & 0xFFFF, kind >> 16, tag[4:]
    return kind, size, b""


def _exactly(content: "_Reader | BinaryIO", size: int) -> bytes:
    read = content.read(size)
    if len(read) < size:
        raise _DamagedError("the file is truncated")
    return read
