"""Whatever a source sends, every record of it is landed, a duplicate, or rejected with a reason: as properties."""

from __future__ import annotations

import json
import re
import socket
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm360.connectors.engine.connector import Connector, Context, ReadStep
from crm360.connectors.engine.errors import FileProblem
from crm360.connectors.engine.landing import Footer, Landing
from crm360.connectors.engine.pagination import Token
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Request
from crm360.connectors.engine.session import Auth, Limits, Session
from crm360.connectors.engine.stream import Stream, Window
from crm360.connectors.engine.sync import sync_stream
from tests.connectors.declared import SOURCE, Night
from tests.connectors.wire import Wire, http, wire

PATIENT = Limits(deadline=60.0, rate=(1000, 1.0))

# A list of all characters that there are takes hypothesis a minute to make.
TEXTS = st.text(st.sampled_from('ab "\\/{}[],:\n\té\u2028😀'), max_size=6)
PLAIN = st.none() | st.booleans() | st.integers() | st.sampled_from([0.5, -1e300, 1e-7]) | TEXTS
VALUES = PLAIN | st.lists(PLAIN, max_size=2) | st.dictionaries(TEXTS, PLAIN, max_size=2)
KEYS = st.integers(1, 6) | st.sampled_from(["1", "b", ""]) | st.none()
RECORDS = st.fixed_dictionaries({}, optional={"id": KEYS, "name": VALUES, "x": VALUES}).map(
    lambda record: json.dumps(record, ensure_ascii=False).encode()
)
# What a source writes that is no record, or no JSON at all: each stands where a record would.
STRANGE = st.sampled_from(
    [b"7", b"null", b'"text"', b"[1]", b"{}", b'{"id":1,"x":NaN}', b'{"id":2,"x":"\\ud800"}', b'{"id":3,"id":4}']
)
# No two pages are the same: those the engine takes for a loop, as test_boundaries.py shows.
PAGES = st.lists(
    st.lists(RECORDS | STRANGE, max_size=5), min_size=1, max_size=4, unique_by=lambda page: b",".join(page)
)


def rows(landing: Landing, source: str, stream: str) -> list[tuple[str | None, str | None, str | None]]:
    """Every landed row: id, record, and why it was rejected."""
    paths = [str(path) for path, _ in landing.footers(source, stream)]
    sql = "select record_id, record, rejected_because from read_parquet(?)"
    return duckdb.sql(sql, params=[paths]).fetchall()


def hold_together(footers: list[Footer], sent: int, found: list[tuple[str | None, str | None, str | None]]) -> None:
    """The equation of the batches, and that they hold what it says."""
    assert [f.received == f.landed + f.duplicate + f.rejected for f in footers] == [True] * len(footers)
    assert sum(f.received for f in footers) == sent
    rejected = [row for row in found if row[2] is not None]
    assert len(rejected) == sum(f.rejected for f in footers)
    assert all(why for _, _, why in rejected)
    landed = [row for row in found if row[2] is None]
    assert len(landed) == sum(f.landed + f.derived for f in footers)
    assert all(record_id and record for record_id, record, _ in landed)


@contextmanager
def api(pages: list[list[bytes]]) -> Iterator[Wire]:
    """An API whose answers name the next page. A page that is asked for again is the same one."""
    last = len(pages) - 1

    def answer(connection: socket.socket) -> None:
        asked = re.search(rb"after=(\d+)", server.received[-1])
        number = int(asked[1]) if asked else 0
        more = b"null" if number == last else b'"%d"' % (number + 1)
        connection.sendall(http(b'{"results":[' + b",".join(pages[number]) + b'],"next":' + more + b"}"))

    with wire(answer) as server:
        yield server


def expected(pages: list[list[bytes]]) -> Counter[str]:
    """The ids of the records that can be landed: JSON objects with one id, each id's versions once."""
    found = set()
    for text in {record for page in pages for record in page}:
        try:
            record = msgspec.json.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
        if isinstance(record, dict) and record.get("id") not in (None, "") and text.count(b'"id":') == 1:
            found.add((str(record["id"]), text))
    return Counter(record_id for record_id, _ in found)


@settings(max_examples=40, deadline=None)
@given(pages=PAGES, again=st.booleans())
def test_every_record_of_every_page(pages: list[list[bytes]], again: bool) -> None:
    sent = sum(map(len, pages))
    stream = Stream("people", "contacts", "/people", RecordSchema(key=("id",)), Token("next", "after"), cursor=False)

    def read_plan(context: Context) -> Any:
        yield ReadStep(Request("/people"), stream.pages, stream.row, empty_pages=len(pages))

    with tempfile.TemporaryDirectory() as folder, api(pages) as server:
        landing, footers = Landing(Path(folder)), []
        for _ in range(2 if again else 1):
            session = Session("toy", server.url, Auth({}), PATIENT)
            connector = Connector("toy", (stream,), read_plan)
            context = Context("toy", connector, stream, {}, landing, session, Window(None, datetime.min), {})
            footers.append(sync_stream(context))
        found = rows(landing, "toy", "people")
        hold_together(footers, sent * len(footers), found)
        versions = {(record_id, record) for record_id, record, why in found if why is None}
        assert Counter(record_id for record_id, _ in versions) == expected(pages)
        # What came a second time as it was is no news, but where another version of it came, or one was refused.
        if again and not footers[0].rejected and max(expected(pages).values(), default=1) == 1:
            assert footers[1].landed == 0


TOML = f"""
    [sources.{SOURCE}]
    system = "files"
    [sources.{SOURCE}.streams.rows]
    path = "a.jsonl"
    key = ["id"]
    [sources.{SOURCE}.limits.rows]
    max_rejected_rate = 1
    [[sources.{SOURCE}.streams.rows.entities]]
    entity = "contacts"
    fields = {{ email = {{ column = "mail", optional = true }} }}
"""


@settings(max_examples=40, deadline=None)
@given(records=st.lists(RECORDS | STRANGE, max_size=12), end=st.sampled_from([b"", b"\n", b"\r\n", b"\n\n"]))
def test_every_line_of_a_file_of_json(records: list[bytes], end: bytes) -> None:
    lines = [b'{"id":"first"}', *records]  # one that can be read, so that the key is known to be there
    with tempfile.TemporaryDirectory() as folder:
        night = Night(Path(folder))
        (night.folder / "a.jsonl").write_bytes(b"\n".join(lines) + end)
        if max(expected([lines]).values()) > 1:
            with pytest.raises(FileProblem, match="with different content: two records can't have one key"):
                night.footer(TOML)
            return
        footer = night.footer(TOML)
        hold_together([footer], len(lines), rows(Landing(night.folder / "data" / "landing"), SOURCE, "rows"))


@pytest.mark.parametrize("number", range(3))
def test_the_expectation_itself_can_fail(number: int) -> None:
    """A batch that says other counts than it holds is found by each part of the equation."""
    whole = Footer("s", "t", "b", datetime.min, received=2, landed=1, rejected=1)
    found: list[tuple[str | None, str | None, str | None]] = [("1", "{}", None), (None, "7", "not an object")]
    hold_together([whole], 2, found)
    wrong = [
        (msgspec.structs.replace(whole, landed=2), 2, found),
        (whole, 3, found),
        (whole, 2, [("1", "{}", None), (None, "7", None)]),
    ][number]
    with pytest.raises(AssertionError):
        hold_together([wrong[0]], wrong[1], wrong[2])
