"""How much a request may ask for, and how many there may be at a time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

from starlette.types import Message, Receive

from zookit.serve.problems import Refused, busy

MOST_BYTES = 32_000_000
"""The most bytes in the body of a request; photographs have 3 to 15 million."""
_MOST_BYTES_AT_A_TIME = 8 * MOST_BYTES
"""The most bytes in the bodies of all requests under way."""
_MOST_REQUESTS = 128
"""The most requests under way."""
_SECONDS_TO_ARRIVE = 30
"""The longest time in which a body may arrive."""
_SECONDS_TO_ANSWER = 30
"""The longest time that a request waits for its answer after it has arrived."""


class Limits:
    """What is under way."""

    def __init__(self) -> None:
        self._requests = 0
        self._bytes = 0

    @asynccontextmanager
    async def request(self, announced: int, receive: Receive) -> AsyncIterator[Receive]:
        """Yield what receives the body of a request, within the limits.

        `announced` is the number of bytes that the request announces, 0 if it announces none. The
        context, and what it yields, raise Refused.
        """
        if announced > MOST_BYTES:
            raise _too_large()
        if self._requests >= _MOST_REQUESTS:
            raise busy("too many requests are under way")
        self._requests += 1
        body = _Body(self, receive)
        try:
            yield body.receive
        finally:
            self._requests -= 1
            self._bytes -= body.size

    def take(self, count: int) -> None:
        """Count bytes that have arrived. Raises Refused if there are too many."""
        self._bytes += count
        if self._bytes > _MOST_BYTES_AT_A_TIME:
            raise busy("too many bytes are under way")


class _Body:
    def __init__(self, limits: Limits, receive: Receive) -> None:
        self.size = 0
        self._limits = limits
        self._receive = receive
        self._until = asyncio.get_running_loop().time() + _SECONDS_TO_ARRIVE
        self._whole = False

    async def receive(self) -> Message:
        if self._whole:  # what follows is that the client has gone
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            late = f"the body did not arrive within {_SECONDS_TO_ARRIVE} seconds"
            raise Refused(HTTPStatus.REQUEST_TIMEOUT, late) from None
        count = len(message.get("body", b""))
        self.size += count
        self._limits.take(count)
        if self.size > MOST_BYTES:
            raise _too_large()
        self._whole = not message.get("more_body", False)
        return message


@asynccontextmanager
async def answered_in_time() -> AsyncIterator[None]:
    """Raise Refused if the answer takes too long."""
    try:
        async with asyncio.timeout(_SECONDS_TO_ANSWER):
            yield
    except TimeoutError:
        raise busy(f"the answer took longer than {_SECONDS_TO_ANSWER} seconds") from None


def _too_large() -> Refused:
    message = f"a request may have at most {MOST_BYTES:,} bytes"
    return Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message)
