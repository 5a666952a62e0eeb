"""Where a data set's files are: found once, before anything is loaded."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from zookit.core.data.cache import cache_folder, locked
from zookit.core.dataset import Dataset
from zookit.core.errors import DataError, DataUnavailable
from zookit.core.messages import warn
from zookit.core.progress import Progress, silent
from zookit.core.remote_file import RemoteFile
from zookit.core.source import DataRequest, Source
from zookit.data.hashes import remembered, sha256_of_file, sha256_of_folder


def find(
    dataset: Dataset,
    request: DataRequest,
    name: str,
    is_prepared: Callable[[str], bool],
    progress: Progress = silent,
) -> Source:
    """The source that `request` means for this data set, downloading what must be.

    Args:
        dataset: the data set.
        request: full, sample, or auto: full where it is available, otherwise the sample.
        name: what messages call the data set.
        is_prepared: whether files with that hash were prepared before and so need not be found.
        progress: told of hashing and downloading.

    Raises:
        DataUnavailable: the full set was asked for and cannot be had.
        WrongHash: a server sent other bytes than the pinned ones.
        DataError: a folder that was named cannot serve, or there is no sample.
    """
    if dataset.folder is not None:
        if request == "sample":
            raise DataError(f"{name} reads your own folder and has no sample; leave --data out.")
        hashed = sha256_of_folder(dataset.folder, progress)
        return Source("local", dataset.folder, hashed, "your folder", progress)
    if request == "sample":
        return _bundled(dataset, name, progress)
    if not dataset.files:
        return Source("full", None, None, "made by the data set", progress)
    try:
        return _full(dataset, name, is_prepared, progress)
    except DataUnavailable as error:
        if request == "full" or dataset.sample is None:
            else_sample = " Or train with --data sample." if dataset.sample else ""
            raise DataUnavailable(f"{name}: {error}{else_sample}") from None
        warn(f"{name}: using the small bundled sample, because {error}")
        return _bundled(dataset, name, progress)


def _bundled(dataset: Dataset, name: str, progress: Progress) -> Source:
    if dataset.sample is None:
        raise DataError(f"{name} bundles no sample; use --data full or auto.")
    return Source(
        "sample", dataset.sample, sha256_of_folder(dataset.sample), "the bundled sample", progress
    )


def _full(
    dataset: Dataset, name: str, is_prepared: Callable[[str], bool], progress: Progress
) -> Source:
    pinned = hashlib.sha256("".join(file.sha256 for file in dataset.files).encode()).hexdigest()
    named = _named_folder(dataset)
    if named is not None:
        if _is_pinned(dataset, named):
            return Source("full", named, pinned, "ZOOKIT_DATA_DIR", progress)
        hashed = sha256_of_folder(named, progress)
        return Source("local", named, hashed, "ZOOKIT_DATA_DIR", progress)
    downloads = downloads_folder() / dataset.home
    if is_prepared(pinned):
        return Source("full", downloads, pinned, "prepared before", progress)
    for text in dataset.system:
        folder = Path(text).expanduser()
        if folder.is_dir() and _has_all(dataset, folder):
            if _is_pinned(dataset, folder):
                return Source("full", folder, pinned, "the system", progress)
            warn(f"{name}: {folder} was passed over: its files are not the pinned ones.")
    _download_all(dataset, downloads, progress)
    return Source("full", downloads, pinned, "downloaded", progress)


def downloads_folder() -> Path:
    """Where downloaded files are kept."""
    return cache_folder() / "downloads"


def _named_folder(dataset: Dataset) -> Path | None:
    named = os.environ.get("ZOOKIT_DATA_DIR")
    if not named:
        return None
    root = Path(named).expanduser().absolute()
    if not root.is_dir():
        raise DataError(
            f"ZOOKIT_DATA_DIR is {named!r}, which is not a folder. Name a folder that holds "
            f"{dataset.home}/, or unset it."
        )
    return root / dataset.home if (root / dataset.home).is_dir() else None


def _has_all(dataset: Dataset, folder: Path) -> bool:
    return all(any((folder / name).is_file() for name in file.names()) for file in dataset.files)


def _is_pinned(dataset: Dataset, folder: Path) -> bool:
    if not _has_all(dataset, folder):
        return False
    kind = f"pinned {dataset.files}"
    return remembered(kind, folder, lambda: str(_has_all_whole(dataset, folder))) == str(True)


def _has_all_whole(dataset: Dataset, folder: Path) -> bool:
    paths = (
        next(folder / name for name in file.names() if (folder / name).is_file())
        for file in dataset.files
    )
    return all(_is_whole(path, file) for path, file in zip(paths, dataset.files, strict=True))


def _download_all(dataset: Dataset, folder: Path, progress: Progress) -> None:
    from zookit.data.download import download

    mirror = os.environ.get("ZOOKIT_MIRROR")
    try:
        with locked(f"download-{dataset.home}"):
            for file in dataset.files:
                if (folder / file.name).is_file() and _is_whole(folder / file.name, file):
                    continue
                urls = file.urls
                if mirror:
                    urls = (f"{mirror.rstrip('/')}/{dataset.home}/{file.name}", *urls)
                download(file, urls, folder, progress)
    except DataUnavailable as error:
        raise DataUnavailable(
            f"the full set cannot be had: {error}. To have it, connect to the network, or put its "
            f"files into a folder {dataset.home} and set ZOOKIT_DATA_DIR to the folder that holds "
            "it, or set ZOOKIT_MIRROR to the address of a copy."
        ) from None
    except OSError as error:
        raise DataUnavailable(
            f"{folder} cannot be written ({error.strerror or error}). Free some room, or set "
            "ZOOKIT_CACHE_DIR to a folder of yours."
        ) from None


def _is_whole(path: Path, file: RemoteFile) -> bool:
    try:
        return sha256_of_file(path, decompressed=file.decompressed) == file.sha256
    except DataError:
        return False
