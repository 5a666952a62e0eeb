"""Requests that cannot be answered, and what the answer says about them."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from zookit.core import BadParameter, DataError, ZookitError
from zookit.core.errors import quoted
from zookit.serve.batcher import Full

_RETRY_AFTER = {"Retry-After": "1"}
"""In seconds."""


class Problem(BaseModel):
    """Why a request was not answered, in one line."""

    error: str


class Refused(Exception):
    """A request that cannot be answered; `status` is the HTTP status."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status

    def response(self) -> JSONResponse:
        """Return the answer."""
        headers = _RETRY_AFTER if self.status is HTTPStatus.SERVICE_UNAVAILABLE else None
        return JSONResponse({"error": str(self)}, self.status, headers)


def busy(why: str) -> Refused:
    """Return the refusal of a request that may be answered later."""
    return Refused(HTTPStatus.SERVICE_UNAVAILABLE, f"{why}. Try again later.")


def bad_request(why: str) -> Refused:
    """Return the refusal of a request that is not valid."""
    return Refused(HTTPStatus.BAD_REQUEST, why)


def add_handlers(app: FastAPI) -> None:
    """Answer every error with a JSON object that has the key `error`."""
    for kind, handler in (
        (Refused, _refused),
        (RequestValidationError, _not_valid),
        (HTTPException, _http),
        (ClientDisconnect, _gone),
        (Full, _full),
        (ZookitError, _zookit),
        (Exception, _unexpected),
    ):
        app.add_exception_handler(kind, handler)


async def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refused)
    return error.response()


async def _not_valid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    return bad_request(first_problem(error.errors())).response()


async def _http(request: Request, error: Exception) -> JSONResponse:
    """Answer what Starlette refuses, such as an unknown address."""
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    message = str(error.detail)
    if status is HTTPStatus.NOT_FOUND:
        message = f"nothing is at {quoted(request.url.path)}. /openapi.json describes what there is"
    elif status is HTTPStatus.METHOD_NOT_ALLOWED:
        takes = (error.headers or {}).get("Allow", "another method")
        message = f"{request.url.path} takes {takes}, got {request.method}"
    return JSONResponse({"error": message}, status, error.headers)


async def _gone(_: Request, error: Exception) -> JSONResponse:
    """Answer a client that went away while it sent; nobody receives it."""
    del error
    return bad_request("the body has not arrived").response()


async def _full(_: Request, error: Exception) -> JSONResponse:
    del error
    return busy("too many images wait for this model").response()


async def _zookit(_: Request, error: Exception) -> JSONResponse:
    own = isinstance(error, BadParameter | DataError)
    status = HTTPStatus.BAD_REQUEST if own else HTTPStatus.INTERNAL_SERVER_ERROR
    return Refused(status, str(error)).response()


async def _unexpected(_: Request, error: Exception) -> JSONResponse:
    message = f"unexpected error ({type(error).__name__}); see the server's log"
    return Refused(HTTPStatus.INTERNAL_SERVER_ERROR, message).response()


_EXPECTED = {
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "dict_type": "an object",
    "greater_than_equal": "at least {ge}",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "int_parsing_size": "a smaller number",
    "int_type": "a whole number",
    "list_type": "a list",
    "model_attributes_type": "an object",
    "model_type": "an object",
    "string_type": "a text",
    "too_long": "a list of at most {max_length}",
    "too_short": "a list of at least {min_length}",
}
"""What pydantic's kinds of errors say that a value must be."""


def first_problem(errors: Sequence[Any]) -> str:
    """Return the first of pydantic's errors in one line, with what was received."""
    first = errors[0]
    kind, context = first["type"], first.get("ctx", {})
    places = [str(each) for each in first["loc"] if each not in ("query", "path", "body")]
    place = ".".join(places) or "the body"
    if kind == "missing":
        return f"{place} is missing"
    if kind not in _EXPECTED:
        return f"{place}: {first['msg']}, got {quoted(first['input'])}"
    got = context.get("actual_length", quoted(first["input"]))
    return f"{place} must be {_EXPECTED[kind].format_map(context)}, got {got}"
