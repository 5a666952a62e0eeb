"""The prepared cache: what a data set loaded, as arrays that are memory-mapped from then on."""

import hashlib
import json
import shutil
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from zookit.core.data.cache import cache_folder, locked
from zookit.core.data.checks import check_splits
from zookit.core.data.split import subset
from zookit.core.dataset import Dataset, Split, Splits
from zookit.core.errors import DataError
from zookit.core.messages import warn
from zookit.core.parameters import plain_values
from zookit.core.progress import Progress, silent
from zookit.core.source import DataOrigin, DataRequest, Source
from zookit.data.source import find

FORMAT = 1
"""Raised whenever this toolkit decodes or writes differently."""

_NAMED = 5
"""Files left out that are named one by one."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """Splits that are ready for training.

    `hash` is the SHA-256 of the arrays themselves, so two are equal exactly where the pixels and
    labels are, wherever they came from. `word` says full, local or sample.
    """

    splits: Splits
    origin: DataOrigin
    hash: str


def prepare(
    dataset: Dataset,
    request: DataRequest,
    name: str,
    owner: str,
    progress: Progress = silent,
    *,
    found: Callable[[], None] = lambda: None,
) -> Prepared:
    """A data set's splits, memory-mapped from the cache and put there first where they are not.

    Args:
        dataset: the data set.
        request: auto, full or sample.
        name: what messages and the cache call the data set; its own short name.
        owner: `distribution==version`, since another version may load differently.
        progress: told of hashing, downloading and decoding.
        found: called once, when it is known where the data is and all is downloaded, before any of
            it is loaded; not where nothing was found.

    Raises DataError (DataUnavailable, WrongHash) as `find` and the data set itself do.
    """

    @cache
    def opened(source_hash: str) -> tuple[Path | None, Prepared | None]:
        folder = _place(dataset, name, owner, source_hash)
        return folder, None if folder is None else _open(folder)

    source = find(dataset, request, name, lambda known: opened(known)[1] is not None, progress)
    found()
    folder, prepared = (None, None) if source.hash is None else opened(source.hash)
    if folder is None:
        return _loaded(dataset, source, name)
    prepared = prepared or _prepare(dataset, source, name, folder)
    # The same bytes may have been prepared from the pinned set and met again in a folder.
    prepared = replace(prepared, origin=source.origin)
    _tell_left_out(name, prepared.splits.left_out)
    return prepared


def prepared_folder() -> Path:
    """Where prepared sets are kept, a folder each."""
    return cache_folder() / "prepared"


def _place(dataset: Dataset, name: str, owner: str, source_hash: str) -> Path | None:
    """The folder for this source loaded by this code with these parameters.

    None for a class of a notebook or of a prompt, whose code may change unseen.
    """
    kind = type(dataset)
    file = getattr(sys.modules[kind.__module__], "__file__", None)
    if file is None or not Path(file).is_file():
        return None
    # A plugin under development changes without its version changing.
    code_hash = hashlib.sha256(Path(file).read_bytes()).hexdigest()
    made_by = [kind.__module__, kind.__qualname__, owner, code_hash]
    known = [FORMAT, made_by, plain_values(dataset), source_hash]
    key = hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()
    return prepared_folder() / f"{name.rpartition('/')[2].replace(':', '.')}-{key[:16]}"


def _prepare(dataset: Dataset, source: Source, name: str, folder: Path) -> Prepared:
    with ExitStack() as held:
        try:
            held.enter_context(locked(folder.name))
        except OSError as error:  # The lock's own file cannot be written.
            _tell_unwritable(name, error)
            return _loaded(dataset, source, name)
        # Another process may have been faster.
        done = _open(folder)
        if done is not None:
            return done
        loaded = _loaded(dataset, source, name)
        try:
            _write(loaded, name, folder)
        except OSError as error:
            _tell_unwritable(name, error)
        return _open(folder) or loaded


def _tell_unwritable(name: str, error: OSError) -> None:
    warn(
        f"{name}: {cache_folder()} cannot be written ({error.strerror or error}), so the data will "
        "be read anew each time; set ZOOKIT_CACHE_DIR to a folder of yours."
    )


def _loaded(dataset: Dataset, source: Source, name: str) -> Prepared:
    try:
        splits = dataset.load(source)
    except DataError as error:
        raise type(error)(f"{name}: {error}") from None
    except SystemExit as error:
        raise DataError(
            f"{name}: loading it ended the program ({error}). Tell that package's author."
        ) from error
    check_splits(name, dataset.info, splits)
    in_order = {each: _in_order(split) for each, split in splits.by_name().items()}
    splits = Splits(**in_order, left_out=splits.left_out)
    return Prepared(splits, source.origin, _content_hash(splits))


def _in_order(split: Split) -> Split:
    """The same images and labels, as C-ordered uint8 and int64 of this machine."""
    if not split.images.flags.c_contiguous:
        split = subset(split, np.arange(len(split)))
    return Split(split.images, np.ascontiguousarray(split.labels, np.int64))


def _content_hash(splits: Splits) -> str:
    digest = hashlib.sha256()
    for name, split in splits.by_name().items():
        digest.update(f"{name} {split.images.shape}".encode())
        digest.update(split.images.data)
        digest.update(split.labels.data)
    return digest.hexdigest()


def _write(prepared: Prepared, name: str, folder: Path) -> None:
    aside = folder.with_name(f".{folder.name}.aside")
    shutil.rmtree(aside, ignore_errors=True)  # of a process that was killed; we hold the lock
    aside.mkdir(parents=True)
    try:
        for split_name, split in prepared.splits.by_name().items():
            np.save(aside / f"{split_name}-images.npy", split.images)
            np.save(aside / f"{split_name}-labels.npy", split.labels)
        meta = {
            "format": FORMAT,
            "name": name,
            "origin": prepared.origin,
            "hash": prepared.hash,
            "splits": list(prepared.splits.by_name()),
            "left_out": list(prepared.splits.left_out),
        }
        (aside / "meta.json").write_text(json.dumps(meta), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)  # a damaged one
        aside.replace(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _open(folder: Path) -> Prepared | None:
    try:
        meta: dict[str, Any] = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        by_name = {name: _open_split(folder, name) for name in meta["splits"]}
        splits = Splits(**by_name, left_out=tuple(meta["left_out"]))
        return Prepared(splits, meta["origin"], meta["hash"])
    except Exception:  # noqa: BLE001 - absent, or damaged in whatever way and so prepared anew
        return None


def _open_split(folder: Path, name: str) -> Split:
    images = np.load(folder / f"{name}-images.npy", mmap_mode="r")
    return Split(images, np.load(folder / f"{name}-labels.npy"))


def _tell_left_out(name: str, left_out: tuple[str, ...]) -> None:
    for line in left_out[:_NAMED]:
        warn(f"{name}: left out: {line}")
    if len(left_out) > _NAMED:
        warn(f"{name}: left out: {len(left_out) - _NAMED} more files.")
