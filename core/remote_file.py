"""A published file of a data set."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RemoteFile:
    """A published file, pinned by its SHA-256.

    Args:
        name: the file name.
        sha256: the SHA-256 of the file in hexadecimal; with `decompressed`, of its content.
        urls: where to download the file, in order of preference.
        size: the size in bytes, if known; with `decompressed`, of its content. No more is received
            or unpacked. Without it, at most half of the free disk is filled.
        decompressed: whether the hash is that of the content of a .gz file. Mirrors may compress
            differently, and the file may also be present without .gz.
    """

    name: str
    sha256: str
    urls: tuple[str, ...]
    size: int | None = None
    decompressed: bool = False

    def names(self) -> tuple[str, ...]:
        """Return the names that the file may have in a folder."""
        return (self.name, self.name.removesuffix(".gz")) if self.decompressed else (self.name,)
