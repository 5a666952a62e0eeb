"""Connections that are closed if no request arrives, or if the server stops."""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle
from uvicorn.server import ServerState

SECONDS = 30
"""How long a connection waits for the start of a request, with all of its headers."""


class State(ServerState):
    """uvicorn's, which does not say whether the server stops."""

    stopping = False


class Connection(H11Protocol):
    """uvicorn's, which would wait for ever for the first request, and for the rest of headers."""

    server_state: State
    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for a request, unless the server stops: it has asked all others to end by then."""
        super().connection_made(transport)
        self._wait(self.cycle)
        if self.server_state.stopping:
            transport.close()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        answered = self.cycle
        super().on_response_complete()  # may begin with the next request, if it has arrived
        self._wait(answered)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        super().connection_lost(exc)
        if self._patience is not None:
            self._patience.cancel()

    def _wait(self, last: RequestResponseCycle | None) -> None:
        if self._patience is not None:
            self._patience.cancel()
        self._patience = self.loop.call_later(SECONDS, self._close_without_request, last)

    def _close_without_request(self, last: RequestResponseCycle | None) -> None:
        if self.cycle is last:
            self.transport.close()
