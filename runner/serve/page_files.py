"""The files of the page."""

from collections.abc import Awaitable, Callable
from functools import cache
from importlib.resources import files

from fastapi import APIRouter
from fastapi.responses import Response

_KINDS = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
_START = "index.html"


def page_routes() -> APIRouter:
    """Return routes for the files of the page that are packaged, and for no others."""
    router = APIRouter(include_in_schema=False)
    for name in _packaged():
        path = "/" if name == _START else f"/{name}"
        router.add_api_route(path, _sending(name))
    return router


def _sending(name: str) -> Callable[[], Awaitable[Response]]:
    """Return what answers with a file."""

    async def send() -> Response:
        return Response(_content(name), media_type=_KINDS[name.rpartition(".")[2]])

    return send


def _packaged() -> list[str]:
    folder = files(__package__) / "page"
    return sorted(each.name for each in folder.iterdir() if each.name.rpartition(".")[2] in _KINDS)


@cache
def _content(name: str) -> bytes:
    return (files(__package__) / "page" / name).read_bytes()
