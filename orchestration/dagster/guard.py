"""What stands in front of Dagster's page: it answers nobody but the person at this address.

Dagster's web server has no login, answers any Host, and takes GraphQL mutations by GET, so any page that is open in
the same browser could stop the schedule. The guard lets through what names one of our own hosts, comes from no other
origin, and sends GraphQL as JSON by POST or by websocket. With a token, everything asks for it: by a login form, or by
a bearer.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

COOKIE = "crm360"
MOST_SESSIONS = 100
MOST_FORM = 4096  # bytes of a login form
SAFE = ("GET", "HEAD")
HEADERS = [
    (b"x-frame-options", b"DENY"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
LOGIN = """<!doctype html><html lang="en"><meta charset="utf-8"><title>crm360</title>
<body><form method="post" action="/login"><label>Token <input type="password" name="token" autofocus></label>
<button>Log in</button></form></body></html>"""


class Guard:
    """An ASGI application around another. `hosts` are the names, with port, that this server is reached by."""

    def __init__(self, app: App, hosts: Iterable[str], token: str | None = None, public: Iterable[str] = ()) -> None:
        """`public` are the paths that may be read without the token."""
        self.app = app
        self.public = set(public)
        self.hosts = {host.lower() for host in hosts}
        self.token = token
        self.sessions: list[str] = []

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one connection, or hand it on."""
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            return await _answer(scope, send, *refusal)
        if (
            self.token is not None
            and scope["type"] == "http"
            and scope["path"] == "/login"
            and scope["method"] == "POST"
        ):
            return await self._log_in(scope, receive, send)
        if self.token is not None and not self._is_public(scope) and not self._is_known(headers):
            wants_page = (
                scope["type"] == "http" and scope["method"] in SAFE and "text/html" in headers.get("accept", "")
            )
            return await _answer(scope, send, 401, LOGIN if wants_page else "log in first", html=wants_page)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *HEADERS]
            await send(message)

        return await self.app(scope, receive, with_headers)

    def _refusal(self, scope: Message, headers: MutableMapping[str, str]) -> tuple[int, str] | None:
        if headers.get("host", "").lower() not in self.hosts:
            return 421, "this server is reached by another name"
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc.lower() not in self.hosts:
            return 403, "asked by a page of another origin"
        if origin is None and scope["type"] == "websocket":
            return 403, "a websocket says its origin"
        if headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
            return 403, "asked by a page of another origin"
        if scope["type"] == "websocket" or scope["path"] == "/login":
            return None
        kind = headers.get("content-type", "").split(";")[0].strip().lower()
        if scope["path"].rstrip("/").endswith("/graphql"):
            if scope["method"] != "POST":
                return 405, "GraphQL is asked by POST"
            if kind not in ("application/json", ""):
                return 415, "GraphQL is asked in JSON"
        elif scope["method"] not in SAFE and kind == "application/x-www-form-urlencoded":
            return 415, "no forms are taken here"
        return None

    def _is_public(self, scope: Message) -> bool:
        return scope["type"] == "http" and scope["method"] in SAFE and scope["path"] in self.public

    def _is_known(self, headers: MutableMapping[str, str]) -> bool:
        assert self.token is not None
        kind, _, bearer = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer" and hmac.compare_digest(bearer.strip().encode(), self.token.encode()):
            return True
        morsel = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
        return morsel is not None and any(hmac.compare_digest(morsel.value, known) for known in self.sessions)

    async def _log_in(self, scope: Message, receive: Receive, send: Send) -> None:
        assert self.token is not None
        body, more = b"", True
        while more and len(body) <= MOST_FORM:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        given = parse_qs(body.decode("utf-8", "replace")).get("token", [""])[0]
        if not hmac.compare_digest(given.encode(), self.token.encode()):
            await _answer(scope, send, 401, LOGIN, html=True)
            return
        session = secrets.token_urlsafe(32)
        self.sessions = [*self.sessions[1 - MOST_SESSIONS :], session]
        cookie = f"{COOKIE}={session}; HttpOnly; SameSite=Strict; Path=/"
        headers = [(b"set-cookie", cookie.encode()), (b"location", b"/")]
        await send({"type": "http.response.start", "status": 303, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


async def _answer(scope: Message, send: Send, status: int, text: str, html: bool = False) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 4403, "reason": text})
        return
    kind = b"text/html; charset=utf-8" if html else b"text/plain; charset=utf-8"
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", kind), *HEADERS]})
    await send({"type": "http.response.body", "body": text.encode()})
