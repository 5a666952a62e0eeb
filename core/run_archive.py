"""Archives of run folders, in which the runs of a sweep travel, and the folders they come from.

An archive is an uncompressed tar file of one run folder. A job's folder is a runs folder with the
one run that the job trains, and is locked while a process trains it.
"""

import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from zookit.core.errors import BadRun, FolderError, reason_of
from zookit.core.file_lock import FileLock, lock_file
from zookit.core.reading import open_regular

if TYPE_CHECKING:
    import tarfile

_RUN = "experiment.toml"
"""The file that makes a folder a run."""
_ENDED = "metrics.json"
"""The file that a run has once it has ended, with the hashes of others."""
_LOCK = ".job"
_WRITER = ".lock"
"""Names the process that writes a run, which is of no use elsewhere."""


def collect_run(folder: Path, path: Path) -> str:
    """Write the run in a job's folder as an archive, and return the archive's SHA-256.

    If no process trains it any more, the job's folder is removed. Otherwise the archive has what
    is enough to continue the run from its last checkpoint.

    Raises:
        FileNotFoundError: there is no run in the folder.
        FolderError: the archive cannot be written.
    """
    lock = _try_lock(folder)
    try:
        digest = pack_run(_run_in(folder), path, ended=lock is not None)
    finally:
        if lock:
            lock.release()
    if lock:
        shutil.rmtree(folder, ignore_errors=True)
    return digest


def pack_run(run: Path, path: Path, *, ended: bool) -> str:
    """Write a run folder as an archive, and return the archive's SHA-256.

    If the run has not `ended`, the archive has what is enough to continue it from its last
    checkpoint. Raises FolderError if the archive cannot be written.
    """
    import hashlib  # kept out of start-up, as are the others

    from zookit.core.data.writing import written_aside

    try:
        with written_aside(path) as aside:
            _write(run, aside, leave_out=(_WRITER,) if ended else (_WRITER, _ENDED))
            with aside.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise FolderError(
            f"{path} cannot be written: {error.strerror or error}. Free some disk space, or make "
            "its folder writable."
        ) from error


def unpack_run(archive: Path, folder: Path) -> Path:
    """Write the run of an archive into a folder, and return the run's folder.

    Raises BadRun if the archive is damaged, or is not one run folder of regular files alone, which
    stay within it; then nothing is written.
    """
    import tarfile

    from zookit.core.data.writing import written_aside

    try:
        with open_regular(archive) as file, tarfile.open(fileobj=file, mode="r:") as opened:
            members = opened.getmembers()
            top = _checked(archive, members)
            needed, free = sum(each.size for each in members), shutil.disk_usage(folder).free
            if needed > free:
                raise BadRun(
                    f"{archive} has {needed:,} bytes, but the disk of {folder} has only {free:,} "
                    "bytes free. Free some space."
                )
            if os.path.lexists(folder / top):
                raise BadRun(f"{archive} was not unpacked: {folder / top} already exists.")
            with written_aside(folder / top) as aside:
                opened.extractall(aside.parent, members, filter=_as_mine)  # noqa: S202 - checked
    except (tarfile.TarError, OSError, ValueError, EOFError) as error:
        raise BadRun(f"{archive} cannot be unpacked: {reason_of(error)}.") from None
    return folder / top


def _as_mine(member: "tarfile.TarInfo", folder: str) -> "tarfile.TarInfo":
    """Return a checked member without its owner and permissions.

    The filter "data" also resolves the path of each member, which takes a third of the time. That
    is for links: there are none among checked members, nor in a folder that is new.
    """
    del folder
    nobody: Any = None  # typeshed expects strings
    return member.replace(
        mode=nobody, uid=nobody, gid=nobody, uname=nobody, gname=nobody, deep=False
    )


@contextmanager
def job_locked(folder: Path, seconds: float) -> Iterator[None]:
    """Keep other processes from training in a job's folder, which is created.

    Waits `seconds` for the process that does. Raises FolderError if it still does then, or the
    folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = lock_file(folder / _LOCK, seconds)
    except BlockingIOError:
        raise FolderError(f"another process still trains in {folder}.") from None
    except OSError as error:
        raise FolderError(
            f"{folder} cannot be written: {error.strerror or error}. Make it writable."
        ) from None
    try:
        yield
    finally:
        lock.release()


def _try_lock(folder: Path) -> FileLock | None:
    """Lock a job's folder; None if a process trains in it, or nothing is there."""
    with suppress(OSError):
        return lock_file(folder / _LOCK, 0)
    return None


def _run_in(folder: Path) -> Path:
    """Return the folder of the run in a job's folder. Raises FileNotFoundError."""
    found = [each.parent for each in sorted(folder.glob(f"*/{_RUN}")) if each.is_file()]
    if not found:
        raise FileNotFoundError(f"there is no run in {folder}")
    return found[-1]


def _write(run: Path, path: Path, leave_out: Iterable[str]) -> None:
    import tarfile

    hidden = {run / name for name in leave_out}
    with tarfile.open(path, "w") as archive:
        for file in sorted(each for each in run.rglob("*") if each not in hidden):
            parts = file.relative_to(run).parts
            if any(each.startswith(".zookit-") for each in parts) or not file.is_file():
                continue  # being written, or nothing that is read
            with suppress(FileNotFoundError), open_regular(file) as content:
                member = tarfile.TarInfo("/".join((run.name, *parts)))
                status = os.fstat(content.fileno())
                member.size, member.mtime = status.st_size, int(status.st_mtime)
                archive.addfile(member, content)


def _checked(archive: Path, members: "Sequence[tarfile.TarInfo]") -> str:
    """Return the name of the folder that all members are in. Raises BadRun."""
    names = [PurePosixPath(each.name) for each in members]
    for path, member in zip(names, members, strict=True):
        inside = not path.is_absolute() and ".." not in path.parts and len(path.parts) > 0
        plain = (member.isreg() and not member.issparse()) or member.isdir()
        foreign = os.sep != "/" and not {":", os.sep}.isdisjoint(member.name)
        if not (inside and plain) or foreign or ":" in path.parts[0]:
            raise BadRun(
                f"{archive} was not unpacked: {member.name!r} is not a file within a run "
                "folder. The archive may be malicious."
            )
    tops = {each.parts[0] for each in names}
    if len(tops) != 1 or len(set(names)) != len(names):
        raise BadRun(f"{archive} was not unpacked: it is not the archive of one run folder.")
    (top,) = tops
    if PurePosixPath(top, _RUN) not in names or top.startswith("."):
        raise BadRun(f"{archive} was not unpacked: it has no {_RUN}.")
    return top
