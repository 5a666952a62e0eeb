"""`remote_monitor` sends what Keras's RemoteMonitor sends, and survives a server that fails."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import keras
import pytest
from callback_training import begun, built, logs_of, run_epochs

from zookit.core import BadParameter


@contextmanager
def listening(status: int = 200) -> Iterator[tuple[str, list[tuple[str, str, bytes]]]]:
    """The URL of a server, and what is posted to it: path, content type, body."""
    posted: list[tuple[str, str, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            posted.append((self.path, self.headers["Content-Type"], body))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Log nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}", posted
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("as_json", [False, True])
def test_it_sends_what_keras_sends(as_json: bool) -> None:
    with listening() as (root, posted):
        words = f"remote_monitor:{root},field=values,send_as_json={str(as_json).lower()}"
        run_epochs(built(words), [0.5, 0.25])
        run_epochs(
            keras.callbacks.RemoteMonitor(root, field="values", send_as_json=as_json), [0.5, 0.25]
        )
    assert len(posted) == 4
    assert posted[:2] == posted[2:]
    assert posted[0][0] == "/publish/epoch/end/"


def test_a_server_that_fails_is_reported_once_and_not_again_after_resuming(
    messages: list[str],
) -> None:
    values = [0.5, 0.4, 0.3]
    with listening(500) as (root, posted):
        first, second = built(f"remote_monitor:{root}"), built(f"remote_monitor:{root}")
        begun(first).train(logs_of(values), until=2)
        assert begun(second, 2, first.get_state()).model is not None
        second.on_epoch_end(2, {"loss": 0.3})
    assert len(posted) == 3
    (line,) = messages
    assert line.startswith("remote_monitor: ")
    assert "epoch 1" in line
    assert "500" in line


@pytest.mark.parametrize(
    "parameters",
    [
        "path=@example.org/",
        "path=.example.org/",
        "path=8/",
        "root=example.org",
        "root=//example.org",
        "root=http:/example.org",
        "root=file:///etc/passwd",
    ],
)
def test_only_an_address_and_a_path_on_its_server_are_accepted(parameters: str) -> None:
    name = parameters.partition("=")[0]
    with pytest.raises(BadParameter, match=f"remote_monitor: {name} "):
        built(f"remote_monitor:{parameters}")
