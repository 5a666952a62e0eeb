"""SHA-256 of files and folders, remembered as long as no file's size or time has changed."""

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

from zookit.core.data.cache import cache_folder, written_aside
from zookit.core.data.content import content_blocks
from zookit.core.data.progress import Progress, silent
from zookit.core.errors import DataError


def sha256_of_file(path: Path, *, decompressed: bool = False) -> str:
    """SHA-256 in hexadecimal of a file's bytes, or of what it holds where it is a gzip file.

    Raises DataError where the file cannot be read or is cut off.
    """
    digest = hashlib.sha256()
    for block in content_blocks(path, decompressed=decompressed):
        digest.update(block)
    return digest.hexdigest()


def sha256_of_folder(folder: Path, progress: Progress = silent) -> str:
    """SHA-256 over the names and bytes of all files below a folder, in the order of their names."""

    def compute() -> str:
        files = list(_files(folder))
        total = sum(path.stat().st_size for path in files)
        digest = hashlib.sha256()
        with progress(f"reading {folder.name}", total, "bytes") as advance:
            for path in files:
                digest.update(f"{path.relative_to(folder).as_posix()}\0".encode())
                digest.update(bytes.fromhex(sha256_of_file(path)))
                advance(path.stat().st_size)
        return digest.hexdigest()

    return remembered("folder", folder, compute)


def remembered(kind: str, folder: Path, compute: Callable[[], str]) -> str:
    """`compute()`, or what it gave when no file below `folder` had another size or time."""
    try:
        seen = [
            (str(path.relative_to(folder)), path.stat().st_size, path.stat().st_mtime_ns)
            for path in _files(folder)
        ]
    except OSError as error:
        raise DataError(f"{folder} cannot be read: {error.strerror or error}.") from None
    signature = hashlib.sha256(json.dumps([kind, str(folder), seen]).encode()).hexdigest()
    note = cache_folder() / "hashes" / signature
    try:
        return note.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        value = compute()
    try:
        with written_aside(note) as aside:
            aside.write_text(value, encoding="ascii")
    except OSError:
        pass  # A cache that cannot be written costs time, never the run; `prepare` says so once.
    return value


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())
