"""Pushes a run: copies its folder to an address."""

import hashlib
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from zookit.core import BadRun, warn
from zookit.core.messages import listed, option, printable
from zookit.core.progress import Progress, silent
from zookit.remote.folder_storage import FolderStorage
from zookit.remote.manifest import (
    LARGEST,
    MANIFEST,
    BadManifest,
    FileEntry,
    Manifest,
    manifest_of,
    parse_manifest,
    states_of,
)
from zookit.remote.signature import SIGNATURE, check_current, sign
from zookit.remote.storage import NotThere, RemoteError, WritableStorage
from zookit.remote.storage_at import writable_storage_at
from zookit.runs.private_values import private_values
from zookit.runs.pulled import is_pulled
from zookit.runs.run import EXPERIMENT, RunRecord

_SHOWN = 3
"""The most private values that a warning names."""


@dataclass(frozen=True)
class Pushed:
    """What a push did.

    `address` is that of the storage, without secrets, `files` and `size` are the number and the
    bytes of the run's files, `sent` the number of those that were not there already.
    """

    address: str
    files: int
    size: int
    sent: int


def push_run(
    run: RunRecord,
    url: str,
    *,
    key: Path | None = None,
    force: bool = False,
    progress: Progress = silent,
) -> Pushed:
    """Copy a run's folder to an address, except files that are already there.

    The manifest comes last, so that nobody can pull a run of which files are missing.

    Args:
        run: the run; it must not be training.
        url: an address such as `s3://BUCKET/RUN`, or the path of a folder.
        key: the private key to sign the run with first.
        force: replace another run at the address.
        progress: reports the bytes that are sent.

    Raises:
        BadRun: the run is training, or has more than regular files.
        RemoteError: the storage cannot be written or has another run, or the run cannot be signed.
        NotInstalled: the address or the signature needs another package.
    """
    _check_pushable(run, signed=key is not None)
    storage = writable_storage_at(url)
    if isinstance(storage, FolderStorage):
        _check_folder(storage, run)
    if key is not None:
        sign(run.folder, key)
    before = states_of(run.folder)
    manifest = manifest_of(run.folder)
    if SIGNATURE in manifest.files:
        check_current(run.folder, manifest)
    there = _manifest_at(storage, manifest, force=force)
    _warn_of_private_values(run, storage)
    listed = {} if there is None else there.files
    stale = set(listed) - set(manifest.files)
    in_the_way = _in_the_way(stale, manifest.files)
    if in_the_way:
        storage.remove(MANIFEST)
        _remove(storage, in_the_way)
    missing = _missing(storage, manifest, listed)
    if missing and there is not None and not in_the_way:
        # Until all is there, what is there is no run, and no hash of its manifest holds.
        storage.remove(MANIFEST)
    total = sum(manifest.files[name].size for name in missing)
    with progress(f"pushing {manifest.name}", total, "bytes") as advance:
        for name in missing:
            storage.send(run.folder / name, name, advance)
    if states_of(run.folder) != before:
        raise BadRun(f"{run.folder} was changed while it was pushed. Push it again.")
    if missing or there != manifest:
        _send_manifest(storage, manifest)
    _remove(storage, stale - in_the_way)
    return Pushed(storage.address, len(manifest.files), manifest.size, len(missing))


def _check_folder(storage: FolderStorage, run: RunRecord) -> None:
    if storage.is_within(run.folder):
        raise RemoteError(
            f"{storage.address} is in the run's own folder, {run.folder}. Choose a folder "
            "elsewhere."
        )
    if run.installed is None and storage.is_beside(run.folder):
        raise RemoteError(
            f"{storage.address} is in the folder of runs, where the copy would be another run. "
            "Choose a folder elsewhere."
        )
    if storage.has_other_files():
        raise RemoteError(
            f"{storage.address} is a folder with other files. A run has a folder of its own: push "
            f"to {storage.at(run.folder.name)}."
        )


def _check_pushable(run: RunRecord, *, signed: bool) -> None:
    if run.status in ("running", "unknown"):
        raise BadRun(
            f"{run.folder} is being trained, perhaps on another machine. Push it once that has "
            "ended."
        )
    if is_pulled(run.folder):
        raise BadRun(
            f"{run.name} cannot be pushed from its address, because only a copy without the "
            f"checkpoint is here. Pull it first: {option('zookit pull URL', 'zookit.pull(url)')}"
        )
    if signed and run.installed is not None:
        raise BadRun(
            f"{run.shown} cannot be signed, because an installed model is never changed. Sign the "
            "wheel that it comes from."
        )
    if run.installed is not None:
        run.installed.check_all()  # what was changed since it was installed goes nowhere


def _warn_of_private_values(run: RunRecord, storage: WritableStorage) -> None:
    found = list(private_values(run))
    if found:
        warn(
            f"whoever can read {storage.address} learns what {printable(run.name)} names: "
            f"{listed(found, _SHOWN, '; ')}."
        )


def _manifest_at(storage: WritableStorage, pushed: Manifest, *, force: bool) -> Manifest | None:
    """Return the manifest of the same run in a storage; None if there is none.

    Raises RemoteError if there is another run, unless it may be replaced.
    """
    found = None
    with suppress(NotThere):
        content = storage.read(MANIFEST, LARGEST)
        try:
            found = parse_manifest(content)
        except BadManifest as error:
            if not force:
                raise RemoteError(
                    f"{storage.at(MANIFEST)} exists, but is not one of a run: {error}. Choose "
                    f"another address, or replace it with {option('--force', 'force=True')}."
                ) from None
    if force:
        return found
    if found is None and _has_other(storage, pushed):
        raise RemoteError(
            f"{storage.address} has a run that was not pushed, or not completely. Choose another "
            f"address, or replace that run with {option('--force', 'force=True')}."
        )
    if found is not None and found.name != pushed.name:
        raise RemoteError(
            f"{storage.address} has another run, {found.name}. Choose another address, or replace "
            f"that run with {option('--force', 'force=True')}."
        )
    return found


def _in_the_way(stale: Collection[str], names: Collection[str]) -> set[str]:
    """Return the names of old files that are folders of new ones, or in a folder that is a file."""

    def folders_of(name: str) -> set[str]:
        return set(map(str, PurePosixPath(name).parents))

    folders = set().union(*map(folders_of, names))
    return {name for name in stale if name in folders or not folders_of(name).isdisjoint(names)}


def _remove(storage: WritableStorage, names: Collection[str]) -> None:
    for name in sorted(names):
        storage.remove(name)


def _has_other(storage: WritableStorage, pushed: Manifest) -> bool:
    """Return whether a storage without a manifest has the experiment of another run."""
    there = storage.size(EXPERIMENT) is not None
    return there and not _has(storage, EXPERIMENT, pushed.files[EXPERIMENT], {})


def _missing(
    storage: WritableStorage, manifest: Manifest, listed: Mapping[str, FileEntry]
) -> list[str]:
    """Return the names of the files that are not in the storage with the right hash."""
    missing = [n for n, entry in manifest.files.items() if not _has(storage, n, entry, listed)]
    # First what says which run it is, so that a push that is stopped can continue.
    return sorted(missing, key=lambda name: name != EXPERIMENT)


def _has(
    storage: WritableStorage, name: str, entry: FileEntry, listed: Mapping[str, FileEntry]
) -> bool:
    if storage.size(name) != entry.size:
        return False
    # What no manifest lists may be of a push that was stopped, so it is read.
    return listed.get(name) == entry or storage.digest(name) == entry.sha256


def _send_manifest(storage: WritableStorage, manifest: Manifest) -> None:
    content = manifest.content()
    with TemporaryDirectory() as folder:
        path = Path(folder, MANIFEST)
        path.write_bytes(content)
        storage.send(path, MANIFEST, lambda _: None)
    if storage.read(MANIFEST, LARGEST) != content:
        digest = hashlib.sha256(content).hexdigest()
        raise RemoteError(f"{storage.at(MANIFEST)} was not stored as sent, with SHA-256 {digest}.")
