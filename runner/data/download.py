"""Getting a published file: with progress, resumed where it broke off, checked, moved into place.

pooch downloads well but cannot go on from a broken download, nor pin the hash of decompressed
content, so this stands on requests.
"""

from pathlib import Path

from zookit.core.errors import DataError, DataUnavailable, WrongHash, reason_of
from zookit.core.progress import Progress, silent
from zookit.core.remote_file import RemoteFile
from zookit.data.hashes import sha256_of_file

CONNECT_SECONDS = 5.0
READ_SECONDS = 20.0
"""The longest silence of a server before it counts as stalled."""
ATTEMPTS = 3
_BLOCK = 1 << 16


def download(
    file: RemoteFile,
    urls: tuple[str, ...],
    folder: Path,
    progress: Progress = silent,
    read_seconds: float = READ_SECONDS,
) -> Path:
    """Get a file into `folder` from the first URL that has it, and return its path there.

    What arrived of a broken download stays in `NAME.part` and is gone on from, also by a later
    call.

    Raises:
        WrongHash: a server sent other bytes than the pinned ones; they are removed. Where it had
            only gone on from an earlier part, all is asked for anew before that.
        DataUnavailable: no URL could be had; the message says why for each.
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
    import requests  # only where something has to be downloaded

    part = folder / f"{file.name}.part"
    failure: DataError
    for _ in range(ATTEMPTS):
        try:
            resumed = _receive(file, url, part, progress, read_seconds)
            return _checked(file, url, part, folder / file.name)
        except WrongHash as error:
            if not resumed:
                raise
            failure = error  # the part may have been another mirror's; it is gone now
        except (requests.ConnectTimeout, ValueError) as error:  # ValueError: not an address
            raise DataUnavailable(f"{url}: {_reason(error)}") from None
        except requests.HTTPError as error:
            raise DataUnavailable(f"{url}: the server answered {error}") from None
        except requests.RequestException as error:
            failure = DataUnavailable(f"{url}: {_reason(error)}")
            if not part.exists():
                break  # nothing ever came, so trying again at once would not help either
    raise failure


def _receive(
    file: RemoteFile, url: str, part: Path, progress: Progress, read_seconds: float
) -> bool:
    """Append to `part` what is missing of it; whether it was gone on from.

    Raises requests.RequestException, and ValueError for an address that is none.
    """
    import requests

    have = part.stat().st_size if part.exists() else 0
    # identity: the length and the range must be those of the file itself.
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    with requests.get(
        url, headers=headers, stream=True, timeout=(CONNECT_SECONDS, read_seconds)
    ) as response:
        if response.status_code == requests.codes.requested_range_not_satisfiable:
            return True  # all of it is here already; the hash decides
        if response.status_code >= requests.codes.bad_request:
            raise requests.HTTPError(f"{response.status_code} {response.reason}")
        if response.status_code != requests.codes.partial_content:
            have = 0  # a server that knows no ranges sends everything again
        # A server may call a .gz file gzip-encoded; it is wanted as it is.
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
        got = "none, since it is cut off or damaged"
    if got != file.sha256:
        size = part.stat().st_size
        part.unlink()
        raise WrongHash(
            f"{url} sent {size:,} bytes whose SHA-256 is {got}, expected {file.sha256}. They were "
            "removed. Try again later, name another source with ZOOKIT_MIRROR or "
            "ZOOKIT_DATA_DIR, or train with --data sample."
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
        return "the connection broke off"
    if isinstance(error, requests.exceptions.ProxyError):
        return "the proxy refused the connection"
    if isinstance(error, requests.exceptions.SSLError):
        return "no safe connection (TLS) could be made"
    if isinstance(error, requests.ConnectionError):
        return "no connection"
    return reason_of(error)
