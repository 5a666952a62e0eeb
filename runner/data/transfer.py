"""One answer of a web server, received within limits of time."""

import queue
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar

from zookit.core.errors import reason_of

if TYPE_CHECKING:
    import requests

T = TypeVar("T")

CONNECT_SECONDS = 5.0
SLOWEST = 2000
"""Bytes per second, on average over the time after which a server counts as stalled."""
_ANSWER = 3
"""How often this time may pass before an answer with all its headers is there."""
_BLOCK = 1 << 16
_NUMBER = re.compile("[0-9]{1,18}")
_RANGE = re.compile("bytes ([0-9]{1,18})-")


class RefusedError(Exception):
    """The server does not send the file, and would not in another attempt.

    `status` is the code of its answer, 0 if there is none.
    """

    def __init__(self, reason: str, status: int = 0) -> None:
        super().__init__(reason)
        self.status = status


class BrokenOffError(Exception):
    """The transfer ended early; another attempt may succeed."""


class OutOfTimeError(Exception):
    """A function has not ended within its limit of time."""


@dataclass(frozen=True)
class Transfer:
    """The bytes of a file from `start` on. `total` is the size of the whole file, if announced."""

    start: int
    total: int | None
    _response: "requests.Response | None"
    _seconds: float

    def blocks(self) -> Iterator[bytes]:
        """Yield the bytes in blocks.

        Raises RefusedError if the server is too slow, BrokenOffError if it stalls or disconnects.
        """
        received, since, before = self.start, time.monotonic(), self.start
        while block := self._read():
            yield block
            received += len(block)
            elapsed = time.monotonic() - since
            if elapsed >= self._seconds:
                if received - before < SLOWEST * elapsed:
                    raise RefusedError(
                        f"the server sends {(received - before) / elapsed:,.0f} bytes per second, "
                        f"less than {SLOWEST:,}"
                    )
                since, before = time.monotonic(), received
        if self.total is not None and received < self.total:
            raise BrokenOffError("the connection was lost")

    def _read(self) -> bytes:
        """Return what has arrived, at most a block. It waits for the first byte only."""
        from urllib3.exceptions import HTTPError, ReadTimeoutError

        if self._response is None:
            return b""
        try:
            # As it is: a server may declare a .gz file as gzip-encoded.
            return self._response.raw.read1(_BLOCK, decode_content=False) or b""
        except ReadTimeoutError:
            raise BrokenOffError("the server stalled") from None
        except HTTPError:
            raise BrokenOffError("the connection was lost") from None


@contextmanager
def opened(url: str, have: int, seconds: float) -> Iterator[Transfer]:
    """Ask a server for a file from byte `have` on.

    The transfer may start at byte 0 all the same, and has no bytes if the server says that there
    are no more than `have`.

    Args:
        url: the address.
        have: the number of bytes that were received before.
        seconds: the time without data after which a server counts as stalled.

    Raises:
        RefusedError: another attempt would not succeed.
        BrokenOffError: another attempt may succeed.
    """
    # identity: length and range must refer to the file itself.
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    with _asked(url, headers, seconds) as response:
        code = response.status_code
        if code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and have:
            yield Transfer(have, have, None, seconds)  # complete; the hash decides
            return
        if code not in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT) or (
            code == HTTPStatus.PARTIAL_CONTENT and not have
        ):
            raise RefusedError(f"the server answered {code} {_phrase(code)}".rstrip(), code)
        start = have if code == HTTPStatus.PARTIAL_CONTENT else 0
        answered = _RANGE.match(response.headers.get("Content-Range", f"bytes {start}-"))
        if start and (answered is None or int(answered[1]) != start):
            raise RefusedError("the server sends another part of the file than was asked for")
        length = response.headers.get("Content-Length", "")
        total = start + int(length) if _NUMBER.fullmatch(length) else None
        yield Transfer(start, total, response, seconds)


def _phrase(code: int) -> str:
    """Return the standard words for a status; those of the server may be anything."""
    try:
        return HTTPStatus(code).phrase
    except ValueError:
        return ""


def _asked(url: str, headers: dict[str, str], seconds: float) -> "requests.Response":
    """Return the answer, its body not read yet.

    The timeouts of requests are those of a single read, and headers may come byte by byte.
    """
    import requests  # slow to import

    timeouts = (CONNECT_SECONDS, seconds)
    try:
        return within(
            _ANSWER * seconds,
            lambda: requests.get(url, headers=headers, stream=True, timeout=timeouts),
        )
    except OutOfTimeError:
        raise RefusedError(f"the server sent no answer within {_ANSWER * seconds:g} s") from None
    except (requests.ConnectTimeout, requests.TooManyRedirects, ValueError) as error:
        raise RefusedError(_reason(error)) from None  # ValueError: not a URL
    except requests.RequestException as error:
        raise BrokenOffError(_reason(error)) from None


def within(seconds: float | None, call: Callable[[], T]) -> T:
    """Return what a function returns, and raise what it raises, if it ends in time.

    It works in a thread, which is left behind when the time is over. Raises OutOfTimeError then.
    """
    answers: queue.SimpleQueue[tuple[T] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put((call(),))
        except Exception as error:  # noqa: BLE001 - raised again below
            answers.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except queue.Empty:
        raise OutOfTimeError from None
    if isinstance(answer, Exception):
        raise answer
    return answer[0]


def _reason(error: Exception) -> str:
    import requests

    if isinstance(error, requests.ConnectTimeout):
        return f"no connection within {CONNECT_SECONDS:g} seconds"
    if isinstance(error, requests.ReadTimeout) or "Read timed out" in str(error):
        return "the server stalled"
    if isinstance(error, requests.TooManyRedirects):
        return "too many redirects"
    if isinstance(error, requests.exceptions.ProxyError):
        return "the proxy refused the connection"
    if isinstance(error, requests.exceptions.SSLError):
        return "the TLS connection failed"
    if isinstance(error, requests.ConnectionError):
        return "no connection"
    return reason_of(error)
