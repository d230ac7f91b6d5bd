"""Sending an answer: whole and in one piece, or broken in the ways in which connections break."""

from __future__ import annotations

import asyncio
import gzip
import socket
import struct
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.types import Receive, Scope, Send

from crm360.connectors.sandbox.server.faults import Fault

BOMB = 1_000_000_000
LONGEST_SILENCE = 600.0


async def whole(send: Send, status: int, headers: Mapping[str, str], body: bytes) -> None:
    """The answer as it should be."""
    coded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    coded.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": coded})
    await send({"type": "http.response.body", "body": body})


async def broken(
    fault: Fault, scope: Scope, receive: Receive, send: Send, status: int, headers: Mapping[str, str], body: bytes
) -> None:
    """The answer with a fault of the wire. The connection is of no further use afterwards."""
    transport: Any = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        raise RuntimeError("Faults of the wire need the sandbox's own server.")
    try:
        await _break(fault, transport, receive, status, headers, body)
    finally:
        if not transport.is_closing():
            transport.close()
        # The server must know that the client is gone before this call ends, or it would send an error after it.
        while (await receive())["type"] != "http.disconnect":
            pass


async def _break(
    fault: Fault, transport: Any, receive: Receive, status: int, headers: Mapping[str, str], body: bytes
) -> None:
    cut = int(len(body) * fault.percent / 100)
    if fault.kind == "reset":
        # Lingering for no time sends RST instead of FIN.
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    elif fault.kind == "silent":
        wait = fault.seconds if fault.seconds > 1 else LONGEST_SILENCE
        await _until_gone(receive, wait)
    elif fault.kind == "short_body":
        transport.write(_head(status, headers, {"Content-Length": str(len(body))}) + body[:cut])
    elif fault.kind == "no_length":
        transport.write(_head(status, headers, {}) + body[:cut])
    elif fault.kind == "cut_chunk":
        half = max(1, cut // 2)  # a chunk of no length would be the end
        first = f"{half:x}\r\n".encode() + body[:half] + b"\r\n"
        # The second chunk promises more than it holds.
        second = f"{len(body) - half:x}\r\n".encode() + body[half:cut]
        transport.write(_head(status, headers, {"Transfer-Encoding": "chunked"}) + first + second)
    elif fault.kind == "gzip_cut":
        packed = gzip.compress(body, mtime=0)
        packed = packed[: max(1, int(len(packed) * fault.percent / 100))]
        framing = {"Content-Encoding": "gzip", "Content-Length": str(len(packed))}
        transport.write(_head(status, headers, framing) + packed)
    elif fault.kind == "gzip_bomb":
        packed = bomb(int(fault.value or BOMB))
        framing = {"Content-Encoding": "gzip", "Content-Length": str(len(packed))}
        transport.write(_head(status, headers, framing) + packed)
    else:
        await _drip(fault, transport, _head(status, headers, {"Content-Length": str(len(body))}), body)


async def _drip(fault: Fault, transport: Any, head: bytes, body: bytes) -> None:
    transport.write(head)
    for place in range(len(body)):
        if transport.is_closing():
            return
        transport.write(body[place : place + 1])
        await asyncio.sleep(fault.seconds)


async def _until_gone(receive: Receive, seconds: float) -> None:
    async def gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    try:
        await asyncio.wait_for(gone(), seconds)
    except TimeoutError:
        return


def _head(status: int, headers: Mapping[str, str], framing: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in (dict(headers) | dict(framing)).items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def bomb(size: int) -> bytes:
    """So many zeros, packed a thousandfold."""
    block = b"0" * 1_000_000
    packer = gzip.compress(block * min(size // len(block), 50), mtime=0)
    return packer * max(1, size // (len(block) * 50))
