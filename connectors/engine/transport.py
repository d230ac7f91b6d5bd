"""Connections to one origin on which a whole answer, head and body, has one deadline.

A socket's timeout is a limit between bytes: a server that sends a byte now and then is waited for without end. Here
each read may only take what is left of the request's time. No redirects, proxies, cookies, netrc or retries: see
session.py.
"""

from __future__ import annotations

import http.client
import io
import socket
import threading
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import certifi
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

READ_AHEAD = 65_536  # bytes; the standard library's 8,192 make eight reads out of one
_REQUEST = threading.local()  # of this thread's request, in monotonic seconds: its `end`, and when it `left_at`


class _Hurried(io.RawIOBase):
    """A socket's stream, each read of which may take what is left of the request's time."""

    def __init__(self, stream: Any, of: socket.socket) -> None:
        self._stream, self._socket = stream, of

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = _REQUEST.end - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer did not end within the deadline")
        self._socket.settimeout(left)
        came: int | None = self._stream.readinto(buffer)
        return came

    def close(self) -> None:
        self._stream.close()
        super().close()


class _Answer(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        _REQUEST.left_at = time.monotonic()  # an answer is waited for as soon as the request has gone
        stream: Any = self.fp
        self.fp = io.BufferedReader(_Hurried(stream.detach(), sock), READ_AHEAD)


class _Plain(HTTPConnection):
    response_class = _Answer


class _Secure(HTTPSConnection):
    response_class = _Answer


class _PlainPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _Secure


class Transport:
    """Keeps connections to the origin of a URL open. Safe to share between threads."""

    def __init__(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        if parts.scheme == "https":
            self._pool: urllib3.HTTPConnectionPool = _SecurePool(
                parts.hostname or "", parts.port, maxsize=8, ca_certs=certifi.where(), cert_reqs="CERT_REQUIRED"
            )
        else:
            self._pool = _PlainPool(parts.hostname or "", parts.port, maxsize=8)

    @property
    def left_at(self) -> float:
        """When this thread's last request had been sent, monotonic seconds; 0 if it never was."""
        return float(getattr(_REQUEST, "left_at", 0.0))

    def send(
        self, method: str, target: str, body: bytes | None, headers: Mapping[str, str], *, connect: float, end: float
    ) -> urllib3.BaseHTTPResponse:
        """The answer's head; its body is read and then released by the caller.

        `target` is path and query, `connect` the seconds that a connection may take, `end` when all must be over.
        Raises urllib3's errors and OSError.
        """
        _REQUEST.end, _REQUEST.left_at = end, 0.0
        left = max(0.001, end - time.monotonic())
        return self._pool.urlopen(
            method,
            target,
            body,
            headers,
            retries=False,
            redirect=False,
            timeout=urllib3.Timeout(connect=min(connect, left), read=left),
            preload_content=False,
            decode_content=False,
            enforce_content_length=False,  # session.py says it in its own words
        )
