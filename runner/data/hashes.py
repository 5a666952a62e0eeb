"""SHA-256 of files and folders, cached until the size or time of a file changes."""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

from zookit.core.data.cache import cache_folder, written_aside
from zookit.core.data.content import content_blocks
from zookit.core.data.files import files_below
from zookit.core.data.threads import in_threads
from zookit.core.errors import DataError
from zookit.core.progress import Progress, silent


def sha256_of_file(path: Path, *, decompressed: bool = False) -> str:
    """Return the SHA-256 of a file in hexadecimal.

    With `decompressed`, a gzip file is hashed by its content. Raises DataError if the file cannot
    be read or is incomplete.
    """
    digest = hashlib.sha256()
    for block in content_blocks(path, decompressed=decompressed):
        digest.update(block)
    return digest.hexdigest()


def sha256_of_folder(folder: Path, progress: Progress = silent) -> str:
    """Return the SHA-256 of the names and bytes of all files below a folder, sorted by name."""

    def compute() -> str:
        files = list(files_below(folder))
        total = sum(path.stat().st_size for path in files)
        digest = hashlib.sha256()
        with (
            progress(f"reading {folder.name}", total, "bytes") as advance,
            in_threads(sha256_of_file, files) as hashes,
        ):
            for path, hashed in zip(files, hashes, strict=True):
                digest.update(os.fsencode(f"{path.relative_to(folder).as_posix()}\0"))
                digest.update(bytes.fromhex(hashed))
                advance(path.stat().st_size)
        return digest.hexdigest()

    return remembered("folder", folder, compute)


def remembered(kind: str, folder: Path, compute: Callable[[], str]) -> str:
    """Return `compute()`, cached until the size or time of a file below `folder` changes."""
    try:
        seen = [(str(path), *_state(path)) for path in files_below(folder)]
    except OSError as error:
        raise DataError(f"{folder} cannot be read: {error.strerror or error}.") from None
    signature = hashlib.sha256(json.dumps([kind, str(folder), seen]).encode()).hexdigest()
    note = cache_folder() / "hashes" / signature
    try:
        text = note.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        text = ""
    if text.endswith("\n"):  # otherwise missing or incomplete
        return text.removesuffix("\n")
    value = compute()
    try:
        with written_aside(note) as aside:
            aside.write_text(f"{value}\n", encoding="ascii")
    except OSError:
        pass  # Without a cache this is only slower; `prepare` warns once.
    return value


def _state(path: Path) -> tuple[int, int, int]:
    stat = path.stat()
    # st_ctime too: copying and unpacking keep st_mtime, but nothing can set st_ctime.
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns
