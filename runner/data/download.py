"""Downloads a published file: resumable, verified, and moved into place once it is complete.

This uses requests rather than pooch, which can neither resume a download nor verify the hash of
decompressed content.
"""

import hashlib
import shutil
from pathlib import Path

from zookit.core.addresses import without_secrets
from zookit.core.data.content import content_blocks
from zookit.core.errors import DataError, DataUnavailable, WrongHash
from zookit.core.progress import Progress, silent
from zookit.core.remote_file import RemoteFile
from zookit.data.part_file import PART, open_part, size_of_part
from zookit.data.transfer import BrokenOffError, RefusedError, Transfer, opened

READ_SECONDS = 20.0
"""Seconds without data after which a server counts as stalled."""
ATTEMPTS = 3
_WEB_PAGE = b"<"
_LARGEST_RATIO, _SMALL = 100, 1 << 26
"""How far an unpacked file of unknown size may exceed the packed one, and how large it may be in
any case, in bytes.
"""


def download(
    file: RemoteFile,
    urls: tuple[str, ...],
    folder: Path,
    progress: Progress = silent,
    read_seconds: float = READ_SECONDS,
) -> Path:
    """Download a file into `folder` from the first URL that has it, and return its path.

    An incomplete download stays in `NAME.part`, and this or a later call resumes it.

    Raises:
        WrongHash: no URL works, and at least one sent bytes without the pinned SHA-256, which are
            removed. If the download was resumed, the whole file is downloaded again first.
        DataUnavailable: no URL works. Both messages have the reason for each.
    """
    folder.mkdir(parents=True, exist_ok=True)
    reasons, wrong = [], False
    for url in urls:
        try:
            return download_from(file, url, folder, progress, read_seconds)
        except DataUnavailable as error:
            reasons.append(f"{without_secrets(url)}: {error}")
        except WrongHash as error:
            wrong = True
            reasons.append(f"{without_secrets(url)} {error}")
    if wrong:
        raise WrongHash(
            f"{'; '.join(reasons)}. Wrong files were removed. Try again later, or set "
            "ZOOKIT_MIRROR or ZOOKIT_DATA_DIR to another source."
        )
    raise DataUnavailable("; ".join(reasons))


def download_from(
    file: RemoteFile, url: str, folder: Path, progress: Progress, read_seconds: float
) -> Path:
    """Download a file as `download` does, from one URL. The messages of its errors are clauses."""
    part = folder / f"{file.name}{PART}"
    failure: DataError = DataUnavailable("no attempt was made")
    for _ in range(ATTEMPTS):
        had_part = size_of_part(part) > 0
        try:
            resumed = _receive(file, url, part, progress, read_seconds)
            return _checked(file, part, folder / file.name)
        except WrongHash as error:
            if not resumed:
                raise
            failure = error  # the part may come from another mirror; it is removed
        except RefusedError as error:
            raise DataUnavailable(without_secrets(str(error))) from None
        except BrokenOffError as error:
            failure = DataUnavailable(without_secrets(str(error)))
            if not part.exists() and not had_part:
                break  # nothing was received, so another attempt now would fail too
    raise failure


def _receive(
    file: RemoteFile, url: str, part: Path, progress: Progress, read_seconds: float
) -> bool:
    """Download the missing bytes of `part`, and return whether an earlier download was resumed.

    Raises RefusedError if this address does not have the file, BrokenOffError if another attempt
    may succeed.
    """
    most = _most_bytes(file, part.parent)
    have = size_of_part(part)
    if have > most:
        part.unlink()
        have = 0
    try:
        with opened(url, have, read_seconds) as transfer:
            if transfer.start != have:
                part.unlink()
            _write(file, transfer, part, most, progress)
            return have > 0 and transfer.start == have
    except _TooLargeError as error:
        part.unlink(missing_ok=True)
        raise RefusedError(str(error)) from None


class _TooLargeError(Exception):
    """The file or its content has more bytes than it may; the message is a clause."""


def _write(file: RemoteFile, transfer: Transfer, part: Path, most: int, progress: Progress) -> None:
    why = "the most that the file can have" if file.size else "half of the free disk"
    too_large = _TooLargeError(f"the server sends more than {most:,} bytes, {why}")
    received = transfer.start
    if transfer.total is not None and transfer.total > most:
        raise too_large
    total = file.size if transfer.total is None and not file.decompressed else transfer.total
    with (
        open_part(part, received) as sink,
        progress(f"downloading {file.name}", total, "bytes") as advance,
    ):
        advance(received)
        for block in transfer.blocks():
            received += len(block)
            if received > most:
                raise too_large
            sink.write(block)
            advance(len(block))


def _most_bytes(file: RemoteFile, folder: Path) -> int:
    """Return how many bytes the file can have."""
    if file.size is None:
        return shutil.disk_usage(folder).free // 2
    # A gzip file with uncompressible content is a little larger than its content.
    return file.size + file.size // 100 + 1024 if file.decompressed else file.size


def _checked(file: RemoteFile, part: Path, final: Path) -> Path:
    try:
        got = _sha256(file, part)
    except DataError:
        got = "unknown, because the file is incomplete or damaged"
    except _TooLargeError as error:
        got = f"unknown, because {error}"
    if got != file.sha256:
        size = part.stat().st_size
        with part.open("rb") as opened_part:
            is_page = opened_part.read(100).lstrip().startswith(_WEB_PAGE)
        part.unlink()
        page = ", a web page, perhaps for logging in," if is_page else ""
        raise WrongHash(f"sent {size:,} bytes{page} with SHA-256 {got}, expected {file.sha256}")
    part.replace(final)
    return final


def _sha256(file: RemoteFile, part: Path) -> str:
    """Return the SHA-256 of the file or of its content, of which no more than expected is read."""
    most = file.size or max(_SMALL, _LARGEST_RATIO * part.stat().st_size)
    digest, size = hashlib.sha256(), 0
    for block in content_blocks(part, decompressed=file.decompressed):
        size += len(block)
        if size > most:
            raise _TooLargeError(f"its content has more than {most:,} bytes")
        digest.update(block)
    return digest.hexdigest()
