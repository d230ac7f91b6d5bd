"""The guard before Dagster's page: who is answered, truth table by truth table, against an application that answers everybody."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from crm360.orchestration.dagster.guard import Guard, Message, Receive, Send

HOST = "127.0.0.1:3000"
HOME = f"http://{HOST}"
TOKEN = "a-token-that-is-long-enough"


async def answers_everybody(scope: Message, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"answered"})


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    text: str


class Browser:
    """Speaks ASGI to the guard, and keeps the one cookie that it is given."""

    def __init__(self, token: str | None = None) -> None:
        self.guard = Guard(answers_everybody, [HOST, "localhost:3000"], token)
        self.cookie = ""

    def _told(self, kind: str, method: str, url: str, headers: Mapping[str, str], body: bytes) -> list[Message]:
        path, _, query = url.partition("?")
        told = {"host": HOST} | ({"cookie": self.cookie} if self.cookie else {}) | dict(headers)
        scope = {
            "type": kind, "method": method, "path": path, "query_string": query.encode(),
            "headers": [(k.encode(), v.encode()) for k, v in told.items()],
        }  # fmt: skip
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        asyncio.run(self.guard(scope, receive, send))
        return sent

    def ask(self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Reply:
        start, rest = self._told("http", method, url, headers or {}, body)
        found = {k.decode(): v.decode() for k, v in start["headers"]}
        self.cookie = found.get("set-cookie", self.cookie).split(";")[0]
        return Reply(start["status"], found, rest["body"].decode())

    def is_connected(self, **headers: str) -> bool:
        """Whether a websocket is accepted."""
        return self._told("websocket", "", "/graphql", headers, b"")[0]["type"] == "websocket.accept"


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/", {}, 200),
        ("GET", "/", {"host": "localhost:3000"}, 200),
        ("GET", "/", {"host": "evil.example"}, 421),  # a name that leads to loopback (DNS rebinding)
        ("GET", "/", {"host": "127.0.0.1:3001"}, 421),
        ("GET", "/", {"host": ""}, 421),
        ("GET", "/", {"origin": "http://evil.example"}, 403),
        ("GET", "/", {"origin": "null"}, 403),
        ("GET", "/", {"origin": f"http://{HOST}@evil.example"}, 403),
        ("GET", "/", {"sec-fetch-site": "cross-site"}, 403),
        ("GET", "/", {"sec-fetch-site": "same-site"}, 403),
        ("GET", "/", {"sec-fetch-site": "none"}, 200),
        ("GET", "/graphql?query=mutation{stopSchedule}", {}, 405),
        ("GET", "/graphql/?query={version}", {}, 405),
        ("POST", "/graphql", {"content-type": "application/json"}, 200),
        ("POST", "/graphql", {"content-type": "application/json; charset=utf-8", "origin": HOME}, 200),
        ("POST", "/graphql", {"content-type": "text/plain"}, 415),  # what a form or a simple request can send
        ("POST", "/graphql", {"content-type": "application/x-www-form-urlencoded"}, 415),
        ("POST", "/graphql", {"content-type": "application/graphql"}, 415),
        ("POST", "/graphql", {"content-type": "application/json", "origin": "http://evil.example"}, 403),
        ("POST", "/upload", {"content-type": "application/x-www-form-urlencoded"}, 415),
    ],
)
def test_who_is_answered(method: str, path: str, headers: dict[str, str], status: int) -> None:
    reply = Browser().ask(method, path, headers)
    assert reply.status == status
    assert (reply.text == "answered") == (status == 200)
    assert reply.headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize(
    ("headers", "answered"),
    [({"origin": HOME}, True), ({"origin": "http://evil.example"}, False), ({}, False), ({"origin": HOME, "host": "evil.example"}, False)],
)  # fmt: skip
def test_a_websocket_is_of_our_own_page(headers: dict[str, str], answered: bool) -> None:
    assert Browser().is_connected(**headers) == answered


def test_with_a_token_everything_asks_for_it() -> None:
    made = Browser(TOKEN)
    assert made.ask("GET", "/").status == 401
    assert "<form" in made.ask("GET", "/", {"accept": "text/html"}).text
    assert made.ask("POST", "/graphql", {"content-type": "application/json"}).status == 401
    assert made.ask("GET", "/", {"authorization": f"Bearer {TOKEN}"}).text == "answered"
    assert made.ask("GET", "/", {"authorization": f"Bearer {TOKEN}x"}).status == 401
    assert made.ask("GET", "/", {"authorization": "Bearer "}).status == 401
    assert not made.is_connected(origin=HOME)


def test_a_login_is_a_session_of_this_browser() -> None:
    made = Browser(TOKEN)
    form = f"token={TOKEN}".encode()
    assert made.ask("POST", "/login", body=b"token=guess").status == 401
    assert made.ask("GET", "/").status == 401
    assert made.ask("POST", "/login", {"origin": "http://evil.example"}, form).status == 403
    reply = made.ask("POST", "/login", {"origin": HOME}, form)
    assert reply.status == 303 and reply.headers["location"] == "/"
    assert {"HttpOnly", "SameSite=Strict"} <= {part.strip() for part in reply.headers["set-cookie"].split(";")}
    assert TOKEN not in reply.headers["set-cookie"]
    assert made.ask("GET", "/").text == "answered"
    assert made.is_connected(origin=HOME)
    other = Browser(TOKEN)
    other.cookie = "crm360=made-up"
    assert other.ask("GET", "/").status == 401
