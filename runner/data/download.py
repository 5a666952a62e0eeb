"""Downloads a published file: resumable, verified, and moved into place once it is complete.

This uses requests rather than pooch, which can neither resume a download nor verify the hash of
decompressed content.
"""

from pathlib import Path

from zookit.core.errors import DataError, DataUnavailable, WrongHash, reason_of
from zookit.core.progress import Progress, silent
from zookit.core.remote_file import RemoteFile
from zookit.data.hashes import sha256_of_file

CONNECT_SECONDS = 5.0
READ_SECONDS = 20.0
"""Seconds without data after which a server counts as stalled."""
ATTEMPTS = 3
_BLOCK = 1 << 16


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
        WrongHash: the file does not have the pinned SHA-256 and is removed. If the download was
            resumed, the whole file is downloaded again first.
        DataUnavailable: no URL works; the message has the reason for each.
    """
    folder.mkdir(parents=True, exist_ok=True)
    reasons = []
    for url in urls:
        try:
            return _download(file, url, folder, progress, read_seconds)
        except DataUnavailable as error:
            reasons.append(str(error))
    raise DataUnavailable("; ".join(reasons))


def _download(
    file: RemoteFile, url: str, folder: Path, progress: Progress, read_seconds: float
) -> Path:
    import requests  # slow to import

    part = folder / f"{file.name}.part"
    failure: DataError
    for _ in range(ATTEMPTS):
        try:
            resumed = _receive(file, url, part, progress, read_seconds)
            return _checked(file, url, part, folder / file.name)
        except WrongHash as error:
            if not resumed:
                raise
            failure = error  # the part may come from another mirror; it is removed
        except (requests.ConnectTimeout, ValueError) as error:  # ValueError: not a URL
            raise DataUnavailable(f"{url}: {_reason(error)}") from None
        except requests.HTTPError as error:
            raise DataUnavailable(f"{url}: the server answered {error}") from None
        except requests.RequestException as error:
            failure = DataUnavailable(f"{url}: {_reason(error)}")
            if not part.exists():
                break  # nothing was received, so another attempt now would fail too
    raise failure


def _receive(
    file: RemoteFile, url: str, part: Path, progress: Progress, read_seconds: float
) -> bool:
    """Download the missing bytes of `part`, and return whether an earlier download was resumed.

    Raises requests.RequestException, and ValueError if the URL is not valid.
    """
    import requests

    have = part.stat().st_size if part.exists() else 0
    # identity: length and range must refer to the file itself.
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    with requests.get(
        url, headers=headers, stream=True, timeout=(CONNECT_SECONDS, read_seconds)
    ) as response:
        if response.status_code == requests.codes.requested_range_not_satisfiable:
            return True  # the part is complete; the hash decides
        if response.status_code >= requests.codes.bad_request:
            raise requests.HTTPError(f"{response.status_code} {response.reason}")
        if response.status_code != requests.codes.partial_content:
            have = 0  # a server without ranges sends the whole file
        # A server may declare a .gz file as gzip-encoded; do not decompress it.
        response.raw.headers.pop("Content-Encoding", None)
        length = response.headers.get("Content-Length", "")
        total = have + int(length) if length.isdigit() else file.size
        with (
            part.open("ab" if have else "wb") as sink,
            progress(f"downloading {file.name}", total, "bytes") as advance,
        ):
            advance(have)
            for block in response.iter_content(_BLOCK):
                sink.write(block)
                advance(len(block))
    return have > 0


def _checked(file: RemoteFile, url: str, part: Path, final: Path) -> Path:
    try:
        got = sha256_of_file(part, decompressed=file.decompressed)
    except DataError:
        got = "unknown, because the file is incomplete or damaged"
    if got != file.sha256:
        size = part.stat().st_size
        part.unlink()
        raise WrongHash(
            f"{url} sent {size:,} bytes with SHA-256 {got}, expected {file.sha256}. The file was "
            "removed. Try again later, set ZOOKIT_MIRROR or ZOOKIT_DATA_DIR to another source, or "
            "train with --data sample."
        )
    part.replace(final)
    return final


def _reason(error: Exception) -> str:
    import requests

    if isinstance(error, requests.ConnectTimeout):
        return f"no connection within {CONNECT_SECONDS:g} seconds"
    if isinstance(error, requests.ReadTimeout) or "Read timed out" in str(error):
        return "the server stalled"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the connection was lost"
    if isinstance(error, requests.exceptions.ProxyError):
        return "the proxy refused the connection"
    if isinstance(error, requests.exceptions.SSLError):
        return "the TLS connection failed"
    if isinstance(error, requests.ConnectionError):
        return "no connection"
    return reason_of(error)
