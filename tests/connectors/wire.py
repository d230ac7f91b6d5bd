"""A server that says exactly the bytes it is told to, one script entry a connection, and keeps what it was sent."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Script = bytes | Callable[[socket.socket], None]


def http(body: bytes, status: str = "200 OK", length: int | None = None, **headers: str) -> bytes:
    """A whole answer; `length` overrides the Content-Length that it states."""
    lines = {"Content-Length": str(len(body) if length is None else length), "Connection": "close"}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


def drip(head: bytes, seconds: float) -> Callable[[socket.socket], None]:
    """Headers at once, then a byte each tenth of a second."""

    def say(connection: socket.socket) -> None:
        connection.sendall(head)
        until = time.monotonic() + seconds
        with contextlib.suppress(OSError):
            while time.monotonic() < until:
                connection.sendall(b" ")
                time.sleep(0.1)

    return say


@dataclass
class Wire:
    """Where it listens, and what came in."""

    port: int
    received: list[bytes] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def wire(*script: Script) -> Iterator[Wire]:
    """Serve the script in order; its last entry again and again."""
    server = socket.create_server(("127.0.0.1", 0))
    here = Wire(server.getsockname()[1])
    stop = threading.Event()

    def serve() -> None:
        turn = 0
        while not stop.is_set():
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                here.times.append(time.monotonic())
                here.received.append(_request(connection))
                said = script[min(turn, len(script) - 1)]
                turn += 1
                with contextlib.suppress(OSError):
                    said(connection) if callable(said) else connection.sendall(said)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield here
    finally:
        stop.set()
        server.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits for a connection
        server.close()
        thread.join(timeout=5)


def _request(connection: socket.socket) -> bytes:
    connection.settimeout(5)
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(65536)
        if not chunk:
            return data
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")), 0
    )
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body
