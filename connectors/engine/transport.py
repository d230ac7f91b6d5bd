"""What `requests` does not do by itself: one deadline for a whole answer, and nothing taken from the environment.

`Http` is a `requests.Session` that follows no redirect, keeps no cookie, and looks at neither netrc nor the
environment's proxies and certificates. It sends through a `DeadlineAdapter`, whose `timeout=(connect, whole)` is the
time by which an answer, head and body, must be over. `requests` itself takes the second for a limit between bytes: a
server that sends one now and then is waited for without end.
"""

from __future__ import annotations

import http.client
import io
import socket
import threading
import time
from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
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


class DeadlineAdapter(HTTPAdapter):
    """Sends once, without a proxy. Its `timeout` is (seconds to connect, seconds until all must have come).

    A body that is read from `response.raw` after that raises TimeoutError, or what urllib3 makes of it.
    """

    def __init__(self) -> None:
        never = urllib3.Retry(total=False, redirect=False)
        super().__init__(pool_connections=1, pool_maxsize=8, max_retries=never)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Connections whose reads know the deadline."""
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}

    def send(  # type: ignore[override]
        self,
        request: requests.PreparedRequest,
        stream: bool = True,
        timeout: tuple[float, float] = (10.0, 60.0),
        verify: bool | str = True,
        cert: str | tuple[str, str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """The answer's head; its body is read from `raw` by the caller. `proxies` are not looked at."""
        connect, whole = timeout
        _REQUEST.end, _REQUEST.left_at = time.monotonic() + whole, 0.0
        return super().send(request, True, (min(connect, whole), whole), verify, cert, None)


def left_at() -> float:
    """When this thread's last request had been sent, monotonic seconds; 0 if it never was."""
    return float(getattr(_REQUEST, "left_at", 0.0))


class Http(requests.Session):
    """One source's `requests` session. Safe to share between threads: it holds nothing that an answer could change.

    `ca_file` names the certificate authorities to trust in place of the public ones.
    """

    def __init__(self, ca_file: str | None = None) -> None:
        super().__init__()
        self.trust_env = False
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.verify = ca_file or True
        adapter = DeadlineAdapter()
        self.mount("http://", adapter)
        self.mount("https://", adapter)

    def get_redirect_target(self, resp: requests.Response) -> None:
        """None: what a redirect means is decided by the caller. `requests` would read all of its body first."""
