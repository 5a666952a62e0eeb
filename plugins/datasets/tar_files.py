"""Read members of tar files from untrusted sources, without unpacking them."""

import tarfile
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from zookit.core import DataError, reason_of
from zookit.core.data import opened_content

_LARGEST = 1 << 28
"""The bytes that are read of an archive's content: those of CIFAR have 184 million."""
_BLOCK = 1 << 16
_TRUST = "The archive may be malicious; download it from a trusted source."
_DAMAGE = (tarfile.TarError, zlib.error, EOFError, OSError, ValueError, OverflowError)
"""What `tarfile` and `gzip` raise for damaged files."""


@dataclass(frozen=True)
class TarMember:
    """A regular file in a tar file; `size` is in bytes."""

    archive: Path
    name: str
    size: int
    _file: IO[bytes]

    def read(self, size: int) -> bytes:
        """Return the next bytes, fewer than `size` at the end only. Raises DataError."""
        try:
            return self._file.read(size)
        except _DAMAGE as error:
            raise _damaged(self.archive, error) from None


def tar_members(archive: Path, names: Collection[str]) -> Iterator[TarMember]:
    """Yield members of a tar file, plain or gzipped, in the order in which the archive has them.

    Nothing is written. A member can be read until the next one is asked for.

    Args:
        archive: the tar file.
        names: the full names of the members.

    Raises:
        DataError: a member is missing, occurs twice or is not a regular file; the archive is
            damaged, or has more than 256 MiB of content.
    """
    missing = set(names)
    with opened_content(archive, decompressed=True) as (content, _):
        bounded = _Bounded(content, archive)
        try:
            with tarfile.open(fileobj=cast(IO[bytes], bounded), mode="r|") as opened:
                for member in opened:
                    name = member.name.removeprefix("./")
                    if name not in names:
                        continue
                    file = opened.extractfile(member) if member.isreg() else None
                    if file is None:
                        raise DataError(f"{archive}: {name!r} is not a regular file. {_TRUST}")
                    if name not in missing:
                        raise DataError(f"{archive} has {name!r} twice. {_TRUST}")
                    missing.remove(name)
                    yield TarMember(archive, name, member.size, file)
            while bounded.read(_BLOCK):  # to the end, where gzip has its checksum
                pass
        except _DAMAGE as error:
            raise _damaged(archive, error) from None
    if missing:
        raise DataError(f"{archive} has no {', '.join(sorted(missing))}. Download the file again.")


def _damaged(archive: Path, error: Exception) -> DataError:
    return DataError(f"{archive} is damaged: {reason_of(error)}. Download the file again.")


class _Bounded:
    """The content of an archive, of which a limited number of bytes is read."""

    def __init__(self, content: IO[bytes], archive: Path) -> None:
        self._content, self._archive, self._left = content, archive, _LARGEST

    def read(self, size: int) -> bytes:
        """Return the next bytes. Raises DataError if there are too many."""
        block = self._content.read(size)
        self._left -= len(block)
        if self._left < 0:
            raise DataError(f"{self._archive} unpacks to more than {_LARGEST:,} bytes. {_TRUST}")
        return block
