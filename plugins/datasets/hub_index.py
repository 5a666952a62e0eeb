"""What a data set repository on a hub contains at a commit, as a file in the cache."""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

from zookit.core import DataError
from zookit.core.data import written_aside

COMMIT = re.compile("[0-9a-f]{40}")
_FORMAT = 1
_MOST_FILES = 10_000
_LARGEST_INDEX = 1 << 26
"""In bytes."""
_FROM_CARD = ("configs", "dataset_info", "license")


@dataclass(frozen=True)
class HubFile:
    """A file of a repository. Git names small ones by their SHA-1; of others the SHA-256 is known.

    Args:
        path: the path in the repository, with slashes.
        size: the size in bytes.
        sha256: the SHA-256, or an empty text.
        blob: Git's name of the content.
    """

    path: str
    size: int
    sha256: str
    blob: str


@dataclass(frozen=True)
class Index:
    """What a repository contains at a commit.

    Args:
        commit: the commit, 40 hexadecimal digits.
        files: the Parquet files, sorted by path.
        card: the metadata at the beginning of the repository's README.md.
        others: how the names of the files of other kinds end, such as `.py`.
    """

    commit: str
    files: tuple[HubFile, ...]
    card: Mapping[str, Any]
    others: tuple[str, ...] = ()


def index_of(info: Any, where: str) -> Index:
    """Return the index of what the hub answered. Raises DataError if it cannot be used."""
    siblings = info.siblings or []
    if len(siblings) > _MOST_FILES:
        raise DataError(
            f"{where} has {len(siblings):,} files, expected at most {_MOST_FILES:,}. Use its "
            "Parquet form: write revision=refs/convert/parquet."
        )
    if not COMMIT.fullmatch(str(info.sha)):
        raise DataError(f"{where}: the hub names no commit.")
    tables = [each for each in siblings if each.rfilename.endswith(".parquet")]
    others = {PurePosixPath(each.rfilename).suffix for each in siblings} - {".parquet", ".md", ""}
    card = info.card_data.to_dict() if info.card_data else {}
    return Index(
        info.sha,
        tuple(sorted((_file(each, where) for each in tables), key=lambda file: file.path)),
        {key: card[key] for key in _FROM_CARD if key in card},
        tuple(sorted(others)),
    )


def read_index(folder: Path, commit: str) -> Index | None:
    """Return an index that was written before, None if there is none or it is damaged."""
    path = folder / f"{commit}.json"
    try:
        status = path.stat()
    except OSError:
        return None
    if status.st_size > _LARGEST_INDEX:
        return None
    return _read_index(path, status.st_mtime_ns)


@lru_cache(maxsize=16)
def _read_index(path: Path, _: int) -> Index | None:
    with suppress(OSError, ValueError, KeyError, TypeError):
        found = json.loads(path.read_text(encoding="utf-8"))
        if found.pop("format") == _FORMAT:
            files = tuple(HubFile(**each) for each in found.pop("files"))
            return Index(files=files, **{**found, "others": tuple(found["others"])})
    return None


def write_index(folder: Path, index: Index, revision: str) -> None:
    """Write an index, and note the commit at which a branch is. Raises OSError."""
    _write(folder / f"{index.commit}.json", json.dumps({"format": _FORMAT, **asdict(index)}))
    if revision != index.commit:
        _write(_note_of(folder, revision), index.commit)


def read_commit(folder: Path, revision: str) -> str:
    """Return the commit at which a branch was, an empty text if that is not known."""
    with suppress(OSError, ValueError):
        text = _note_of(folder, revision).read_text(encoding="ascii")
        return text if COMMIT.fullmatch(text) else ""
    return ""


def _file(sibling: Any, where: str) -> HubFile:
    path = PurePosixPath(sibling.rfilename)
    if path.is_absolute() or ".." in path.parts or "\\" in sibling.rfilename:
        raise DataError(f"{where} has a file {sibling.rfilename!r}, outside of its folder.")
    large = sibling.lfs
    size = large.size if large else sibling.size
    sha256 = large.sha256 if large else ""
    return HubFile(sibling.rfilename, int(size or 0), sha256, sibling.blob_id or "")


def _note_of(folder: Path, revision: str) -> Path:
    return folder / f"at-{quote(revision, safe='')}"


def _write(path: Path, text: str) -> None:
    with written_aside(path) as aside:
        aside.write_text(text, encoding="utf-8")
