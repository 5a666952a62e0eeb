"""The prepared cache: the images and labels of a data set as memory-mapped arrays."""

import hashlib
import json
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path

import numpy as np

from zookit.core import ComponentSpec, Words
from zookit.core.data.cache import cache_folder, locked
from zookit.core.data.checks import check_splits
from zookit.core.data.duplicates import copies_in, count_duplicates, without_duplicates
from zookit.core.data.files import warn_of_skipped
from zookit.core.data.split import subset
from zookit.core.dataset import Dataset, Split, Splits
from zookit.core.errors import DataError
from zookit.core.messages import counted, warn
from zookit.core.parameters import plain_values
from zookit.core.progress import Progress, silent
from zookit.core.source import DataOrigin, DataRequest, Source
from zookit.data.dataset_info import checked_info
from zookit.data.fetching import fetched
from zookit.data.prepared_folder import content_hash, open_folder, write_folder
from zookit.data.source import find
from zookit.registry import Built, default
from zookit.registry.blame import describe, plugins_blamed
from zookit.registry.built import warn_of_old_names
from zookit.registry.code import code_hash

FORMAT = 4
"""Increased whenever zookit decodes or writes differently."""
_FEW_SHARED = 0.01
"""The fraction of a published test split that may be in the training split too."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """Splits that are ready for training.

    `hash` is the SHA-256 of the arrays: two hashes are equal if and only if all pixels and labels
    are equal, whatever the source. `duplicates` has the number of images that were left out of a
    split because another one has them too, by split name. `copies` has the indices of training
    images that are equal pixel by pixel, one sequence for each of them. Both are empty for
    published data, whose splits stay as they are: `shared` has the number of images of a split that
    another one has too.
    """

    splits: Splits
    origin: DataOrigin
    hash: str
    duplicates: Mapping[str, int] = field(default_factory=dict)
    copies: Sequence[Sequence[int]] = ()
    shared: Mapping[str, int] = field(default_factory=dict)


def prepare(
    dataset: Dataset,
    request: DataRequest,
    name: str,
    owner: str,
    progress: Progress = silent,
    *,
    found: Callable[[], None] = lambda: None,
) -> Prepared:
    """Return the splits of a data set, memory-mapped from the cache, which is filled if needed.

    Args:
        dataset: the data set.
        request: auto, full or sample.
        name: the short name of the data set, for messages and the cache.
        owner: `distribution==version`; another version may load differently.
        progress: reports hashing, downloading and decoding.
        found: called once all files are found and downloaded, before any is loaded.

    Raises:
        DataUnavailable: the full set was requested and is not available.
        WrongHash: a downloaded file does not have the pinned SHA-256.
        DataError: the data cannot be loaded, or is not what the data set's info describes.
    """
    opened = cache(partial(_open_intact, name))  # which verifies it
    intact = partial(find_prepared, dataset, name, owner, opened=opened)
    source = find(dataset, request, name, intact, progress)
    found()
    folder = None if source.hash is None else _folder(dataset, name, owner, source.hash)
    if folder is None:
        prepared = _load(dataset, source, name)
    else:
        prepared = opened(folder) or _prepare(dataset, source, name, folder)
        # The same files may have been prepared from another place.
        prepared = replace(prepared, origin=source.origin)
    warn_of_skipped(name, prepared.splits.left_out)
    _warn_of_duplicates(name, prepared)
    _warn_of_shared(name, prepared)
    if prepared.copies:
        _warn_of_contradictions(name, prepared, dataset.info.class_names)
    return prepared


def prepare_named(
    given: str | Words | ComponentSpec | Dataset, request: DataRequest, progress: Progress = silent
) -> tuple[Built[Dataset], Prepared]:
    """Look up a data set and prepare it. Raises ZookitError as both steps do."""
    built = fetched(default.datasets.build(given))
    warn_of_old_names(built)
    name, owner = built.spec.short_name, built.owner or ""
    return built, prepare(built.component, request, name, owner, progress)


def find_prepared(
    dataset: Dataset,
    name: str,
    owner: str,
    source_hash: str,
    *,
    opened: Callable[[Path], Prepared | None] | None = None,
) -> Path | None:
    """Return the folder of the prepared data for files of this hash, if it is intact.

    `opened` opens it; by default a damaged one is left as it is.
    """
    folder = _folder(dataset, name, owner, source_hash)
    with suppress(DataError):
        if folder is not None and (opened or _open)(folder) is not None:
            return folder
    return None


def prepared_folder() -> Path:
    """Return the folder of all prepared data sets."""
    return cache_folder() / "prepared"


def _folder(dataset: Dataset, name: str, owner: str, source_hash: str) -> Path | None:
    """Return the folder for files of this hash, loaded by this code with these parameters.

    None for a class of a notebook or a prompt, whose code may change without a trace.
    """
    kind = type(dataset)
    file = getattr(sys.modules.get(kind.__module__), "__file__", None)
    if file is None or not Path(file).is_file():
        return None
    # The code of a plugin under development changes, its version does not.
    code = code_hash(kind) or hashlib.sha256(Path(file).read_bytes()).hexdigest()
    made_by = [kind.__module__, kind.__qualname__, owner, code]
    content = [FORMAT, made_by, plain_values(dataset), source_hash]
    key = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    return prepared_folder() / f"{name.rpartition('/')[2].replace(':', '.')}-{key[:16]}"


def _prepare(dataset: Dataset, source: Source, name: str, folder: Path) -> Prepared:
    with ExitStack() as held:
        try:
            held.enter_context(locked(folder.name))
        except OSError as error:  # the file of the lock cannot be written
            _warn_of_cache(name, error)
            return _load(dataset, source, name)
        # Another process may have prepared it while this one waited for the lock.
        prepared = _open_intact(name, folder)
        if prepared is not None:
            return prepared
        loaded = _load(dataset, source, name)
        try:
            _write(loaded, name, folder)
        except OSError as error:
            _warn_of_cache(name, error)
        return _open_intact(name, folder) or loaded


def _warn_of_cache(name: str, error: OSError) -> None:
    warn(
        f"{name}: {cache_folder()} cannot be written ({error.strerror or error}), so each run "
        "prepares the data again. Set ZOOKIT_CACHE_DIR to a folder that you can write to."
    )


def _load(dataset: Dataset, source: Source, name: str) -> Prepared:
    with plugins_blamed(dataset):
        try:
            splits = dataset.load(source)
        except DataError as error:
            raise type(error)(f"{name}: {error}") from None
        check_splits(describe(dataset, name), checked_info(dataset), splits)
    in_order = {each: _in_order(split) for each, split in splits.by_name().items()}
    splits = Splits(**in_order, left_out=splits.left_out)
    duplicates: Mapping[str, int] = {}
    copies: Sequence[Sequence[int]] = ()
    shared: Mapping[str, int] = {}
    # Splits with pinned files are published, and stay as they are to be comparable.
    if dataset.folder is not None or dataset.downloaded is not None:
        try:
            splits, duplicates = without_duplicates(splits)
        except DataError as error:
            raise DataError(f"{name}: {error}") from None
        copies = copies_in(splits.train)
    else:
        shared = count_duplicates(splits)
    return Prepared(splits, source.origin, content_hash(splits), duplicates, copies, shared)


def _in_order(split: Split) -> Split:
    """Return the images in C order, and the labels as int64 in the byte order of this machine."""
    if not split.images.flags.c_contiguous:
        split = subset(split, np.arange(len(split)))
    return Split(split.images, np.ascontiguousarray(split.labels, np.int64))


def _write(prepared: Prepared, name: str, folder: Path) -> None:
    write_folder(
        folder,
        prepared.splits,
        {
            "format": FORMAT,
            "name": name,
            "origin": prepared.origin,
            "hash": prepared.hash,
            "duplicates": dict(prepared.duplicates),
            "copies": prepared.copies,
            "shared": dict(prepared.shared),
        },
    )


def _open_intact(name: str, folder: Path) -> Prepared | None:
    """Return what is prepared in a folder; remove it and say so if it is damaged."""
    try:
        return _open(folder)
    except DataError as error:
        warn(f"{name}: {error}, so it is prepared again.")
        shutil.rmtree(folder, ignore_errors=True)
        return None


def _open(folder: Path) -> Prepared | None:
    """Return what is prepared in a folder, None if nothing is. Raises DataError for damage."""
    opened = open_folder(folder)
    if opened is None:
        return None
    splits, meta = opened
    found = (meta[name] for name in ("origin", "hash", "duplicates", "copies", "shared"))
    return Prepared(splits, *found)


def _warn_of_duplicates(name: str, prepared: Prepared) -> None:
    for split, count in prepared.duplicates.items():
        between = split == "test" and prepared.splits.validation is not None
        others = "training or validation" if between else "training"
        warn(
            f"{name}: {counted(count, 'image')} of the {split} split left out, because the "
            f"{others} split has the same pixels."
        )


def _warn_of_shared(name: str, prepared: Prepared) -> None:
    for split, count in prepared.shared.items():
        size = len(prepared.splits.by_name()[split])
        if count > _FEW_SHARED * size:
            warn(
                f"{name}: of the {split} split, {count:,} of {counted(size, 'image')} are in "
                f"another split too, pixel by pixel, so its accuracy is too high. Report this to "
                "the author of the data set."
            )


def _warn_of_contradictions(name: str, prepared: Prepared, class_names: Sequence[str]) -> None:
    labels = prepared.splits.train.labels
    several = [np.unique(labels[list(each)]) for each in prepared.copies]
    contradictory = [each for each in several if len(each) > 1]
    if contradictory:
        first, second = (class_names[label] for label in contradictory[0][:2])
        warn(
            f"{name}: {counted(len(contradictory), 'training image')} in more than one class, "
            f"pixel by pixel, such as in {first!r} and {second!r}. Remove the wrong copies."
        )
