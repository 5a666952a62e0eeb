"""A real local web server that can send wrong answers."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

Manner = Literal[
    "ranges",  # as a good server does
    "no_ranges",  # always the whole file
    "slow",
    "cut",  # half of what was asked for, then the connection is closed
    "stall",  # half of what was asked for, then nothing
    "silent",  # not even a header
    "wrong",  # other bytes of the same length
    "too_long",  # announces more bytes than there are
    "too_short",  # announces fewer
    "gzip_encoded",  # calls a .gz file gzip-encoded, as Apache does
    "gzip_encoded_cut",
    "endless",  # never stops, announces no length
    "trickle",  # a few bytes at a time, for ever
    "trickling_header",  # so slowly that no header ends
    "redirect_loop",
    "other_range",  # another part of the file than was asked for
    204,
    304,
    403,
    404,
    416,
    429,
    500,
    503,
]


class Server(ThreadingHTTPServer):
    """Serves the files of `serve`; `requests` lists (path, Range header) in order of arrival."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.requests: list[tuple[str, str | None]] = []
        self.files: dict[str, tuple[bytes, list[Manner]]] = {}
        self.stopping = threading.Event()

    def serve(self, path: str, content: bytes, *manners: Manner) -> str:
        """Serve a file and return its URL; the last manner is used for all further requests."""
        self.files[path] = (content, list(manners or ("ranges",)))
        return self.url + path

    def ranges(self) -> list[str | None]:
        """Return the Range headers of the requests."""
        return [asked for _, asked in self.requests]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Do not print a traceback if a client disconnects."""


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        asked = self.headers["Range"]
        self.server.requests.append((self.path, asked))
        content, manners = self.server.files.get(self.path, (b"", [404]))
        manner = manners.pop(0) if len(manners) > 1 else manners[0]
        if isinstance(manner, int):
            self.send_error(manner)
            return
        if manner == "redirect_loop":
            self.send_response(302)
            self.send_header("Location", self.path)
            self.end_headers()
            return
        if manner in ("endless", "trickle", "trickling_header"):
            self._send_for_ever(manner)
            return
        if manner == "silent":
            self.server.stopping.wait(20)
            return
        if manner == "slow":
            self.server.stopping.wait(0.2)
        start = 0
        if asked and manner != "no_ranges":
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
            if start >= len(content):
                self.send_error(416)
                return
        self._send(content[start:], manner, partial=start > 0)

    def _send_for_ever(self, manner: Manner) -> None:
        """Send until the client or the server has had enough."""
        self.wfile.write(
            b"HTTP/1.1 200 OK\r\nX-Long: " + b"\r\n\r\n" * (manner != "trickling_header")
        )
        sent = b"x" * (1 << 16 if manner == "endless" else 1)
        pause = 0.0 if manner == "endless" else 0.02
        with suppress(OSError):
            while not self.server.stopping.wait(pause):
                self.wfile.write(sent)

    def _send(self, body: bytes, manner: Manner, *, partial: bool) -> None:
        length = len(body)
        if manner == "too_long":
            length += 100
        elif manner == "too_short":
            length -= 10
        elif manner == "wrong":
            body = bytes(byte ^ 1 for byte in body)
        self.send_response(206 if partial else 200)
        if partial:
            start = "0" if manner == "other_range" else self.headers["Range"][6:-1]
            self.send_header("Content-Range", f"bytes {start}-{start}/*")
        self.send_header("Content-Length", str(length))
        if str(manner).startswith("gzip_encoded"):
            self.send_header("Content-Encoding", "x-gzip")
        self.end_headers()
        half = manner in ("cut", "stall", "gzip_encoded_cut")
        self.wfile.write(body[: len(body) // 2] if half else body)
        if manner == "stall":
            self.wfile.flush()
            self.server.stopping.wait(20)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Log nothing."""


@contextmanager
def serving() -> Iterator[Server]:
    """Yield a running server."""
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.stopping.set()
            server.shutdown()
            thread.join()
