"""Which requests are answered, and how much they may ask for."""

import asyncio
from collections.abc import AsyncIterator, Callable
from http import HTTPStatus
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from served import png, random_images
from starlette.types import ASGIApp

from zookit.core import BadExperiment
from zookit.serve import limits
from zookit.serve.access import TOKEN_VARIABLE, Access, token_for
from zookit.serve.guard import Guard
from zookit.serve.problems import add_handlers

TOKEN = "0123456789abcdef"
Send = Callable[..., httpx.Response]


def send(app: ASGIApp, method: str, url: str, **what: Any) -> httpx.Response:
    async def sending() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport) as client:
            return await client.request(method, url, **what)

    return asyncio.run(sending())


@pytest.fixture
def open_app(app: FastAPI) -> Guard:
    """The application as loopback has it."""
    return Guard(app, Access("", 8000))


@pytest.fixture
def closed_app(app: FastAPI) -> Guard:
    """The application with a token."""
    return Guard(app, Access(TOKEN, 8000))


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1:8000", "localhost", "localhost:9000", "[::1]:8000", "LOCALHOST", "127.9.9.9"],
)
def test_this_machine_is_answered(open_app: Guard, host: str) -> None:
    headers = {"host": host, "origin": f"http://{host}"}
    assert send(open_app, "GET", "http://x/models", headers=headers).status_code == HTTPStatus.OK


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1", "", "[", "::"],
)
def test_name_that_points_here_is_refused(open_app: Guard, host: str) -> None:
    answer = send(open_app, "GET", "http://x/models", headers={"host": host})
    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert "host" in answer.json()["error"]


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://localhost:8001", "null", "", "http://["]
)
def test_page_of_another_site_is_refused(open_app: Guard, closed_app: Guard, origin: str) -> None:
    headers = {"host": "localhost:8000", "origin": origin}
    bearer = {**headers, "authorization": f"Bearer {TOKEN}"}
    for app, sent in ((open_app, headers), (closed_app, bearer)):
        answer = send(app, "POST", "http://x/predict", headers=sent)
        assert answer.status_code == HTTPStatus.FORBIDDEN
        assert "access-control-allow-origin" not in answer.headers


def test_every_answer_forbids_the_browser_to_load_from_elsewhere(open_app: Guard) -> None:
    for path in ("/models", "/nothing", "/v2"):
        headers = send(open_app, "GET", f"http://localhost{path}").headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "http" not in policy
        assert headers["x-content-type-options"] == "nosniff"


def test_head_is_answered_as_get_without_the_body(open_app: Guard) -> None:
    for path in ("/", "/models", "/openapi.json", "/v2", "/v2/models/mnist_cnn", "/nothing"):
        get = send(open_app, "GET", f"http://localhost{path}")
        head = send(open_app, "HEAD", f"http://localhost{path}")
        assert (head.status_code, head.headers) == (get.status_code, get.headers)
        assert not head.content
    assert send(open_app, "HEAD", "http://localhost/predict").status_code == 405


def test_token_opens(closed_app: Guard) -> None:
    for path in ("/", "/models", "/v2/health/live", "/openapi.json", "/nothing"):
        for headers in (
            {},
            {"authorization": "Bearer wrong"},
            {"authorization": TOKEN},
            {"cookie": f"zookit_8000={TOKEN}x"},
            {"cookie": "zookit_8000=ä; =".encode()},
            {"authorization": "Bearer ä".encode()},
        ):
            answer = send(closed_app, "GET", f"http://any.example{path}", headers=headers)
            assert answer.status_code == HTTPStatus.UNAUTHORIZED
            assert TOKEN not in answer.text
    right = {"authorization": f"Bearer {TOKEN}"}
    assert send(closed_app, "GET", "http://any.example/models", headers=right).status_code == 200


def test_page_keeps_the_token_of_its_address(closed_app: Guard) -> None:
    wrong = send(closed_app, "GET", "http://any.example/?token=wrong")
    assert wrong.status_code == HTTPStatus.UNAUTHORIZED
    to_page = send(closed_app, "GET", f"http://any.example/?token={TOKEN}")
    assert to_page.status_code == HTTPStatus.SEE_OTHER
    assert to_page.headers["location"] == "/"
    cookie = to_page.headers["set-cookie"]
    assert "HttpOnly" in cookie
    sent = {"cookie": cookie.partition(";")[0]}
    assert send(closed_app, "GET", "http://any.example/models", headers=sent).status_code == 200


def test_token_for_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TOKEN_VARIABLE, raising=False)
    assert token_for("127.0.0.1") == token_for("::1") == ""
    assert len(token_for("0.0.0.0")) >= 32
    assert token_for("192.168.1.2") != token_for("192.168.1.2")
    monkeypatch.setenv(TOKEN_VARIABLE, TOKEN)
    assert token_for("127.0.0.1") == token_for("::") == TOKEN
    for wrong in ("short", "with spaces in it, and long enough", "ä" * 20):
        monkeypatch.setenv(TOKEN_VARIABLE, wrong)
        with pytest.raises(BadExperiment, match=TOKEN_VARIABLE) as raised:
            token_for("127.0.0.1")
        assert wrong not in str(raised.value)


async def in_parts(count: int, size: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"x" * size


@pytest.mark.parametrize("announced", [True, False])
def test_large_body(open_app: Guard, monkeypatch: pytest.MonkeyPatch, announced: bool) -> None:
    monkeypatch.setattr(limits, "MOST_BYTES", 1000)
    body: Any = b"x" * 1001 if announced else in_parts(11, 100)
    headers = {"content-type": "image/png"}
    answer = send(open_app, "POST", "http://localhost/predict", content=body, headers=headers)
    assert answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert "1,000 bytes" in answer.json()["error"]
    for path in ("/predict", "/v2/models/mnist_cnn/infer"):
        small = send(open_app, "POST", f"http://localhost{path}", content=b"x" * 1000)
        assert small.status_code in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)


def test_slow_body(open_app: Guard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_SECONDS_TO_ARRIVE", 0.05)

    async def slow() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.sleep(0.2)
        yield b"x"

    headers = {"content-type": "image/png"}
    answer = send(open_app, "POST", "http://localhost/predict", content=slow(), headers=headers)
    assert answer.status_code == HTTPStatus.REQUEST_TIMEOUT


class Waiting:
    """An application that reads the body and answers when it may; `arrived` counts requests."""

    def __init__(self) -> None:
        self.arrived = 0
        self.may_answer = asyncio.Event()

    def app(self) -> FastAPI:
        app = FastAPI()
        add_handlers(app)

        @app.post("/")
        async def answer(request: Request) -> int:
            body = await request.body()
            self.arrived += 1
            await self.may_answer.wait()
            return len(body)

        return app


@pytest.mark.parametrize(
    ("limit", "value", "size"), [("_MOST_REQUESTS", 4, 1), ("_MOST_BYTES_AT_A_TIME", 450, 100)]
)
def test_too_much_at_a_time(
    monkeypatch: pytest.MonkeyPatch, limit: str, value: int, size: int
) -> None:
    monkeypatch.setattr(limits, limit, value)

    async def run() -> None:
        waiting = Waiting()
        transport = httpx.ASGITransport(Guard(waiting.app(), Access("", 8000)))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            body = b"x" * size
            four = [asyncio.create_task(client.post("/", content=body)) for _ in range(4)]
            while waiting.arrived < 4:
                await asyncio.sleep(0.01)
            refused = await client.post("/", content=body)
            assert refused.status_code == HTTPStatus.SERVICE_UNAVAILABLE
            assert int(refused.headers["retry-after"]) >= 1
            waiting.may_answer.set()
            assert {each.status_code for each in await asyncio.gather(*four)} == {HTTPStatus.OK}
            assert (await client.post("/", content=body)).json() == size

    asyncio.run(run())


def test_answer_that_takes_too_long(
    open_app: Guard, models: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "_SECONDS_TO_ANSWER", 0)
    headers = {"content-type": "image/png"}
    file = png(random_images(1)[0])
    answer = send(open_app, "POST", "http://localhost/predict", content=file, headers=headers)
    assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert int(answer.headers["retry-after"]) >= 1


def test_error_that_nobody_expected(capfd: pytest.CaptureFixture[str]) -> None:
    app = FastAPI()

    @app.get("/")
    async def fail() -> None:
        raise RuntimeError("of the application")

    answer = send(Guard(app, Access("", 8000)), "GET", "http://localhost/")
    assert answer.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    assert "of the application" in capfd.readouterr().err
