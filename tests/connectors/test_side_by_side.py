"""Streams of one source that are pulled side by side: how many, in which order, and with whose proof."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from crm360.connectors.engine.connector import Chunk, Connector, Context
from crm360.connectors.engine.errors import AuthError
from crm360.connectors.engine.landing import LandedRecord
from crm360.connectors.engine.pagination import OnePage
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Request
from crm360.connectors.engine.session import Auth, Limits, Session
from crm360.connectors.engine.stream import Stream
from crm360.orchestration.run.pull import Pulled, pull_source
from crm360.orchestration.settings.config import Source
from tests.connectors.wire import http, wire

PATIENCE = 5.0  # seconds; what meets, meets at once
LIMITS = Limits(deadline=PATIENCE, rate=(1000, 1.0), tries=3, longest_wait=PATIENCE)
GOOD = http(b"{}")


def stream(name: str, parent: str | None = None) -> Stream:
    return Stream(name, "contacts", name, RecordSchema(), OnePage(), cursor=False, parent=parent)


def pull(folder: Path, read: Callable[[Context], Iterator[Chunk]], at_once: int, *streams: Stream) -> dict[str, Pulled]:
    """Pull streams whose records come out of `read`."""
    connector = Connector("fake", streams, read=read, settings={}, secrets=())
    source = Source("fake", connector, {}, streams, {}, (), LIMITS, 0.2, at_once)
    return {p.stream: p for p in pull_source(source, list(streams), folder, None)}


@pytest.mark.parametrize(("at_once", "most"), [(1, 1), (2, 2), (4, 3)])  # the first of four goes ahead
def test_as_many_as_the_source_bears_are_under_way(tmp_path: Path, at_once: int, most: int) -> None:
    under_way, seen = [0], [0]
    lock = threading.Lock()

    def read(context: Context) -> Iterator[Chunk]:
        with lock:
            under_way[0] += 1
            seen[0] = max(seen[0], under_way[0])
        time.sleep(0.2)
        with lock:
            under_way[0] -= 1
        yield Chunk([LandedRecord(context.stream.name, "{}")])

    pulled = pull(tmp_path, read, at_once, *map(stream, "abcd"))
    assert seen[0] == most
    assert [p.footer.landed for p in pulled.values() if p.footer] == [1, 1, 1, 1]
    assert list(pulled) == list("abcd")


def test_a_child_sees_what_its_parent_landed_tonight(tmp_path: Path) -> None:
    def read(context: Context) -> Iterator[Chunk]:
        if context.stream.name == "lists":
            time.sleep(0.3)
            yield Chunk([LandedRecord("7", '{"id": 7}')])
        elif context.stream.name == "members":
            yield Chunk([LandedRecord(f"{parent}/1", "{}") for parent, _ in context.parents()])
        else:
            yield Chunk([])

    pulled = pull(tmp_path, read, 4, stream("first"), stream("lists"), stream("members", parent="lists"))
    assert pulled["members"].footer is not None and pulled["members"].footer.landed == 1


def test_a_refused_source_is_asked_once(tmp_path: Path) -> None:
    asked = []

    def read(context: Context) -> Iterator[Chunk]:
        asked.append(context.stream.name)
        time.sleep(0.1)
        raise AuthError("the credentials are refused", where="fake")
        yield

    pulled = pull(tmp_path, read, 4, *map(stream, "abcd"))
    assert asked == ["a"]
    assert {str(p.error) for p in pulled.values()} == {str(pulled["a"].error)}


def test_a_token_that_is_refused_twice_at_once_is_renewed_once() -> None:
    renewed = []
    both = threading.Barrier(2, timeout=PATIENCE)

    def refresh() -> dict[str, str]:
        renewed.append(time.monotonic())
        return {"Authorization": "Bearer new-token"}

    def answer(connection: socket.socket) -> None:
        is_new = b"new-token" in server.received[-1]
        connection.sendall(GOOD if is_new else http(b"{}", "401 Unauthorized"))

    with wire(answer) as server, ThreadPoolExecutor(2) as pool:
        session = Session("fake", server.url, Auth({"Authorization": "Bearer old-token"}, (), refresh), LIMITS)

        def ask(path: str) -> int:
            both.wait()
            return session.send(Request(path)).status

        assert list(pool.map(ask, ("/a", "/b"))) == [200, 200]
    assert len(renewed) == 1


def test_what_one_stream_is_told_to_wait_holds_for_all() -> None:
    throttled = http(b"{}", "429 Too Many Requests", Retry_After="1")
    with wire(throttled, GOOD) as server, ThreadPoolExecutor(2) as pool:
        session = Session("fake", server.url, Auth({}), LIMITS)
        first = pool.submit(session.send, Request("/a"))
        time.sleep(0.3)
        second = pool.submit(session.send, Request("/b"))
        assert (first.result().status, second.result().status) == (200, 200)
    asked, *again = server.times
    assert min(again) - asked >= 1.0
