"""Unpacking zip files that strangers made."""

import shutil
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from zookit.core.data.cache import cache_folder
from zookit.core.errors import DataError, reason_of

_ENCRYPTED = 0x1  # the bit of a member's flags


@contextmanager
def unpacked(archive: Path) -> Iterator[Path]:
    """What a zip file holds, in a folder that is removed afterwards. Raises as `unpack` does."""
    with _temporary_folder(archive.stem) as folder:
        unpack(archive, Path(folder))
        yield Path(folder)


def unpack(archive: Path, folder: Path) -> None:
    """Unpack a zip file into an empty folder.

    Raises DataError, before anything is written, where a member would land outside the folder, is
    a link or needs a password, or all of them need more room than the disk has; and where the
    archive is damaged.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            for member in opened.infolist():
                _refuse_unsafe(archive, member)
            needed = sum(member.file_size for member in opened.infolist())
            if needed > shutil.disk_usage(folder).free:
                raise DataError(f"{archive} unpacks to {needed:,} bytes, more than the disk has.")
            opened.extractall(folder)
    except DataError:
        raise
    except OSError as error:
        raise DataError(f"{archive} cannot be unpacked: {error.strerror or error}.") from None
    except Exception as error:  # noqa: BLE001 - whatever zipfile and its decompressors raise
        raise DataError(
            f"{archive} is a damaged archive: {reason_of(error)}. Get the file anew."
        ) from None


def _temporary_folder(name: str) -> TemporaryDirectory[str]:
    try:
        # Not the system's temporary folder, which may be small.
        folder = cache_folder() / "unpacking"
        folder.mkdir(parents=True, exist_ok=True)
        return TemporaryDirectory(prefix=f"{name}-", dir=folder)
    except OSError:
        return TemporaryDirectory(prefix=f"{name}-")


def _refuse_unsafe(archive: Path, member: zipfile.ZipInfo) -> None:
    # Zip files made on Windows may hold back-slashes.
    path = PurePosixPath(member.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in "".join(path.parts[:1]):
        raise DataError(
            f"{archive} was not unpacked: its member {member.filename!r} would land outside the "
            "folder. Do not trust this archive; get it anew."
        )
    if stat.S_ISLNK(member.external_attr >> 16):
        raise DataError(
            f"{archive} was not unpacked: its member {member.filename!r} is a link. Do not trust "
            "this archive; get it anew."
        )
    if member.flag_bits & _ENCRYPTED:
        raise DataError(
            f"{archive} was not unpacked: its member {member.filename!r} needs a password. Unpack "
            "it yourself, or get a copy without one."
        )
