"""What a file holds, whether it is gzipped or not."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

from zookit.core.errors import DataError

_GZIP = b"\x1f\x8b"
_BLOCK = 1 << 20


def content_blocks(path: Path, *, decompressed: bool) -> Iterator[bytes]:
    """The bytes of a file, or with `decompressed` what it holds where it is a gzip file.

    Raises DataError where the file cannot be read or is cut off.
    """
    try:
        with path.open("rb") as raw:
            gzipped = decompressed and raw.peek(2)[:2] == _GZIP
            with gzip.GzipFile(fileobj=raw) if gzipped else raw as file:
                yield from iter(lambda: file.read(_BLOCK), b"")
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path} cannot be read: {error}. Get the file anew.") from None
