"""Unpacking zip files that strangers made."""

import shutil
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from zookit.core.errors import DataError


def unpack(archive: Path, folder: Path) -> None:
    """Unpack a zip file into an empty folder.

    Raises DataError, before anything is written, where a member would land outside the folder, is
    a link, or all of them need more room than the disk has; and where the archive is damaged.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            for member in opened.infolist():
                _refuse_unsafe(archive, member)
            needed = sum(member.file_size for member in opened.infolist())
            if needed > shutil.disk_usage(folder).free:
                raise DataError(f"{archive} unpacks to {needed:,} bytes, more than the disk has.")
            opened.extractall(folder)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise DataError(f"{archive} is a damaged archive: {error}. Get the file anew.") from None
    except OSError as error:
        raise DataError(f"{archive} cannot be unpacked: {error.strerror or error}.") from None


def _refuse_unsafe(archive: Path, member: zipfile.ZipInfo) -> None:
    # Zip files made on Windows may hold back-slashes.
    path = PurePosixPath(member.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[:1]:
        raise DataError(
            f"{archive} was not unpacked: its member {member.filename!r} would land outside the "
            "folder. Do not trust this archive; get it anew."
        )
    if stat.S_ISLNK(member.external_attr >> 16):
        raise DataError(
            f"{archive} was not unpacked: its member {member.filename!r} is a link. Do not trust "
            "this archive; get it anew."
        )
