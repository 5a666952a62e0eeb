"""Who may send requests: a token, and from loopback alone without one."""

import hmac
import os
import re
import secrets
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from ipaddress import ip_address
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers

from zookit.core import BadExperiment
from zookit.serve.problems import Refused, bad_request

TOKEN_VARIABLE = "ZOOKIT_SERVE_TOKEN"  # noqa: S105 - the variable's name
_TOKEN = re.compile(r"[A-Za-z0-9._~-]{16,512}")
_COOKIE = "zookit"


def token_for(host: str) -> str:
    """Return the token that requests must have; empty if only this machine can send any.

    `host` is the address that the server listens at. Raises BadExperiment if ZOOKIT_SERVE_TOKEN
    is not a token.
    """
    given = os.environ.get(TOKEN_VARIABLE, "")
    if given and not _TOKEN.fullmatch(given):
        raise BadExperiment(
            f"{TOKEN_VARIABLE} must have 16 to 512 letters, digits, '.', '_', '~' and '-', got "
            f"{len(given)} characters. Remove it, and zookit makes a token."
        )
    return given or ("" if ip_address(host).is_loopback else secrets.token_urlsafe(24))


class Access:
    """Decides whether a request is answered.

    Without a token, it must name this machine as its host, so that a web page cannot reach the
    server through a name that it lets point to 127.0.0.1 (DNS rebinding). With and without one, a
    request that a browser sends for a page must be for a page of this server.
    """

    def __init__(self, token: str, port: int) -> None:
        self._token = token
        self._cookie = f"{_COOKIE}_{port}"  # browsers share cookies between ports

    def check(self, headers: Headers) -> None:
        """Raise Refused unless the request may be answered."""
        host = headers.get("host", "")
        if not self._token and not _is_this_machine(host):
            raise Refused(
                HTTPStatus.FORBIDDEN,
                "the request is for another host than this machine. Open the address that zookit "
                f"serve prints, or set {TOKEN_VARIABLE}",
            )
        origin = headers.get("origin")
        if origin is not None and _host_of(origin) != host.lower():
            raise Refused(HTTPStatus.FORBIDDEN, "a page of another site may not send requests")
        if self._token and not self._has_token(headers):
            raise Refused(
                HTTPStatus.UNAUTHORIZED,
                "the token is missing or wrong. Open the address that zookit serve prints, or send "
                "the header 'Authorization: Bearer TOKEN'",
            )

    def cookie_for(self, query: bytes) -> str | None:
        """Return the cookie for a browser that opens the page with the token in its address.

        None if the address has no token, and none is needed. Raises Refused if it is wrong.
        """
        try:
            tokens = parse_qs(query.decode("ascii"), max_num_fields=10).get("token", [])
        except ValueError:
            raise bad_request("the query of the address is not valid") from None
        if not self._token or not tokens:
            return None
        if not self._is_token(tokens[-1]):
            raise Refused(HTTPStatus.UNAUTHORIZED, "the token in the address is wrong")
        # Lax, so that it is sent when a link from elsewhere opens the page, and then only.
        return f"{self._cookie}={self._token}; Path=/; HttpOnly; SameSite=Lax"

    def _has_token(self, headers: Headers) -> bool:
        kind, _, bearer = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return self._is_token(bearer.strip())
        try:
            cookie = SimpleCookie(headers.get("cookie", "")).get(self._cookie)
        except CookieError:
            return False
        return cookie is not None and self._is_token(cookie.value)

    def _is_token(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self._token.encode())


def _is_this_machine(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


def _host_of(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""
