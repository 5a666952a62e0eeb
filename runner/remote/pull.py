"""Pulls a run: copies it from an address into the folder of runs, or into the cache to use it."""

import errno
import os
import shutil
import stat
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from zookit.core import BadRun, FolderError, warn
from zookit.core.data.cache import PULLED, cache_folder, cache_subfolder, locked
from zookit.core.data.writing import written_aside
from zookit.core.messages import option
from zookit.core.progress import Progress, silent
from zookit.core.reading import read_bounded
from zookit.data.hashes import sha256_of_file
from zookit.data.part_file import PART
from zookit.remote.manifest import (
    LARGEST,
    MANIFEST,
    BadManifest,
    FileEntry,
    Manifest,
    parse_manifest,
)
from zookit.remote.signature import SIGNATURE, check_key, verify
from zookit.remote.storage import NotThere, RemoteError, Storage, Unreachable, unwritable
from zookit.remote.storage_at import storage_at
from zookit.runs.run import CHECKPOINT, read_run
from zookit.runs.writer import check_runs_dir


@dataclass(frozen=True)
class Pulled:
    """What a pull did: the run's folder, and whether it was there already."""

    folder: Path
    files: int
    size: int
    was_there: bool


def pull_run(
    url: str, runs_dir: Path, *, key: Path | None = None, progress: Progress = silent
) -> Pulled:
    """Copy a pushed run into a folder of runs.

    Every file is checked by its hash. The run appears in `runs_dir` once all of it is there; what
    has arrived before waits in the cache, where the next call continues.

    Args:
        url: the address that the run was pushed to, or the path of a folder.
        runs_dir: the folder of runs, which is created.
        key: the public key with which the run's signature is verified.
        progress: reports the bytes that arrive.

    Raises:
        RemoteError: there is no run, it is not as it was pushed, or not signed with the key.
        BadRun: what was pushed is not a valid run.
        FolderError: `runs_dir` cannot be written, or has a different run of this name.
        NotInstalled: the address or the signature needs another package.
    """
    check_runs_dir(runs_dir)
    storage = storage_at(url)
    if key is not None:
        check_key(key)
    manifest = _manifest_at(storage)
    if key is not None and SIGNATURE not in manifest.files:
        raise RemoteError(
            f"{storage.address} is not signed, so nothing was pulled. Ask whoever pushed it to "
            f"sign it, or pull it without {option('--verify', 'verify')}."
        )
    target = runs_dir / manifest.name
    if os.path.lexists(target):
        _check_same(target, manifest, storage)
        if key is not None:
            verify(target, key)
        return Pulled(target.absolute(), len(manifest.files), manifest.size, was_there=True)
    with _staged(storage, manifest, manifest.files, progress) as folder:
        if key is not None:
            verify(folder, key)
        _check_run(folder, storage)
        try:
            with written_aside(target) as aside:
                if _is_used(folder):
                    _copy(folder, aside, manifest)
                else:
                    _move(folder, aside, manifest)
        except OSError as error:
            raise unwritable(target, error) from None
    return Pulled(target.absolute(), len(manifest.files), manifest.size, was_there=False)


def run_at(url: str, progress: Progress = silent) -> Path:
    """Return the folder in the cache of a run that is named by its address, as it is there now.

    Only what has changed is pulled, and no checkpoint, which only resuming needs. If the storage
    does not answer, a warning says that the copy of an earlier call is used. Raises as `pull_run`
    does.
    """
    storage = storage_at(url)
    try:
        manifest = _manifest_at(storage)
    except Unreachable as error:
        earlier = _manifest_in_cache(storage)
        if earlier is None:
            raise
        warn(f"{error} Meanwhile the copy in the cache is used.")
        manifest = earlier
    wanted = [name for name in manifest.files if name != CHECKPOINT]
    with _staged(storage, manifest, wanted, progress) as folder:
        _check_run(folder, storage)
        with written_aside(_kept_manifest(folder)) as aside:
            aside.write_bytes(manifest.content())
        return folder


def _kept_manifest(folder: Path) -> Path:
    """Return the path of the manifest that `run_at` keeps beside a run's folder in the cache."""
    return folder.parent / MANIFEST


def _is_used(folder: Path) -> bool:
    """Return whether commands name the run by its address, and so use this copy, perhaps now."""
    return _kept_manifest(folder).exists()


def _manifest_in_cache(storage: Storage) -> Manifest | None:
    """Return the manifest of the run that was used last from an address."""
    try:
        path = cache_folder() / PULLED / storage.key / MANIFEST
        return parse_manifest(read_bounded(path, LARGEST))
    except (OSError, BadManifest):
        return None


def _manifest_at(storage: Storage) -> Manifest:
    try:
        return parse_manifest(storage.read(MANIFEST, LARGEST))
    except NotThere:
        if storage.address.endswith(f"/{MANIFEST}"):
            raise RemoteError(
                f"{storage.address} is the address of a file. Leave out /{MANIFEST}."
            ) from None
        raise RemoteError(
            f"{storage.address} has no {MANIFEST}: no run was pushed there, or the push has not "
            "finished. Check the address, or push the run again."
        ) from None
    except BadManifest as error:
        raise RemoteError(f"{storage.at(MANIFEST)} is not valid: {error}.") from None


@contextmanager
def _staged(
    storage: Storage, manifest: Manifest, wanted: Collection[str], progress: Progress
) -> Iterator[Path]:
    """Yield the folder in the cache that has the wanted files of a run, and no others."""
    try:
        home = cache_subfolder(PULLED) / storage.key
        with locked(f"{PULLED}-{storage.key}"):
            folder = home / manifest.name
            _remove_others(folder, manifest)
            _fetch(storage, manifest, wanted, folder, progress)
            yield folder
            if not folder.exists():  # moved
                shutil.rmtree(home, ignore_errors=True)
    except OSError as error:
        raise unwritable(Path(error.filename or PULLED), error) from None


def _remove_others(folder: Path, manifest: Manifest) -> None:
    """Remove what another push, or a report, has left in a run's folder in the cache."""
    folder.mkdir(parents=True, exist_ok=True)
    for other in folder.parent.iterdir():
        if other not in (folder, _kept_manifest(folder)):
            shutil.rmtree(other, ignore_errors=True)
    for at, folders, names in os.walk(folder):
        for each in [*names, *(each for each in folders if Path(at, each).is_symlink())]:
            path = Path(at, each)
            if path.relative_to(folder).as_posix().removesuffix(PART) not in manifest.files:
                path.unlink()


def _fetch(
    storage: Storage, manifest: Manifest, wanted: Collection[str], folder: Path, progress: Progress
) -> None:
    missing = [name for name in wanted if not _is_there(folder / name, manifest.files[name])]
    total = sum(manifest.files[name].size for name in missing)
    free = shutil.disk_usage(folder).free
    if total > free:
        raise FolderError(
            f"{storage.address} needs {total:,} bytes, but the disk of {folder} has only {free:,} "
            "bytes free. Free some space, or set ZOOKIT_CACHE_DIR to a folder on a larger disk."
        )
    if not missing:
        return
    with progress(f"pulling {manifest.name}", total, "bytes") as advance:
        for name in missing:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            storage.fetch(name, manifest.files[name], path, advance)


def _move(folder: Path, target: Path, manifest: Manifest) -> None:
    """Move a run's folder, perhaps to another disk. Raises OSError."""
    try:
        folder.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _copy(folder, target, manifest)
        shutil.rmtree(folder, ignore_errors=True)


def _copy(folder: Path, target: Path, manifest: Manifest) -> None:
    for name in manifest.files:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / name, target / name)


def _is_there(path: Path, entry: FileEntry) -> bool:
    try:
        status = path.lstat()
        same_size = stat.S_ISREG(status.st_mode) and status.st_size == entry.size
        return same_size and sha256_of_file(path) == entry.sha256
    except FileNotFoundError:
        return False


def _check_same(target: Path, manifest: Manifest, storage: Storage) -> None:
    """Raise FolderError if a folder does not have all files of a pushed run."""
    for name, entry in manifest.files.items():
        path = target / name
        try:
            same = _is_there(path, entry)
        except (OSError, BadRun):
            same = False
        if not same:
            raise FolderError(
                f"{target} already exists and differs from {storage.address} in {name}. Rename it, "
                f"or choose another folder with {option('--runs-dir', 'runs_dir')}."
            )


def _check_run(folder: Path, storage: Storage) -> None:
    try:
        run = read_run(folder)
    except BadRun as error:
        raise BadRun(f"what was pushed to {storage.address} is not a valid run: {error}") from None
    written = set(run.ending.files if run.ending else ()) - {CHECKPOINT}
    missing = sorted(name for name in written if not (folder / name).is_file())
    if missing:
        raise BadRun(
            f"what was pushed to {storage.address} is not a whole run: {missing[0]} is missing. "
            "Ask whoever pushed the run to push it again."
        )
