"""Where a pushed run is stored: a folder, a web server or a bucket."""

import errno
import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path

from zookit.core import FolderError, ZookitError
from zookit.core.addresses import without_secrets
from zookit.core.progress import Advance
from zookit.data.hashes import sha256_of_blocks, sha256_of_file
from zookit.data.part_file import PART, open_part, size_of_part
from zookit.remote.manifest import FileEntry

BLOCK = 1 << 20
"""The bytes that are read at a time."""


class RemoteError(ZookitError):
    """A run cannot be pushed, pulled, signed or verified."""


class NotThere(RemoteError):
    """A storage does not have the file."""


class Unreachable(RemoteError):
    """A storage does not answer; it may do so later."""


class Storage(ABC):
    """The storage of one run, whose files have names such as `files/a/epoch-00001.png`.

    `address` is its address without secrets, for messages; several storages may have the same.
    `key` is a name for files that no other storage has, and does not tell the address.
    """

    def __init__(self, url: str) -> None:
        self.address = without_secrets(url).removesuffix("?...")
        self.key = hashlib.sha256(url.encode()).hexdigest()[:32]

    def at(self, name: str) -> str:
        """Return the address of a file for messages."""
        return f"{self.address.rstrip('/')}/{name}"

    def read(self, name: str, limit: int) -> bytes:
        """Return the content of a small file.

        Raises NotThere, and RemoteError if it cannot be read or has more than `limit` bytes.
        """
        content = bytearray()
        for block in self.blocks(name, 0):
            content += block
            if len(content) > limit:
                raise RemoteError(f"{self.at(name)} has more than {limit:,} bytes.")
        return bytes(content)

    def fetch(self, name: str, entry: FileEntry, path: Path, advance: Advance) -> None:
        """Write a file to `path` once all its bytes are there and have the right hash.

        An incomplete file stays in `NAME.part` beside it; this or a later call continues it.

        Raises:
            RemoteError: the file cannot be read, or is not the one that was pushed.
            OSError: it cannot be written.
        """
        part = path.with_name(f"{path.name}{PART}")
        have = size_of_part(part)
        while True:
            try:
                self._receive(name, entry, part, have, advance)
                self._check(name, entry, part)
            except NotThere:
                raise self.changed(name, "it is missing") from None
            except RemoteError:
                if not have or part.exists():
                    raise
                have = 0  # what was there before did not belong to it
            else:
                part.replace(path)
                return

    def _receive(
        self, name: str, entry: FileEntry, part: Path, have: int, advance: Advance
    ) -> None:
        if have > entry.size:
            have = 0
        with open_part(part, have) as sink:
            advance(have)
            for block in self.blocks(name, have) if have < entry.size else ():
                have += len(block)
                if have > entry.size:
                    break
                sink.write(block)
                advance(len(block))
        if have < entry.size:
            raise self._ended_early(name, entry, have)
        if have > entry.size:
            part.unlink()
            raise self.changed(name, f"it has more than {entry.size:,} bytes")

    def _ended_early(self, name: str, entry: FileEntry, have: int) -> RemoteError:
        return RemoteError(
            f"{self.at(name)} ended after {have:,} of {entry.size:,} bytes. Run the command "
            "again; it continues where it stopped."
        )

    def _check(self, name: str, entry: FileEntry, part: Path) -> None:
        found = sha256_of_file(part)
        if found != entry.sha256:
            part.unlink()
            raise self.changed(name, f"its SHA-256 is {found}, expected {entry.sha256}")

    def changed(self, name: str, reason: str) -> RemoteError:
        """Return the error for a file that is not the one that was pushed."""
        return RemoteError(
            f"{self.at(name)} is not the file that was pushed: {reason}. Nothing was saved. Ask "
            "whoever pushed the run to push it again."
        )

    @abstractmethod
    def blocks(self, name: str, start: int) -> Iterator[bytes]:
        """Yield the bytes of a file from byte `start` on. Raises NotThere and RemoteError."""


class WritableStorage(Storage):
    """A storage that runs can be pushed to."""

    def digest(self, name: str) -> str:
        """Return the SHA-256 of a file, which is read as a whole. Raises RemoteError."""
        return sha256_of_blocks(self.blocks(name, 0))

    def _ended_early(self, name: str, entry: FileEntry, have: int) -> RemoteError:
        if self.size(name) == have:
            return self.changed(name, f"it has only {have:,} of {entry.size:,} bytes")
        return super()._ended_early(name, entry, have)

    @abstractmethod
    def size(self, name: str) -> int | None:
        """Return the size of a file in bytes, None if it is not there. Raises RemoteError."""

    @abstractmethod
    def send(self, path: Path, name: str, advance: Advance) -> None:
        """Write a file, which appears as a whole. Raises RemoteError."""

    @abstractmethod
    def remove(self, name: str) -> None:
        """Remove a file if it is there. Raises RemoteError."""


def unwritable(path: Path, error: OSError) -> FolderError:
    """Return the error for a local file or folder that cannot be written."""
    advice = "Choose another folder."
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        advice = "Free some disk space, and try again."
    elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        advice = "Make the folder writable, or choose another one."
    return FolderError(f"{path} cannot be written: {error.strerror or error}. {advice}")
