"""Checks every request before the application sees it, and adds headers to every answer."""

import traceback
from http import HTTPStatus

from fastapi.responses import RedirectResponse
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from zookit.serve.access import Access
from zookit.serve.limits import Limits
from zookit.serve.problems import Refused

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; connect-src 'self'; font-src 'self'; img-src 'self' data: blob:; "
        "media-src 'self' blob:; script-src 'self'; style-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Guard:
    """An ASGI application around another one."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access
        self._limits = Limits()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        started = False
        head = scope.get("method") == "HEAD"

        async def sending(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            elif head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        if scope["type"] != "http":
            return
        if head:  # the answer to GET without its body
            scope = {**scope, "method": "GET"}
        try:
            await self._answer(scope, receive, sending)
        except Refused as refused:
            if not started:
                await refused.response()(scope, receive, sending)
        except Exception:  # noqa: BLE001 - the server goes on; the application has answered
            traceback.print_exc()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        if scope["path"] == "/" and scope["query_string"]:
            cookie = self._access.cookie_for(scope["query_string"])
            if cookie is not None:
                to_page = RedirectResponse("/", HTTPStatus.SEE_OTHER, {"Set-Cookie": cookie})
                await to_page(scope, receive, send)
                return
        self._access.check(headers)
        announced = headers.get("content-length", "0")
        async with self._limits.request(int(announced), receive) as limited:
            await self._app(scope, limited, send)
