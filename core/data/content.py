"""Read files that may be gzipped."""

import gzip
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from zookit.core.errors import DataError
from zookit.core.reading import open_regular

_GZIP = b"\x1f\x8b"
_BLOCK = 1 << 20
_LARGEST_RATIO = 1032
"""How much larger than its gzip file content can be (https://zlib.net/zlib_tech.html)."""


def content_blocks(path: Path, *, decompressed: bool) -> Iterator[bytes]:
    """Yield the bytes of a file in blocks, with `decompressed` those inside a gzip file.

    Raises DataError if the file cannot be read or is truncated.
    """
    with opened_content(path, decompressed=decompressed) as (file, _):
        yield from blocks_of(file)


@contextmanager
def opened_content(path: Path, *, decompressed: bool) -> Iterator[tuple[BinaryIO, int]]:
    """Open a file, with `decompressed` the content of a gzip file, and yield its largest size too.

    The size in bytes is exact unless the file is gzipped. Raises DataError if the file cannot be
    read or is truncated, even if that is found within the context.
    """
    try:
        with open_regular(path) as raw:
            size = os.fstat(raw.fileno()).st_size
            gzipped = decompressed and raw.read(2) == _GZIP
            if decompressed:
                raw.seek(0)
            if gzipped:
                with gzip.GzipFile(fileobj=raw) as file:
                    yield cast(BinaryIO, file), size * _LARGEST_RATIO
            else:
                yield raw, size
    except (OSError, EOFError, zlib.error) as error:
        if isinstance(error, OSError) and error.strerror:  # of the system; gzip's errors have none
            raise DataError(f"cannot read {path}: {error.strerror}.") from None
        raise DataError(f"cannot read {path}: {error}. Download the file again.") from None


def blocks_of(file: BinaryIO, most: int | None = None) -> Iterator[bytes]:
    """Yield the bytes of a file in blocks, at most `most` bytes in all."""
    while block := file.read(_BLOCK if most is None else min(_BLOCK, most)):
        yield block
        most = None if most is None else most - len(block)
