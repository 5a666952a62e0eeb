"""A prepared data set on disk: written once, verified whenever it is opened.

Every block of each file has a checksum. Opening compares the files' sizes and times with those
noted when they were written. If they are equal, as is usual, a random sample of the blocks is
verified, which takes about 2 ms; otherwise everything is.
"""

import hashlib
import json
import random
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from io import BufferedReader
from pathlib import Path
from typing import Any, cast

import numpy as np

from zookit.core.data.files import state_of
from zookit.core.data.writing import written_aside
from zookit.core.dataset import Split, Splits
from zookit.core.errors import DataError, typed_reason_of
from zookit.core.reading import check_regular, open_regular, parse_json, read_text_bounded

_META = "meta.json"
_CHECKSUMS = "checksums.npy"
_BLOCK = 1 << 16
"""Bytes with one checksum."""
_SAMPLED = 64
"""Blocks to verify. They find 4 MB of damage in 47 MB with a probability of 99.7 %."""
_LARGEST_META = 1 << 28


class _ChangedError(Exception):
    """Something is not what was written."""


def write_folder(folder: Path, splits: Splits, about: Mapping[str, Any]) -> None:
    """Write splits and a description of them, in place of a folder that may exist.

    Raises OSError if the folder cannot be written.
    """
    with written_aside(folder) as aside:
        aside.mkdir()
        for name, split in splits.by_name().items():
            np.save(_images(aside, name), split.images)
            np.save(_labels(aside, name), split.labels)
        names = list(splits.by_name())
        sums = [_checksum(block) for path in _arrays(aside, names) for block in _blocks(path)]
        np.save(aside / _CHECKSUMS, np.array(sums, np.uint32))
        for path in _files(aside, names):
            path.chmod(0o444)  # truncating a file in use would kill the process
        described = {"folder": folder.name, "splits": names, "left_out": list(splits.left_out)}
        _write_meta(aside, {**about, **described})
        if folder.exists():
            folder.rename(aside.with_name("damaged"))


def open_folder(folder: Path) -> tuple[Splits, dict[str, Any]] | None:
    """Return the splits, memory-mapped, and their description. None if there is no such folder.

    Raises DataError, whose message is a clause without a full stop, if damage is found.
    """
    if not folder.is_dir():
        return None
    try:
        meta, splits = _opened(folder)
        if meta["times"] == _times(_files(folder, meta["splits"])):
            _verify_sample(folder, meta["splits"])
        else:
            _verify_all(folder, meta, splits)
            _note_times(folder, meta)
    except Exception as error:  # damage has many faces
        raise _damaged(folder, error) from error
    return splits, meta


def verify_folder(folder: Path) -> None:
    """Read everything. Raises DataError as `open_folder` does."""
    try:
        meta, splits = _opened(folder)
        _verify_all(folder, meta, splits)
    except Exception as error:
        raise _damaged(folder, error) from error


def content_hash(splits: Splits) -> str:
    """Return the SHA-256 of all pixels and labels."""
    digest = hashlib.sha256()
    for name, split in splits.by_name().items():
        digest.update(f"{name} {split.images.shape}".encode())
        digest.update(split.images.data)
        digest.update(split.labels.data)
    return digest.hexdigest()


def read_meta(folder: Path) -> dict[str, Any]:
    """Return the description as it is written, of whatever format. Raises OSError or ValueError."""
    meta = parse_json(read_text_bounded(folder / _META, _LARGEST_META))
    if not isinstance(meta, dict):
        raise ValueError(f"{_META} is not a table")  # noqa: TRY004 - of content, not of code
    return meta


def _opened(folder: Path) -> tuple[dict[str, Any], Splits]:
    meta = read_meta(folder)
    if meta.pop("checksum", None) != _checksum_of(meta):
        raise _ChangedError(f"{_META} has changed")
    if meta["folder"] != folder.name:  # somebody copied another data set over it
        raise _ChangedError(f"it has the content of {meta['folder']}")
    for path in _files(folder, meta["splits"]):
        _check_size(path, meta["times"][path.name][0])
    by_name = {name: _open_split(folder, name) for name in meta["splits"]}
    return meta, Splits(**by_name, left_out=tuple(meta["left_out"]))


def _check_size(path: Path, size: int) -> None:
    """Raise an error unless it is a regular file of that size: NumPy would wait for a FIFO."""
    status = path.stat()
    check_regular(status, path)
    if status.st_size != size:
        raise _ChangedError(f"{path.name} has {status.st_size:,} bytes, expected {size:,}")


def _open_split(folder: Path, name: str) -> Split:
    images = np.load(_images(folder, name), mmap_mode="r")
    return Split(images, np.load(_labels(folder, name)))


def _verify_sample(folder: Path, names: list[str]) -> None:
    sums = np.load(folder / _CHECKSUMS)
    # SystemRandom: the global generator decides about trainings.
    chosen = set(random.SystemRandom().sample(range(len(sums)), min(len(sums), _SAMPLED)))
    block, end = memoryview(bytearray(_BLOCK)), 0
    for path in _arrays(folder, names):
        start, end = end, end + -(-path.stat().st_size // _BLOCK)
        with open_regular(path) as file:
            for each in chosen.intersection(range(start, end)):
                file.seek((each - start) * _BLOCK)
                size = cast(BufferedReader, file).readinto(block)
                if _checksum(block[:size]) != sums[each]:
                    raise _ChangedError(f"{path.name} has changed")
    if end != len(sums):
        raise _ChangedError(f"{_CHECKSUMS} is of other files")


def _verify_all(folder: Path, meta: Mapping[str, Any], splits: Splits) -> None:
    sums = iter(np.load(folder / _CHECKSUMS).tolist())
    for path in _arrays(folder, meta["splits"]):
        for block in _blocks(path):
            if _checksum(block) != next(sums, None):
                raise _ChangedError(f"{path.name} has changed")
    if content_hash(splits) != meta["hash"]:
        raise _ChangedError(f"the hash in {_META} has changed")


def _note_times(folder: Path, meta: Mapping[str, Any]) -> None:
    """Note the files' times again, since the folder was copied or touched."""
    with suppress(OSError):  # somebody else's cache, which is verified whenever it is opened
        _write_meta(folder, meta)


def _write_meta(folder: Path, about: Mapping[str, Any]) -> None:
    meta = {**about, "times": _times(_files(folder, about["splits"]))}
    with written_aside(folder / _META) as aside:
        aside.write_text(json.dumps({**meta, "checksum": _checksum_of(meta)}), encoding="utf-8")


def _times(paths: Iterator[Path]) -> dict[str, list[int]]:
    return {path.name: list(state_of(path.stat())) for path in paths}


def _files(folder: Path, names: list[str]) -> Iterator[Path]:
    yield from _arrays(folder, names)
    yield folder / _CHECKSUMS


def _arrays(folder: Path, names: list[str]) -> Iterator[Path]:
    for name in names:
        yield _images(folder, name)
        yield _labels(folder, name)


def _images(folder: Path, name: str) -> Path:
    return folder / f"{name}-images.npy"


def _labels(folder: Path, name: str) -> Path:
    return folder / f"{name}-labels.npy"


def _blocks(path: Path) -> Iterator[bytes]:
    with open_regular(path) as file:
        yield from iter(lambda: file.read(_BLOCK), b"")


def _checksum(block: bytes | memoryview) -> int:
    return zlib.crc32(block)


def _checksum_of(meta: Mapping[str, Any]) -> int:
    return _checksum(json.dumps(meta, sort_keys=True).encode())


def _damaged(folder: Path, error: Exception) -> DataError:
    if isinstance(error, FileNotFoundError):
        reason = f"{Path(error.filename).name} is missing"
    else:
        reason = str(error) if isinstance(error, _ChangedError) else typed_reason_of(error)
    return DataError(f"{folder} is damaged ({reason})")
