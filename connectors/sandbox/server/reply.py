"""What goes between a vendor's fake and the server: the call as it came, and the reply as it shall go out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import msgspec

JSON = "application/json"
JSON_UTF8 = "application/json; charset=utf-8"


class Call(NamedTuple):
    """One request. query: the last value of each parameter. root: scheme and host.

    parts: what the route took out of the path.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    parts: Mapping[str, str]
    root: str

    def number(self, name: str, default: int) -> int:
        """A parameter as a whole number. Raises Refused where it is none."""
        text = self.query.get(name, "")
        if not text:
            return default
        if not text.lstrip("-").isdigit():
            raise Refused(400, f"{name} must be a whole number, not {text!r}")
        return int(text)

    def json(self) -> Any:
        """The body. Raises Refused where it is no JSON object."""
        try:
            content = msgspec.json.decode(self.body)
        except msgspec.DecodeError as error:
            raise Refused(400, f"Invalid JSON input: {error}") from error
        if not isinstance(content, dict):
            raise Refused(400, "Invalid JSON input: an object is expected")
        return content

    def form(self) -> dict[str, str]:
        """The body as a URL-encoded form."""
        return dict(parse_qsl(self.body.decode("latin-1")))


class Reply(NamedTuple):
    """content: a value to be written as JSON, or the bytes themselves.

    keep: the same call gets the same bytes until a record changes. aside: no page of records but a login or a
    description, which the faults of pages pass by.
    """

    content: Any
    status: int = 200
    headers: Mapping[str, str] = {}
    media_type: str = JSON_UTF8
    keep: bool = False
    aside: bool = False

    def body(self) -> bytes:
        return self.content if isinstance(self.content, bytes) else msgspec.json.encode(self.content)


class Refused(Exception):
    """A call that the vendor answers with an error; each vendor words it in its own way."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.headers = status, message, dict(headers or {})
