"""Runs the server until a signal ends it."""

import errno
import logging
import os
import shlex
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from urllib.parse import urlsplit

import uvicorn
from starlette.types import ASGIApp

from zookit.core import BadExperiment, say
from zookit.core.data.images import without_warnings
from zookit.core.messages import counted, printable
from zookit.runs.run import RunRecord
from zookit.serve.access import Access, token_for
from zookit.serve.app import application
from zookit.serve.connection import SECONDS, Connection, State
from zookit.serve.guard import Guard
from zookit.serve.served_model import check_runs, load_models
from zookit.serve.served_models import ServedModels

_ALL = ("0.0.0.0", "::")  # noqa: S104 - what the user may write
"""All addresses of this machine."""
_LAST_PORT = 65535
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_SECONDS_TO_STOP = 35
"""The longest time in which requests under way are answered after Ctrl-C."""


def serve(runs: Sequence[RunRecord], host: str, port: int) -> None:
    """Serve models until Ctrl-C or SIGTERM, and raise KeyboardInterrupt then.

    Requests under way are answered first; a second Ctrl-C does not wait for them. The address is
    printed when requests are answered.

    Args:
        runs: the runs, which have ended and have different names.
        host: the address to listen at, such as "127.0.0.1". Others than loopback need a token,
            which is part of the printed address.
        port: the port; 0 for a free one.

    Raises:
        BadRun: a run has not ended, or its model cannot be rebuilt.
        BadExperiment: two runs have the same name, the images of one are of a kind that no image
            file has, the address is not one of this machine or not free, or the token is not valid.
    """
    check_runs(runs)
    with _bound(host, port) as listening:
        address, own_port = listening.getsockname()[:2]
        token = token_for(address)
        models = ServedModels(load_models(runs))
        app = Guard(application(models), Access(token, own_port))
        server = Server(app, lambda: _show(models, host, own_port, token))
        with _available(host, own_port):  # another may have begun to listen meanwhile
            listening.listen()
        # It warns of forms that are not valid.
        logging.getLogger("python_multipart").setLevel(logging.CRITICAL)
        with without_warnings():  # about metadata of pictures
            server.run([listening])
        models.stop()
    if server.ended_by_signal:
        raise KeyboardInterrupt


class Server(uvicorn.Server):
    """Reports when it answers, and ends on the signals that the process does not ignore."""

    def __init__(self, app: ASGIApp, answering: Callable[[], None]) -> None:
        config = uvicorn.Config(
            app,
            access_log=False,
            http=Connection,
            lifespan="off",
            # The application reports its own errors, and clients' mistakes are not of interest.
            log_config=None,
            log_level="critical",
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=_SECONDS_TO_STOP,
            timeout_keep_alive=SECONDS,
            ws="none",
        )
        super().__init__(config)
        self.server_state: State = State()
        self.ended_by_signal = False
        self._answering = answering

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        self._answering()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer what is under way."""
        self.server_state.stopping = True
        under_way = len(self.server_state.tasks)
        if under_way:
            say(f"{counted(under_way, 'request')} under way. Ctrl-C again ends at once.")
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Handle Ctrl-C and SIGTERM, unless they are ignored, as in background jobs of a shell."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {each: signal.getsignal(each) for each in _SIGNALS}
        handled = [each for each in _SIGNALS if before[each] is not signal.SIG_IGN]
        for each in handled:
            signal.signal(each, self.handle_exit)
        try:
            yield
        finally:
            for each in handled:
                signal.signal(each, before[each])

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End; at once if that was asked for before."""
        del sig, frame
        if self.should_exit:
            raise KeyboardInterrupt
        self.ended_by_signal = self.should_exit = True


@contextmanager
def _bound(host: str, port: int) -> Iterator[socket.socket]:
    """Yield a socket that is bound, so that other programs leave the port, but does not listen yet.

    Raises BadExperiment if that is not possible.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):  # a part of the name may be too long
        raise _not_here(host) from None
    family, kind, protocol, _, address = found[0]
    with socket.socket(family, kind, protocol) as bound:
        if os.name == "posix":  # elsewhere it would take the port of another program
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with _available(host, port):
            bound.bind(address)
        yield bound


@contextmanager
def _available(host: str, port: int) -> Iterator[None]:
    """Raise BadExperiment if the address is not available."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            other = port + 1 if port < _LAST_PORT else port - 1
            raise BadExperiment(
                f"port {port} is in use, perhaps by another zookit serve. Choose another port "
                f"with --port {other}, or a free one with --port 0."
            ) from None
        if error.errno == errno.EACCES:
            raise BadExperiment(
                f"port {port} may only be used by root. Choose one above 1023 with --port."
            ) from None
        if error.errno == errno.EADDRNOTAVAIL:
            raise _not_here(host) from None
        raise


def _not_here(host: str) -> BadExperiment:
    """Return the error for an address that is not one of this machine."""
    try:
        parts = urlsplit(host if "://" in host else f"//{host}")
        name, port = parts.hostname or "", parts.port
    except ValueError:
        name, port = "", None
    if name and name != host.lower():
        words = f"--host {shlex.quote(name)}{'' if port is None else f' --port {port}'}"
        return BadExperiment(
            f"--host takes an address without a port and without http://, got {printable(host)}. "
            f"Write {words}."
        )
    return BadExperiment(
        f"--host {shlex.quote(printable(host))} is not an address of this machine. Leave it out "
        "for this machine alone, or write --host 0.0.0.0 for all of its addresses."
    )


def _show(models: ServedModels, host: str, port: int, token: str) -> None:
    """Print what is served and where."""
    for model in models:
        height, width, channels = model.shape
        images = f"{'grey' if channels == 1 else 'colour'} images, {width} x {height} pixels"
        print(f"{printable(model.name)}: {model.title}, {images}, {len(model.class_names)} classes")
    for name in ("127.0.0.1", socket.gethostname()) if host in _ALL else (host,):
        shown = f"[{name}]" if ":" in name else name
        print(f"http://{printable(shown)}:{port}/{f'?token={token}' if token else ''}")
    sys.stdout.flush()
    say("Press Ctrl-C to stop.")
