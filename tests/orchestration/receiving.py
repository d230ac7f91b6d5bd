"""Servers on loopback that alerts are sent to: one speaks SMTP with STARTTLS or TLS and logins, one HTTP."""

from __future__ import annotations

import base64
import json
import socketserver
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

USER, PASSWORD = "alerts@shop.example", "words-of-the-mail-server"


@dataclass
class Received:
    """What a server was given, and how it is to answer: statuses in their order, then 200; SMTP's word on a recipient."""

    port: int = 0
    bodies: list[Any] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    refuses: tuple[str, ...] = ()
    was_encrypted: list[bool] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)


@contextmanager
def http() -> Iterator[Received]:
    """A web server that takes every POST."""
    told = Received()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            told.headers.append(dict(self.headers))
            status = told.statuses.pop(0) if told.statuses else 200
            self.send_response(status)
            if status in (301, 307):
                self.send_header("Location", f"http://127.0.0.1:{told.port}/elsewhere")
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_: object) -> None:
            return

    with _serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler), told):
        yield told


@contextmanager
def smtp(certificate: tuple[Path, Path] | None = None, *, from_the_start: bool = False) -> Iterator[Received]:
    """A mail server. With a certificate it offers STARTTLS, or begins with TLS; a login it takes by TLS only."""
    told = Received()
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)

    class Handler(socketserver.StreamRequestHandler):
        def setup(self) -> None:
            self.encrypted = from_the_start
            if from_the_start:
                assert context is not None
                self.request = context.wrap_socket(self.request, server_side=True)
            super().setup()

        def say(self, line: str) -> None:
            self.wfile.write(line.encode() + b"\r\n")
            self.wfile.flush()

        def hear(self) -> str:
            return self.rfile.readline().decode().rstrip("\r\n")

        def handle(self) -> None:
            self.say("220 mail.shop.example ESMTP")
            while line := self.hear():
                word, _, rest = line.partition(" ")
                if word.upper() == "QUIT":
                    self.say("221 bye")
                    return
                getattr(self, f"on_{word.lower()}", self.on_other)(rest)

        def on_other(self, _rest: str) -> None:
            self.say("502 not known")

        def on_ehlo(self, _rest: str) -> None:
            offers = ["mail.shop.example"]
            offers += ["STARTTLS"] if context is not None and not self.encrypted else []
            offers += ["AUTH PLAIN LOGIN"] if self.encrypted else []
            for offer in offers[:-1]:
                self.say(f"250-{offer}")
            self.say(f"250 {offers[-1]}")

        def on_starttls(self, _rest: str) -> None:
            assert context is not None
            self.say("220 go on")
            self.request = context.wrap_socket(self.request, server_side=True)
            self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb")
            self.encrypted = True

        def on_auth(self, rest: str) -> None:
            kind, _, given = rest.partition(" ")
            if not given:
                self.say("334 ")
                given = self.hear()
            _, user, password = base64.b64decode(given).decode().split("\0") if kind == "PLAIN" else ("", "", "")
            told.logins.append(user)
            self.say("235 come in" if (user, password) == (USER, PASSWORD) else "535 wrong")

        def on_mail(self, _rest: str) -> None:
            self.say("250 ok")

        def on_rcpt(self, rest: str) -> None:
            self.say("550 nobody" if any(name in rest for name in told.refuses) else "250 ok")

        def on_rset(self, _rest: str) -> None:
            self.say("250 ok")

        def on_data(self, _rest: str) -> None:
            self.say("354 go on")
            lines = []
            while (line := self.hear()) != ".":
                lines.append(line)
            told.bodies.append("\n".join(lines))
            told.was_encrypted.append(self.encrypted)
            self.say("250 taken")

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = daemon_threads = True

        def handle_error(self, *_: object) -> None:
            return  # a client that does not trust us leaves

    with _serving(Server(("127.0.0.1", 0), Handler), told):
        yield told


@contextmanager
def _serving(server: Any, told: Received) -> Iterator[None]:
    told.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1 that is its own authority, and its key."""
    crt, key = folder / "server.crt", folder / "server.key"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", str(key), "-out", str(crt)]
    subprocess.run(command, check=True, capture_output=True)
    return crt, key
