"""SHA-256 of files and folders, cached until the size or time of a file changes."""

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from zookit.core.data.cache import cache_folder, cache_subfolder
from zookit.core.data.content import content_blocks
from zookit.core.data.files import Entry, entries_below, warn_of_skipped
from zookit.core.data.threads import in_threads
from zookit.core.data.writing import written_aside
from zookit.core.errors import DataError
from zookit.core.progress import Progress, silent
from zookit.core.reading import read_text_bounded

_SHA256 = re.compile("[0-9a-f]{64}")


def is_sha256(text: str) -> bool:
    """Return whether a text is a SHA-256 in hexadecimal."""
    return _SHA256.fullmatch(text) is not None


def sha256_of_file(path: Path, *, decompressed: bool = False) -> str:
    """Return the SHA-256 of a file in hexadecimal.

    With `decompressed`, a gzip file is hashed by its content. Raises DataError if the file cannot
    be read or is incomplete.
    """
    return sha256_of_blocks(content_blocks(path, decompressed=decompressed))


def sha256_of_blocks(blocks: Iterable[bytes]) -> str:
    """Return the SHA-256 of the bytes of all blocks together, in hexadecimal."""
    digest = hashlib.sha256()
    for block in blocks:
        digest.update(block)
    return digest.hexdigest()


def sha256_of_folder(folder: Path, progress: Progress = silent) -> str:
    """Return the SHA-256 of the names and bytes of all files below a folder, sorted by name.

    Junk (see `zookit.core.data.junk`) does not count. A file that disappears while it is read is
    skipped with a warning, and of what cannot be read only the name counts. Raises DataError if the
    folder itself cannot be read.
    """
    entries = list(entries_below(folder))

    def compute() -> str:
        total = sum(sum(entry.state[:1]) for entry in entries)
        digest = hashlib.sha256()
        gone = []
        with (
            progress(f"reading {folder.name}", total, "bytes") as advance,
            in_threads(partial(_content_of, folder), entries) as contents,
        ):
            for entry, content in zip(entries, contents, strict=True):
                if content is None:
                    gone.append(f"{entry.path} disappeared while {folder} was read")
                else:
                    digest.update(os.fsencode(f"{entry.path.relative_to(folder).as_posix()}\0"))
                    digest.update(content)
                advance(sum(entry.state[:1]))
        warn_of_skipped(folder.name, gone)
        return digest.hexdigest()

    return _remembered("folder", folder, entries, compute)


def _content_of(folder: Path, entry: Entry) -> bytes | None:
    """Return the bytes that represent an entry in a hash; None if it has disappeared."""
    if entry.kind == "again":
        return os.fsencode(f"again {os.path.relpath(entry.detail, folder)}\0")
    if entry.kind == "file":
        try:
            return bytes.fromhex(sha256_of_file(entry.path))
        except DataError:
            if not os.path.lexists(entry.path):
                return None
    return b"unreadable"


def remembered(kind: str, folder: Path, compute: Callable[[], str]) -> str:
    """Return `compute()`, cached until the size or time of a file below `folder` changes."""
    return _remembered(kind, folder, entries_below(folder), compute)


def _remembered(
    kind: str, folder: Path, entries: Iterable[Entry], compute: Callable[[], str]
) -> str:
    seen = [(str(entry.path), entry.kind, entry.detail, *entry.state) for entry in entries]
    signature = hashlib.sha256(json.dumps([kind, str(folder), seen]).encode()).hexdigest()
    note = cache_folder() / "hashes" / signature
    try:
        text = read_text_bounded(note, 1000)
    except (OSError, UnicodeDecodeError):
        text = ""
    if text.endswith("\n"):  # otherwise missing or incomplete
        return text.removesuffix("\n")
    value = compute()
    try:
        cache_subfolder("hashes")
        with written_aside(note) as aside:
            aside.write_text(f"{value}\n", encoding="ascii")
    except OSError:
        pass  # Without a cache this is only slower; `prepare` warns once.
    return value
