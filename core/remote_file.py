"""A published file that a data set consists of."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RemoteFile:
    """A published file.

    `sha256` is that of the file, or with `decompressed` of what the .gz file holds, since mirrors
    compress differently; then the file is taken without .gz too. `size` is in bytes.
    """

    name: str
    sha256: str
    urls: tuple[str, ...]
    size: int | None = None
    decompressed: bool = False

    def names(self) -> tuple[str, ...]:
        """The names under which a folder may hold the file."""
        return (self.name, self.name.removesuffix(".gz")) if self.decompressed else (self.name,)
