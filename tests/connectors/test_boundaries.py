"""docs/what-it-withstands.md E24 to E26: an end that is not proven, a surprise in one stream, what is too large or takes too long."""

from __future__ import annotations

import errno
import json
import logging
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from crm360.connectors.engine import sync
from crm360.connectors.engine.connector import Chunk, Connector, Context, ReadStep
from crm360.connectors.engine.errors import BadResponse, Crm360Error, TooLong, Unexpected
from crm360.connectors.engine.landing import Footer, LandedRecord, Landing
from crm360.connectors.engine.pagination import Link, Numbered, Offset, OnePage, Paginator, Token
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Request
from crm360.connectors.engine.session import Auth, Session
from crm360.connectors.engine.stream import Stream, Window
from crm360.connectors.engine.sync import sync_stream
from crm360.orchestration.run.pull import pull_source
from crm360.orchestration.settings.config import Source
from tests.connectors.test_session import QUICK
from tests.connectors.wire import http, wire


def pulled(
    folder: Path, answers: list[object], pages: Paginator, records: str = "results", limits: Any = QUICK
) -> Footer:
    """A stream that is given these answers, one a page, and the footer of what was landed of it."""
    said = [http(a if isinstance(a, bytes) else json.dumps(a).encode()) for a in answers]
    stream = Stream("things", "contacts", "/x", RecordSchema(), pages, records, cursor=False)
    with wire(*said) as server:
        plan = Connector("fake", (stream,), lambda c: iter([ReadStep(Request("/x"), pages, stream.row, records)]))
        session = Session("fake", server.url, Auth({}), limits)
        context = Context(
            "fake", plan, stream, {}, Landing(folder), session, Window(None, datetime.min), {}, limits=limits
        )
        return sync_stream(context)


def some(first: int, count: int = 2) -> list[dict[str, int]]:
    return [{"id": n} for n in range(first, first + count)]


TOKEN, LINK = Token("meta.next", "after"), Link("next")
FLAGGED, BY_LINK = Token("next", "after", more="more"), Link("next", more="done", more_is=False)
STRICT_TOKEN, STRICT_LINK = Token("meta.nxt", "after", must_show=True), Link("meta.nxt", must_show=True)
NO_END: list[tuple[Paginator, list[object], str]] = [
    # the pages, what is answered, and what is said
    (FLAGGED, [{"results": some(0), "next": "a"}], "does not say whether it is the last"),
    (FLAGGED, [{"results": some(0), "next": "a", "more": "true"}], "does not say whether it is the last"),
    (FLAGGED, [{"results": some(0), "next": "a", "more": 1}], "does not say whether it is the last"),
    (FLAGGED, [{"results": some(0), "next": "a", "more": None}], "does not say whether it is the last"),
    (FLAGGED, [{"results": some(0), "more": True}], "there is more, but not where"),
    (FLAGGED, [{"results": some(0), "more": True, "next": ""}], "there is more, but not where"),
    (BY_LINK, [{"results": some(0)}], "does not say whether it is the last"),
    (BY_LINK, [{"results": some(0), "next": "/x?p=2"}], "does not say whether it is the last"),
    (BY_LINK, [{"results": some(0), "next": "/x?p=2", "done": "false"}], "does not say whether it is the last"),
    (BY_LINK, [{"results": some(0), "done": False}], "there is more, but not where"),
    (BY_LINK, [{"results": some(0), "done": False, "next": None}], "there is more, but not where"),
    (TOKEN, [{"results": some(0), "meta": {"next": {"a": 1}}}], "of another kind"),
    (TOKEN, [{"results": some(0), "meta": {"next": True}}], "of another kind"),
    (LINK, [{"results": some(0), "next": ["/x?p=2"]}], "of another kind"),
    (STRICT_TOKEN, [{"results": some(0), "meta": {"next": "a"}}], r"no page has 'meta\.nxt'"),
    (STRICT_TOKEN, [{"results": some(0)}], r"no page has 'meta\.nxt'"),
    (STRICT_LINK, [{"results": some(0), "meta": {"next": "/x?p=2"}}], r"no page has 'meta\.nxt'"),
    (Offset("total", 2), [{"results": some(0), "total": True}], "does not state its 'total'"),
    (Offset("total", 2), [{"results": some(0), "total": "4"}], "does not state its 'total'"),
    (Numbered("page", "pages", 1, "pages"), [{"results": some(0), "pages": False}], "does not state its 'pages'"),
    (TOKEN, [{"error": {"code": 7}, "results": []}], r"holds an error \('error'\)"),
    (TOKEN, [{"errors": ["x"], "results": some(0)}], r"holds an error \('errors'\)"),
    (TOKEN, [b'{"results":[{"id":1}],"results":[]}'], "says 'results' twice"),
    (TOKEN, [b'{"results":[],"results":[{"id":1}]}'], "says 'results' twice"),
    (TOKEN, [b'{"results":[{"id":1}],"results":[{"id":1}]}'], "says 'results' twice"),
    (TOKEN, [b'{"results":[{"id":1}],"meta":{"next":null},"meta":{"next":"b"}}'], "says 'meta' twice"),
    (TOKEN, [b'{"results":[{"id":1}],"meta":{"next":null,"next":"b"}}'], "says 'next' twice"),
    (FLAGGED, [b'{"more":false,"results":[{"id":1}],"next":"b","more":true}'], "says 'more' twice"),
]  # fmt: skip


@pytest.mark.parametrize(("pages", "answers", "said"), NO_END)
def test_an_end_that_is_not_proven_fails_the_stream(
    tmp_path: Path, pages: Paginator, answers: list[object], said: str
) -> None:
    with pytest.raises(BadResponse, match=said):
        pulled(tmp_path, answers, pages)
    assert list(tmp_path.rglob("*.parquet")) == []


PROVEN: list[tuple[Paginator, list[object], int]] = [
    (FLAGGED, [{"results": some(0), "more": True, "next": "a"}, {"results": some(2), "more": False, "next": "z"}], 4),
    (BY_LINK, [{"results": some(0), "done": False, "next": "/x?p=2"}, {"results": some(2), "done": True, "next": "/x?p=3"}], 4),
    (STRICT_TOKEN, [{"results": some(0), "meta": {"nxt": None}}], 2),
    (STRICT_TOKEN, [{"results": some(0), "meta": {"nxt": "a"}}, {"results": some(2)}], 4),
    (STRICT_TOKEN, [{"results": []}], 0),
    (STRICT_LINK, [{"results": some(0), "meta": {"nxt": ""}}], 2),
    (Token("next", "after"), [{"results": some(0), "next": 0}, {"results": some(2), "next": None}], 4),
    (TOKEN, [{"results": some(0)}], 2),
    (TOKEN, [{"results": some(0), "error": None, "errors": []}], 2),
    (TOKEN, [b'{"results":[{"id":1,"results":[1],"x":{"error":"y"}},{"id":2,"results":[1]}],"a":{"b":1},"c":{"b":1}}'], 2),
]  # fmt: skip


@pytest.mark.parametrize(("pages", "answers", "records"), PROVEN)
def test_an_end_that_is_proven_is_one(tmp_path: Path, pages: Paginator, answers: list[object], records: int) -> None:
    assert pulled(tmp_path, answers, pages).landed == records


SECRET = "ann@example.com"
SURPRISES: list[tuple[Callable[[], Any], type[Crm360Error], str]] = [
    (lambda: zlib.decompress(b"no gzip"), Unexpected, "an unexpected error"),
    (lambda: b"\xff\xfe".decode(), Unexpected, "an unexpected UnicodeDecodeError"),
    (lambda: duckdb.execute(f"select '{SECRET}'::int"), Unexpected, "an unexpected ConversionException"),
    (lambda: Path("/proc/self/mem").read_bytes(), Unexpected, "this machine refused"),
    (lambda: (_ for _ in ()).throw(OSError(errno.EIO, "Input/output error", SECRET)), Unexpected, "Input/output error"),
    (lambda: (_ for _ in ()).throw(MemoryError()), Unexpected, "the memory of this machine did not suffice"),
    (lambda: (_ for _ in ()).throw(AssertionError(SECRET)), Unexpected, "an unexpected AssertionError"),
    (lambda: (_ for _ in ()).throw(StopIteration), Unexpected, "an unexpected RuntimeError"),
    (lambda: {}[SECRET], BadResponse, "not the shape that the API promises"),
]


@pytest.mark.parametrize(("surprise", "error", "said"), SURPRISES)
def test_a_surprise_in_one_stream_fails_that_stream_and_is_in_the_log(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    surprise: Callable[[], Any],
    error: type[Crm360Error],
    said: str,
) -> None:
    def read(context: Context) -> Iterator[Chunk]:
        yield Chunk([LandedRecord("1", '{"id":1}')])
        if context.stream.name == "bad":
            next(iter([surprise()]))
            raise StopIteration
        yield Chunk([LandedRecord("2", '{"id":2}')])

    streams = tuple(Stream(n, "contacts", n, RecordSchema(), OnePage(), cursor=False) for n in ("one", "bad", "two"))
    connector = Connector("fake", streams, read=read, settings={}, secrets=())
    source = Source("fake", connector, {}, streams, {}, (), QUICK, 0.2, 1)
    caplog.set_level(logging.ERROR)
    landing = tmp_path / "landing"
    first, bad, last = pull_source(source, list(streams), landing, None)
    assert first.footer is not None and last.footer is not None and (first.footer.landed, last.footer.landed) == (2, 2)
    assert type(bad.error) is error and said in str(bad.error) and bad.error.where == "fake/bad"
    assert list(landing.rglob("*.tmp")) == list((landing / "fake/bad").glob("*.parquet")) == []
    assert "raised at" in caplog.text and "in read" in caplog.text, "where it came by"
    assert SECRET not in caplog.text + str(bad.error)


def test_a_connector_that_can_not_even_log_in_ends_its_source_only(tmp_path: Path) -> None:
    stream = Stream("one", "contacts", "/x", RecordSchema(), OnePage(), cursor=False)

    def auth(_settings: Any, _secrets: Any) -> Auth:
        raise ZeroDivisionError

    connector = Connector("fake", (stream,), lambda c: iter(()), auth, secrets=())
    source = Source("fake", connector, {"base_url": "http://127.0.0.1:9"}, (stream,), {}, (), QUICK, 0.2, 1)
    (done,) = pull_source(source, [stream], tmp_path / "landing", None)
    assert isinstance(done.error, Unexpected) and "ZeroDivisionError" in str(done.error)


def test_pages_without_end_stop_at_the_limit_and_what_came_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[object] = [{"results": some(10 * n), "next": f"t{n}"} for n in range(20)]
    limits = replace(QUICK, max_pages=7)
    pages = Token("next", "after")
    with pytest.raises(TooLong, match="more than 7 pages in one run"):
        pulled(tmp_path, answers, pages, limits=limits)
    newest = Landing(tmp_path).newest("fake", "things")
    assert newest is not None and not newest.complete and newest.landed == 14 and newest.resume is not None
    with pytest.raises(TooLong):
        pulled(tmp_path, answers[7:], pages, limits=limits)
    assert len(Landing(tmp_path).live_ids("fake", "things")) == 28


def test_a_stream_has_a_time_limit_whatever_it_is_read_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(context: Context) -> Iterator[Chunk]:
        number = 0
        while True:
            number += 1
            yield Chunk([LandedRecord(str(number), "{}")])

    stream = Stream("things", "contacts", "x", RecordSchema(), OnePage(), cursor=False)
    connector = Connector("fake", (stream,), read=endless)
    limits = replace(QUICK, stream_deadline=0.3)
    context = Context(
        "fake", connector, stream, {}, Landing(tmp_path), None, Window(None, datetime.min), {}, limits=limits
    )
    with pytest.raises(TooLong, match="longer than"):
        sync_stream(context)


def test_a_connector_s_own_requests_end_with_the_stream_s_time(tmp_path: Path) -> None:
    def plan(context: Context) -> Iterator[ReadStep]:
        while True:
            context.http.send(Request("/again"), context.where)
        yield

    stream = Stream("things", "contacts", "/x", RecordSchema(), OnePage(), cursor=False)
    limits = replace(QUICK, stream_deadline=0.5)
    with wire(http(b"{}")) as server, pytest.raises(TooLong):
        session = Session("fake", server.url, Auth({}), limits)
        sync_stream(
            Context(
                "fake",
                Connector("fake", (stream,), plan),
                stream,
                {},
                Landing(tmp_path),
                session,
                Window(None, datetime.min),
                {},
                limits=limits,
            )
        )


def test_a_record_beyond_the_cap_is_rejected_and_the_others_are_landed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "MOST_OF_A_RECORD", 2**20)
    answers: list[object] = [{"results": [{"id": 1}, {"id": 2, "x": "y" * 2**21}, {"id": 3}]}]
    footer = pulled(tmp_path, answers, OnePage())
    assert (footer.received, footer.landed, footer.rejected) == (3, 2, 1)
    (path, _), *_ = Landing(tmp_path).footers("fake", "things")
    found = duckdb.execute(
        f"select record_id, record, rejected_because from '{path}' where rejected_because is not null"
    )
    assert found.fetchall() == [("2", None, "larger than 1 MiB")]


@pytest.mark.parametrize("note", ['"has_more": true', "plain"])
def test_a_record_whose_list_goes_on_is_never_landed(tmp_path: Path, note: str) -> None:
    """The kind, whatever the vendor: a list inside a record has pages, and nobody has read the others."""
    goes_on = re.compile(rb'"has_more"\s*:\s*true')
    stream = Stream("things", "contacts", "/x", RecordSchema(), OnePage(), cursor=False)
    for is_cut in (False, True):
        record = {"id": 1, "note": note, "items": {"data": [1], "has_more": is_cut}}
        for enrich in (None, lambda _context, records: records):
            step = ReadStep(Request("/x"), OnePage(), RecordSchema(), enrich=enrich, unfinished=goes_on)
            plan = Connector("fake", (stream,), lambda c, step=step: iter([step]))  # type: ignore[misc]
            with wire(http(json.dumps({"results": [record]}).encode())) as server:
                session = Session("fake", server.url, Auth({}), QUICK)
                context = Context("fake", plan, stream, {}, Landing(tmp_path), session, Window(None, datetime.min), {})
                if not is_cut:
                    assert sync_stream(context).received == 1
                    continue
                with pytest.raises(BadResponse, match="holds a list that goes on"):
                    sync_stream(context)
