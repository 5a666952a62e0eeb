"""Unpack zip files from untrusted sources."""

import shutil
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from zookit.core.data.cache import cache_subfolder
from zookit.core.errors import DataError, reason_of
from zookit.core.reading import open_regular

_ENCRYPTED = 0x1
"""The bit of a member's flags that marks encryption."""
_LARGEST_RATIO = 200
"""How much larger the content may be than the archive; of images, even blank ones rarely are."""
_HARMLESS = 1 << 30
"""The bytes that any archive may unpack to."""


@contextmanager
def unpacked(archive: Path, *names: str) -> Iterator[Path]:
    """Unpack a zip file as `unpack` does, into a temporary folder, which is removed at the end."""
    with _temporary_folder(archive.stem) as folder:
        unpack(archive, Path(folder), *names)
        yield Path(folder)


def unpack(archive: Path, folder: Path, *names: str) -> None:
    """Unpack a zip file, or only the members of these names, into an empty folder.

    Raises DataError before anything is written if a member would land outside the folder, is a
    link or needs a password, if the disk has too little space, or if the archive is small and
    unpacks to gigabytes. Also raises DataError if a member of these names is missing or the archive
    is damaged.
    """
    try:
        with open_regular(archive) as file, zipfile.ZipFile(file) as opened:
            members = [each for each in opened.infolist() if not names or each.filename in names]
            missing = set(names) - {member.filename for member in members}
            if missing:
                raise DataError(
                    f"{archive} has no {', '.join(sorted(missing))}. Download the file again."
                )
            for member in members:
                _refuse_unsafe(archive, member)
            needed = sum(member.file_size for member in members)
            free = shutil.disk_usage(folder).free
            if needed > free:
                raise DataError(
                    f"{archive} unpacks to {needed:,} bytes, but the disk of {folder} has only "
                    f"{free:,} bytes free. Free some space, or set ZOOKIT_CACHE_DIR to a folder on "
                    "a larger disk."
                )
            _refuse_bomb(archive, needed)
            opened.extractall(folder, members)
    except DataError:
        raise
    except OSError as error:
        raise DataError(f"cannot unpack {archive}: {error.strerror or error}.") from None
    except Exception as error:  # noqa: BLE001 - zipfile and its decompressors raise many types
        raise DataError(
            f"{archive} is damaged: {reason_of(error)}. Download the file again."
        ) from None


def _temporary_folder(name: str) -> TemporaryDirectory[str]:
    try:
        # The system's temporary folder may be on a small disk.
        return TemporaryDirectory(prefix=f"{name}-", dir=cache_subfolder("unpacking"))
    except OSError:
        return TemporaryDirectory(prefix=f"{name}-")


def _refuse_bomb(archive: Path, needed: int) -> None:
    size = archive.stat().st_size
    if needed > _HARMLESS and needed > _LARGEST_RATIO * size:
        raise DataError(
            f"{archive} was not unpacked: it has {size:,} bytes and would become {needed:,}. The "
            "archive may be malicious; download it from a trusted source."
        )


def _refuse_unsafe(archive: Path, member: zipfile.ZipInfo) -> None:
    # Zip files from Windows may contain backslashes.
    path = PurePosixPath(member.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in "".join(path.parts[:1]):
        raise DataError(
            f"{archive} was not unpacked: the member {member.filename!r} would be written outside "
            "the target folder. The archive may be malicious; download it from a trusted source."
        )
    if stat.S_ISLNK(member.external_attr >> 16):
        raise DataError(
            f"{archive} was not unpacked: the member {member.filename!r} is a link. The archive "
            "may be malicious; download it from a trusted source."
        )
    if member.flag_bits & _ENCRYPTED:
        raise DataError(
            f"{archive} was not unpacked: the member {member.filename!r} needs a password. Use an "
            "archive without a password."
        )
