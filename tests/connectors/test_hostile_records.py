"""Answers that are not all JSON: docs/what-it-withstands.md E9 and E10. One bad value costs its record, and every record is accounted for."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import duckdb
import msgspec
import pytest

from crm360.connectors.engine import salvage
from crm360.connectors.engine.connector import Connector, Context, ReadStep
from crm360.connectors.engine.errors import BadResponse
from crm360.connectors.engine.landing import Footer, Landing
from crm360.connectors.engine.page import Page
from crm360.connectors.engine.pagination import OnePage
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Request
from crm360.connectors.engine.rows import RowReader
from crm360.connectors.engine.session import Auth, Session
from crm360.connectors.engine.stream import Stream, Window
from crm360.connectors.engine.sync import sync_stream
from tests.connectors.test_session import QUICK
from tests.connectors.wire import http, wire

NINES = b"9" * 5000
NOT_JSON = {  # a record's rest, and what is said of it
    b'"x":NaN': "NaN or Infinity",
    b'"x":-Infinity': "NaN or Infinity",
    b'"x":{"y":[1,Infinity]}': "NaN or Infinity",
    b'"x":"NaN, but as text","y":nan': "NaN or Infinity",
    b'"x":"\\ud800"': "surrogate",
    b'"x":"a\\udc00b"': "surrogate",
    b'"\\ud83d":"name"': "surrogate",
    b'"x":' + b"[" * 100_000 + b"]" * 100_000: "too deeply",
    b'"x":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000: "too deeply",
    b'"x":"caf\xe9"': "UTF-8",
    b'"x":"\xed\xa0\x80"': "UTF-8",
    b'"x":"\xc0\xaf"': "UTF-8",
    b'"x":"\xff\xfe"': "UTF-8",
    b'"x":"a\x00b"': "malformed",
    b'"x":"a\nb"': "malformed",
    b'"x":"\\q"': "malformed",
    b'"x":0x1F': "malformed",
    b'"x":01': "malformed",
    b'"x":+1': "malformed",
    b'"x":.5': "malformed",
    b'"x":nul': "malformed",
    b'"x":1,': "malformed",
    b'"x":undefined': "malformed",
    b"'x':1": "malformed",
    b'"x"': "malformed",
}
SOUND = [  # odd, but JSON: landed as it came, and readable for the warehouse
    b'"x":1e400',
    b'"x":-1e-400',
    b'"x":' + NINES,
    b'"x":0.' + NINES,
    b'"x":-0',
    b'"x":0.10',
    b'"x":12345678901234567890.12',
    b'"x":"\\u0000"',
    b'"x\\u0000":1',
    b'"x":"\\ud83d\\ude00"',
    b'"X":1,"x":2',
    b'"x":1,"x":2',
    b'"":1',
    b'"' + b"k" * 100_000 + b'":1',
    b'"x":' + b"[" * 300 + b"]" * 300,
    b'"x":"],[},{\\"\\\\"',
    b",".join(b'"column_%d":%d' % (n, n) for n in range(5000)),
]


def page(*records: bytes) -> bytes:
    return b'{"total": 3, "results": [ ' + b" , ".join(records) + b" ] }"


def read(body: bytes, facts: RecordSchema = RecordSchema()) -> list[tuple[str | None, str | None]]:  # noqa: B008 - frozen
    came = Page(body, "results")
    rows = list(RowReader(facts).rows(came.records, came.list_of_records))
    return [(row.record_id, row.rejected_because) for row in rows]


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize(("rest", "why"), NOT_JSON.items(), ids=range(len(NOT_JSON)))
def test_a_record_that_is_no_json_is_held_back_alone(rest: bytes, why: str, place: int) -> None:
    records = [b'{"id":"1", "a":[1, {"b":"],"}]}', b'{"id":"2"}']
    records.insert(place, b'{"id":"bad",' + rest + b"}")
    rows = read(page(*records))
    (bad, reason) = rows.pop(place)
    assert rows == [("1", None), ("2", None)]
    assert reason is not None and why in reason and (bad == "bad" or why == "malformed")


@pytest.mark.parametrize("rest", SOUND, ids=range(len(SOUND)))
def test_what_is_odd_but_json_comes_through_byte_by_byte_and_the_warehouse_reads_it(rest: bytes) -> None:
    record = b'{"id":"7",' + rest + b"}"
    came = Page(page(record), "results")
    (row,) = RowReader(RecordSchema()).rows(came.records, came.list_of_records)
    assert (row.record_id, row.record, row.rejected_because) == ("7", record.decode(), None)
    shape = """{"id": "VARCHAR", "x": "VARCHAR"}"""
    with duckdb.connect() as con:
        assert con.execute("select json_transform(?::varchar, ?)", [row.record, shape]).fetchall()[0][0]["id"] == "7"


@pytest.mark.parametrize(
    ("record", "key", "why"),
    [
        (b'{"id":12345678901234567890}', "12345678901234567890", None),
        (b'{"id":' + NINES + b"}", NINES.decode(), None),
        (b'{"id":-0}', "-0", None),
        (b'{"id":1.10}', "1.10", None),
        (b'{"id":{"a":1}}', None, "no key: id"),
        (b'{"id":[]}', None, "no key: id"),
        (b'{"id":"[1]"}', "[1]", None),
        (b'{"id":1,"id":2}', None, "its key stands twice: id"),
        (b'{"id":1,"id":12}', None, "its key stands twice: id"),
        (b'{"id":12,"id":1}', None, "its key stands twice: id"),
        (b'{"a":{"id":3},"id":1, "b":{"id":2}}', "1", None),
        (b'{"id":1,"a":{"id":2},"id" : 3}', None, "its key stands twice: id"),
        (b'{"id":5,"id":5}', "5", None),
        (b'{"ID":4,"id":5}', "5", None),
        (b'{"id":NaN}', "NaN", "not JSON: NaN or Infinity in place of a number"),
        (b"7", None, "not an object with the expected fields"),
        (b"null", None, "not an object with the expected fields"),
        (b"NaN", None, "not JSON: NaN or Infinity in place of a number"),
    ],
)
def test_keys(record: bytes, key: str | None, why: str | None) -> None:
    assert read(page(record, b'{"id":"9"}')) == [(key, why), ("9", None)]


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_a_byte_order_mark_is_passed_over(bom: bytes) -> None:
    assert read(bom + page(b'{"id":1}')) == [("1", None)]


@pytest.mark.parametrize(
    "body",
    [
        b'{"results":[{"id":1},{"id":',
        b'{"results":[{"id":1} {"id":2}]}',
        b'{"results":[{"id":1},{"id":NaN]}',
        b'{"results":[{"id":"1},{"id":"2}]}',
        b'{"results":[{"id":NaN}]} and more',
        b'{"results":[{"id":NaN}',
        b'{"results":{"id":NaN}}',
        b'[{"id":NaN}]',
        page(b'{"id":1}').decode().encode("utf-16"),
        b"\x00" * 64,
        b"[" * 100_000,
        b"{" * 100_000,
    ],
)
def test_where_brackets_or_quotes_do_not_close_nothing_is_taken(body: bytes) -> None:
    with pytest.raises(BadResponse):
        Page(body, "results")


def test_what_stands_around_the_records_may_be_no_json_either() -> None:
    came = Page(b'{"took":NaN,"paging":{"next":"n","x":Infinity},"bad":"\xff","results":[{"id":1}]}', "results")
    assert [bytes(r) for r in came.records] == [b'{"id":1}']
    assert came.get("paging.next") == "n"
    for path in ("took", "paging.x", "bad"):
        with pytest.raises(BadResponse, match="can't be read"):
            came.get(path)
    assert Page(page(b'{"id":1}', b'{"a":NaN,"id":{"b":2}}'), "results").of_last("id.b") == 2


def test_taking_apart_agrees_with_a_decoder_on_what_is_json() -> None:
    value = {"a": [1, "],[", {"b": '\\"'}], "c": {"d": {}}, "e": [], "": None, "f\n": "x" * 10}
    text = json.dumps(value, indent=2).encode()
    assert {name: json.loads(part) for name, part in salvage.members(text).items()} == value
    assert [json.loads(part) for part in salvage.items(json.dumps([value, 1, "a"]).encode())] == [value, 1, "a"]
    assert (salvage.items(b" [ ] "), salvage.members(b"{}")) == ([], {})


def _with_name(_context: Context, records: list[bytes]) -> list[bytes]:
    return [r[:-1] + b',"name":"' + msgspec.json.decode(r)["id"].encode() + b'"}' for r in records]


def _pulled(folder: Path, body: bytes, enriched: bool) -> Footer:
    """One night of a stream whose only page is this."""
    stream = Stream("things", "contacts", "/x", RecordSchema(), OnePage(), cursor=False)
    enrich = _with_name if enriched else None
    connector = Connector(
        "fake", (stream,), lambda _: iter([ReadStep(Request("/x"), OnePage(), RecordSchema(), enrich=enrich)])
    )
    with wire(http(body)) as server:
        session = Session("fake", server.url, Auth({"A": "b"}), QUICK)
        window = Window(None, datetime.min)
        return sync_stream(Context("fake", connector, stream, {}, Landing(folder), session, window, {}))


@pytest.mark.parametrize("enriched", [False, True])
def test_every_row_of_a_night_is_accounted_for(tmp_path: Path, enriched: bool) -> None:
    bad = [b'{"id":"b%d",%s}' % (n, rest) for n, rest in enumerate(NOT_JSON)]
    good = [b'{"id":"g%d",%s}' % (n, rest) for n, rest in enumerate(SOUND)]
    if enriched:  # a connector that reads the whole record can't read these
        beyond = [r for r in good if salvage.value(r) is None]
        bad, good = bad + beyond, [r for r in good if r not in beyond]
    footer = _pulled(tmp_path, page(*bad, b'{"name":"no key"}', b'"text"', *good), enriched)
    assert (footer.received, footer.landed, footer.rejected) == (len(bad) + len(good) + 2, len(good), len(bad) + 2)
    assert Landing(tmp_path).live_ids("fake", "things") == {salvage.at(r, "id") for r in good}
    file = next(tmp_path.rglob("*.parquet"))
    with duckdb.connect() as con:
        sql = f"select count(*) filter (where not json_valid(record)), count(rejected_because) from '{file}'"
        assert con.execute(sql).fetchall() == [(0, len(bad) + 2)], "the warehouse can read all that it may meet"
    again = _pulled(tmp_path, page(*good), enriched)
    assert (again.landed, again.duplicate) == (0, len(good))


def test_a_connector_that_can_not_read_an_answer_fails_its_stream_and_lands_nothing(tmp_path: Path) -> None:
    def promised(context: Context):  # type: ignore[no-untyped-def]
        yield ReadStep(
            Request(json.loads(context.http.send(Request("/x")).body)["not"]["there"]), OnePage(), RecordSchema()
        )

    stream = Stream("things", "contacts", "/x", RecordSchema(), OnePage(), cursor=False)
    with wire(http(b"{}")) as server, pytest.raises(BadResponse, match="not the shape"):
        session = Session("fake", server.url, Auth({"A": "b"}), QUICK)
        connector = Connector("fake", (stream,), promised)
        sync_stream(Context("fake", connector, stream, {}, Landing(tmp_path), session, Window(None, datetime.min), {}))
    assert list(tmp_path.rglob("*.parquet")) == []
