"""A real server, and clients of it."""

import asyncio
import errno
import gc
import http.client
import json
import os
import random
import shutil
import signal
import socket
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from conftest import Command
from processes import is_running
from served import Ask, RunningServer, png, random_images, serving

import zookit as zookit_package
from zookit.core import BadExperiment
from zookit.serve.server import Server, serve

pytestmark = pytest.mark.xdist_group("server")
slow = pytest.mark.slow
PNG = {"content-type": "image/png"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server of both bundled models."""
    with serving("mnist_cnn", "fashion_mnist_cnn") as server:
        yield server
        code, err = server.end()
        assert code == 130
        assert err == "zookit: Press Ctrl-C to stop.\nzookit: interrupted.\n"


@pytest.fixture(scope="module")
def client(server: RunningServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=60) as client:
        yield client


def expected_of(images: Any) -> Any:
    return zookit_package.open_model("mnist_cnn").predict(images)


@slow
def test_answers_are_those_of_predict(client: httpx.Client, tmp_path: Path) -> None:
    images = random_images(5)
    answer = client.post("/predict?model=mnist_cnn", json={"images": images.tolist()}).json()
    found = np.array([each["probabilities"] for each in answer["predictions"]])
    assert found == pytest.approx(expected_of(images[..., None]), abs=1e-6)
    file = tmp_path / "large.png"
    file.write_bytes(png(np.random.default_rng(1).integers(0, 256, (90, 60, 3))))
    (prediction,) = client.post(
        "/predict?model=mnist_cnn&explain=true", content=file.read_bytes(), headers=PNG
    ).json()["predictions"]
    assert prediction["probabilities"] == pytest.approx(expected_of(file)[0].tolist(), abs=1e-6)
    assert prediction["explanation"].startswith("data:image/png;base64,")


@slow
def test_many_requests_at_once_get_the_answers_of_single_ones(client: httpx.Client) -> None:
    """The sums of a batch of another size may be added up in another order."""
    files = [png(image) for image in random_images(64, seed=1)]

    def ask(file: bytes) -> Any:
        sent = client.post("/predict?model=mnist_cnn", content=file, headers=PNG)
        return sent.json()["predictions"][0]

    alone = [ask(file) for file in files]
    with ThreadPoolExecutor(16) as pool:
        together = list(pool.map(ask, files))
    for one, other in zip(alone, together, strict=True):
        assert other["probabilities"] == pytest.approx(one["probabilities"], abs=1e-6)
        assert other["prepared"] == one["prepared"]


@slow
@pytest.mark.parametrize("binary", [True, False])
def test_published_client_of_the_protocol(server: RunningServer, binary: bool) -> None:
    http_client = pytest.importorskip("tritonclient.http")
    images = random_images(3)[..., None]
    with http_client.InferenceServerClient(server.address) as client:
        assert client.is_server_live()
        assert client.is_server_ready()
        assert client.is_model_ready("mnist_cnn")
        assert not client.is_model_ready("nothing")
        (given,) = client.get_model_metadata("mnist_cnn")["inputs"]
        tensor = http_client.InferInput(given["name"], [3, 28, 28, 1], given["datatype"])
        tensor.set_data_from_numpy(images, binary_data=binary)
        output = http_client.InferRequestedOutput("probabilities", binary_data=binary)
        for outputs in (None, [output]):
            result = client.infer("mnist_cnn", [tensor], outputs=outputs, request_id="1")
            assert result.get_response()["id"] == "1"
            found = result.as_numpy("probabilities")
            assert found.dtype == np.float32
            assert found == pytest.approx(expected_of(images), abs=1e-6)
        best = http_client.InferRequestedOutput("probabilities", binary, class_count=1)
        rows = client.infer("mnist_cnn", [tensor], outputs=[best]).as_numpy("probabilities")
        texts = [each.decode() if binary else each for (each,) in rows]
        labels = [int(text.split(":")[1]) for text in texts]
        assert labels == expected_of(images).argmax(1).tolist()
        wrong = http_client.InferInput("images", [1, 28, 28, 3], "UINT8")
        wrong.set_data_from_numpy(np.zeros((1, 28, 28, 3), np.uint8), binary_data=binary)
        with pytest.raises(Exception, match=r"\(N, 28, 28, 1\)"):
            client.infer("mnist_cnn", [wrong])


def connected(server: RunningServer, timeout: float = 20) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(server.address.split(":")[1])), timeout)


def raw(server: RunningServer, content: bytes) -> bytes:
    """Send bytes, and return the answer; nothing if the server waits for more."""
    with connected(server, timeout=0.5) as connection:
        received = b""
        with suppress(OSError):  # the server closes it on what it does not read to the end
            connection.sendall(content)
            while part := connection.recv(65536):
                received += part
        return received


def request_bytes(path: str, body: bytes, **headers: str) -> bytes:
    named = {
        "Host": "localhost",
        "Connection": "close",
        "Content-Length": str(len(body)),
        **headers,
    }
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in named.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


def valid_requests() -> list[bytes]:
    (image,) = random_images(1)
    file = png(image)
    arrays = json.dumps({"images": [image.tolist()]}).encode()
    form = httpx.Request("POST", "http://x", files={"file": ("a.png", file)})
    tensor = {"name": "images", "shape": [1, 28, 28, 1], "datatype": "UINT8"}
    start = json.dumps({"inputs": [{**tensor, "parameters": {"binary_data_size": 784}}]}).encode()
    plain = json.dumps({"inputs": [{**tensor, "data": image.tolist()}]}).encode()
    infer = "/v2/models/mnist_cnn/infer"
    return [
        request_bytes("/predict", file, **{"Content-Type": "image/png"}),
        request_bytes("/predict?explain=true", arrays, **{"Content-Type": "application/json"}),
        request_bytes(
            "/predict?drawn=true", form.read(), **{"Content-Type": form.headers["content-type"]}
        ),
        request_bytes(
            infer, start + image.tobytes(), **{"Inference-Header-Content-Length": str(len(start))}
        ),
        request_bytes(infer, plain),
        b"GET /models HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    ]


def spoiled(content: bytes, chance: random.Random) -> bytes:
    """Return a request with some bytes changed, removed, repeated or put in."""
    changed = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 5, 50))):
        at, length = chance.randrange(len(changed) + 1), chance.choice((1, 1, 4, 40, 400))
        new = chance.choice(
            (
                b"",
                chance.randbytes(length),
                bytes(changed[at : at + length]) * 2,
                chance.choice(
                    (b"\r\n", b"-1", b"99999999999999999999", b"null", b"{", b'"', b"\0")
                ),
            )
        )
        changed[at : at + chance.choice((0, length))] = new
    return bytes(changed[: chance.choice((len(changed), len(changed), chance.randrange(1, 900)))])


@slow
def test_a_thousand_malformed_requests_leave_it_healthy(
    server: RunningServer, client: httpx.Client
) -> None:
    chance, valid = random.Random(16), valid_requests()
    for request in valid:
        # The first explanation takes longer than what follows.
        assert client.get("/v2").status_code == 200
        with connected(server) as connection:
            connection.sendall(request)
            assert connection.recv(12) == b"HTTP/1.1 200", request[:200]
    requests = [spoiled(chance.choice(valid), chance) for _ in range(1000)]
    with ThreadPoolExecutor(16) as pool:
        answers = pool.map(partial(raw, server), requests)
        statuses = Counter(answer[9:12].decode() for answer in answers)
    assert statuses.keys() <= {"", "200", "303", "400", "403", "404", "405", "413", "415"}, statuses
    assert statuses["400"] > 300, statuses
    assert client.get("/v2/health/ready").status_code == 200
    images = random_images(2)
    answer = client.post("/predict?model=mnist_cnn", json={"images": images.tolist()}).json()
    found = np.array([each["probabilities"] for each in answer["predictions"]])
    assert found == pytest.approx(expected_of(images[..., None]), abs=1e-6)


@contextmanager
def half_sent(server: RunningServer, **headers: str) -> Iterator[tuple[socket.socket, bytes]]:
    """Send half of a request; yield its connection and the other half."""
    (image,) = random_images(1)
    request = request_bytes("/predict", png(image), **{"Content-Type": "image/png"}, **headers)
    with connected(server) as connection:
        connection.sendall(request[:200])
        time.sleep(0.3)
        yield connection, request[200:]


@slow
def test_other_addresses_need_a_token_and_a_signal_lets_it_finish(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("ZOOKIT_SERVE_TOKEN", raising=False)
    with serving("mnist_cnn", "--host", "0.0.0.0") as server:
        assert len(server.token) >= 32
        here = server.url
        assert "127.0.0.1" in here
        assert httpx.get(f"{here}/models").status_code == 401
        bearer = {"Authorization": f"Bearer {server.token}"}
        assert httpx.get(f"{here}/models", headers=bearer).status_code == 200
        with httpx.Client(base_url=here, follow_redirects=True) as browser:
            assert browser.get("/", params={"token": server.token}).status_code == 200
            assert browser.get("/models").status_code == 200
        with half_sent(server, **bearer) as (connection, rest):
            server.process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            assert is_running(server.process.pid)
            with pytest.raises(ConnectionRefusedError):  # it takes no new ones
                connected(server)
            connection.sendall(rest)
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            assert answer.status == 200
            assert json.loads(answer.read())["predictions"]
        _, err = server.process.communicate(timeout=20)
    assert server.process.returncode == 130
    assert "1 request under way" in err
    assert err.endswith("zookit: interrupted.\n")
    assert "Traceback" not in err


@slow
def test_second_ctrl_c_ends_it_at_once() -> None:
    with serving("mnist_cnn") as server, half_sent(server):
        server.process.send_signal(signal.SIGINT)
        time.sleep(0.5)
        assert is_running(server.process.pid)
        began = time.monotonic()
        code, err = server.end(signal.SIGINT)
        assert time.monotonic() - began < 5
    assert code == 130
    assert err.endswith("zookit: interrupted.\n")
    assert "Traceback" not in err


def test_port_that_is_in_use(zookit: Command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        message = zookit("serve", "mnist_cnn", "--port", str(port)).message()
    assert f"port {port} is in use" in message
    assert "--port 0" in message


def test_last_port_in_use(zookit: Command) -> None:
    with socket.socket() as other:
        with suppress(OSError):  # then another program has it
            other.bind(("127.0.0.1", 65535))
            other.listen()
        message = zookit("serve", "mnist_cnn", "--port", "65535").message()
    assert "--port 65534" in message


def test_error_while_models_load_is_not_about_the_port(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(runs: Any) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", "model.keras")

    monkeypatch.setattr("zookit.serve.server.load_models", load)
    with pytest.raises(PermissionError, match=r"model\.keras"):
        serve([zookit_package.open_model("mnist_cnn")], "127.0.0.1", 0)


@pytest.mark.skipif(os.name != "posix", reason="elsewhere no other program can bind the port")
def test_port_that_another_server_takes_while_models_load(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]

        def load(runs: Any) -> list[Any]:
            other.listen()
            return []

        monkeypatch.setattr("zookit.serve.server.load_models", load)
        with pytest.raises(BadExperiment, match=f"port {port} is in use"):
            serve([zookit_package.open_model("mnist_cnn")], "127.0.0.1", port)


@pytest.mark.parametrize(
    ("host", "advice"),
    [
        ("203.0.113.7", "--host 0.0.0.0"),
        ("300.1.1.1", "--host 0.0.0.0"),
        ("no.such.host.invalid", "--host 0.0.0.0"),
        ("", "--host '' is not"),
        ("a" * 64, "--host 0.0.0.0"),
        ("a..b", "--host 0.0.0.0"),
        ("[", "--host 0.0.0.0"),
        ("http://127.0.0.1", "--host 127.0.0.1."),
        ("127.0.0.1:8080", "--host 127.0.0.1 --port 8080"),
        ("http://localhost:8080/", "--host localhost --port 8080"),
        ("[::1]:8080", "--host ::1 --port 8080"),
        ("127.0.0.1:99999", "--host 0.0.0.0"),
    ],
)
def test_host_that_is_not_this_machine(zookit: Command, host: str, advice: str) -> None:
    message = zookit("serve", "mnist_cnn", "--host", host, "--port", "0").message()
    assert advice in message
    assert "Errno" not in message


@pytest.mark.parametrize("port", ["99999999", "-1", "x"])
def test_port_that_is_none(zookit: Command, port: str) -> None:
    message = zookit("serve", "mnist_cnn", "--port", port).message()
    assert "from 0 to 65535" in message
    assert port in message


def test_models_that_cannot_be_served(
    zookit: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "mnist_cnn" in zookit("serve", "mnist_cn").message()
    run = zookit_package.open_model("mnist_cnn")
    twice = zookit("serve", "mnist_cnn", "mnist_cnn").message()
    assert "'mnist_cnn'" in twice
    assert "named twice" in twice
    assert "named 3 times" in zookit("serve", "mnist_cnn", *["fashion_mnist_cnn"] * 3).message()
    one, other = (
        Path(shutil.copytree(run.folder, tmp_path / name / "copy")) for name in ("a", "b")
    )
    assert "named twice" in zookit("serve", one, one / ".." / "copy").message()
    assert "2 models have the name 'copy'" in zookit("serve", one, other).message()
    assert "RUN|MODEL" in zookit("serve").message()
    monkeypatch.setenv("ZOOKIT_SERVE_TOKEN", "short")
    assert "ZOOKIT_SERVE_TOKEN" in zookit("serve", "mnist_cnn", "--port", "0").message()


def test_run_that_has_not_ended(zookit: Command, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(zookit_package.open_model("mnist_cnn").folder, tmp_path / "run"))
    (folder / "metrics.json").unlink()
    assert "resume" in zookit("serve", folder).message()


def test_extra_that_is_not_installed(zookit: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zookit.cli.serve.find_spec", lambda name: None)
    assert "pip install 'zookit[serve]'" in zookit("serve", "mnist_cnn").message()


def test_page_and_nothing_else_of_the_package(ask: Ask) -> None:
    page = ask("GET", "/")
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    for path in ("/server.py", "/..%2fserver.py", "/page/index.html", "/%2e%2e/server.py"):
        assert ask("GET", path).status_code == 404


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
@pytest.mark.parametrize("turns", range(5))
def test_connection_that_arrives_while_it_stops_is_closed(turns: int) -> None:
    """asyncio needs a few turns of its loop from the arrival of a connection to its protocol."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def run() -> None:
        begun = asyncio.Event()
        server = Server(app, begun.set)
        task = asyncio.create_task(server.serve([listening]))
        await begun.wait()
        with socket.create_connection(listening.getsockname()) as held_open:
            held_open.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            for _ in range(turns):
                await asyncio.sleep(0)
            await asyncio.wait_for(server.shutdown([listening]), 5)
        server.should_exit = True
        await task
        gc.collect()  # after some turns, asyncio itself leaves the socket to it

    with socket.create_server(("127.0.0.1", 0)) as listening:
        asyncio.run(run())


def test_connection_without_a_request_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zookit.serve.connection.SECONDS", 0.2)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await asyncio.sleep(0.4)  # a slow answer is none of the client's fault
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def closed_after(*parts: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(*listening.getsockname())
        for part in parts:
            writer.write(part)
            await asyncio.sleep(0.1)
        received = await asyncio.wait_for(reader.read(), 5)
        writer.close()
        return received

    async def run() -> None:
        server = Server(app, lambda: None)
        task = asyncio.create_task(server.serve([listening]))
        whole = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
        drip = (b"G", b"E")
        answers = await asyncio.gather(
            closed_after(),
            closed_after(*drip),
            closed_after(whole),
            closed_after(whole, *drip),
            closed_after(whole * 2),
        )
        assert [each.count(b"HTTP/1.1 204") for each in answers] == [0, 0, 1, 1, 2]
        server.should_exit = True
        await task

    with socket.create_server(("127.0.0.1", 0)) as listening:
        asyncio.run(run())
