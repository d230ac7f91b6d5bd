"""Starting the sandbox, on loopback only: in the background for a test, or in the foreground."""

from __future__ import annotations

import asyncio
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import uvicorn

from crm360.connectors.sandbox.company.company import Company
from crm360.connectors.sandbox.server.app import Sandbox, app
from crm360.connectors.sandbox.server.faults import Faults
from crm360.connectors.sandbox.server.limits import Limits
from crm360.connectors.sandbox.server.log import Log

HOST = "127.0.0.1"
DEFAULT_PORT = 8360
_PATIENCE = 10.0


class Running(NamedTuple):
    """A sandbox that is being served."""

    base_url: str
    company: Company
    faults: Faults
    limits: Limits
    log: Log
    sandbox: Sandbox


class _Server(uvicorn.Server):
    """Ends within some milliseconds: uvicorn looks for the end ten times a second and then waits a tenth more."""

    async def main_loop(self) -> None:
        while not self.should_exit:
            await asyncio.sleep(0.01)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        for task in list(self.server_state.tasks):
            task.cancel()


def _server(sandbox: Sandbox) -> uvicorn.Server:
    config = uvicorn.Config(
        app(sandbox), loop="asyncio", lifespan="off", log_level="critical", access_log=False, date_header=False,
        server_header=False, proxy_headers=False, ws="none", timeout_keep_alive=75, timeout_graceful_shutdown=1,
    )  # fmt: skip
    return _Server(config)


def _listening(port: int) -> socket.socket:
    """A socket on loopback. Raises OSError where the port is taken."""
    # With the protocol named, asyncio switches Nagle's algorithm off; without it, a page takes 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError:
        listener.close()
        raise
    listener.listen(128)
    return listener


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


@contextmanager
def running(company: Company | None = None, port: int = 0, faults: Faults | None = None) -> Iterator[Running]:
    """Serve a company in a background thread while the block runs; port 0 takes a free one."""
    sandbox = Sandbox(company if company is not None else Company(), faults)
    server, listener = _server(sandbox), _listening(port)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="sandbox", daemon=True)
    thread.start()
    deadline = time.monotonic() + _PATIENCE
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("The sandbox's server did not start.")
        time.sleep(0.005)
    address = f"http://{HOST}:{listener.getsockname()[1]}"
    try:
        yield Running(address, sandbox.company, sandbox.faults, sandbox.limits, sandbox.log, sandbox)
    finally:
        server.should_exit = True
        thread.join(_PATIENCE)
        listener.close()


def serve(people: int = 2_000, seed: int = 7, day: int = 0, port: int = DEFAULT_PORT) -> None:
    """Serve until interrupted. Prints one line when it is ready. Raises OSError where the port is taken."""
    listener = _listening(port)
    sandbox = Sandbox(Company(people, seed, day))
    address = f"http://{HOST}:{listener.getsockname()[1]}"
    _say(f"Sandbox: {people} people, seed {seed}, day {day}, at {address}. Stop with Ctrl-C.")
    try:
        _server(sandbox).run(sockets=[listener])
    except KeyboardInterrupt:
        _say("Sandbox stopped.")
    finally:
        listener.close()
