"""What is asked of a source, and what it answers, as values: no connection, no credential, no rule stands here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

Json = Any


@dataclass(frozen=True)
class Request:
    """One HTTP request, relative to the source's base URL. Holds no credential, so it can be kept as state."""

    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Json] | None = None
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)  # beside those that every request carries
    form: Mapping[str, str] | None = None  # a body that is sent URL-encoded, in place of JSON

    @property
    def content(self) -> bytes | None:
        """The body's bytes as they are sent, and signed; None where there is none."""
        if self.form is not None:
            return urlencode(dict(self.form)).encode()
        return None if self.body is None else json.dumps(self.body).encode()

    def with_params(self, **params: object) -> Request:
        """The same request with these query parameters set; None removes one."""
        merged = {**self.params, **{k: str(v) for k, v in params.items() if v is not None}}
        return replace(self, params={k: v for k, v in merged.items() if params.get(k, "") is not None})

    def with_body(self, **changes: Json) -> Request:
        """The same request with these keys of its body set."""
        return replace(self, body={**(self.body or {}), **changes})


@dataclass(frozen=True)
class Reply:
    """A whole answer. `body` is decoded; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> object:
        """The body as Python values; ValueError if it is not JSON."""
        return json.loads(self.body)
