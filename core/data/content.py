"""Read files that may be gzipped."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

from zookit.core.errors import DataError

_GZIP = b"\x1f\x8b"
_BLOCK = 1 << 20


def content_blocks(path: Path, *, decompressed: bool) -> Iterator[bytes]:
    """Yield the bytes of a file in blocks, with `decompressed` those inside a gzip file.

    Raises DataError if the file cannot be read or is truncated.
    """
    try:
        with path.open("rb") as raw:
            gzipped = decompressed and raw.peek(2)[:2] == _GZIP
            with gzip.GzipFile(fileobj=raw) if gzipped else raw as file:
                yield from iter(lambda: file.read(_BLOCK), b"")
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"cannot read {path}: {error}. Download the file again.") from None
