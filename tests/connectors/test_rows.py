"""From records to rows: given this record and these facts, these rows come out."""

from __future__ import annotations

from datetime import datetime

import pytest

from crm360.connectors.engine.landing import LandedRecord
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.rows import RowReader, read_time

AT = datetime(2026, 1, 2, 3, 4, 5)


@pytest.mark.parametrize(
    ("facts", "record", "row"),
    [
        (RecordSchema(), '{"id":"7"}', LandedRecord("7", '{"id":"7"}')),
        (RecordSchema(), '{"id":12345678901234567890}', LandedRecord("12345678901234567890", '{"id":12345678901234567890}')),
        (RecordSchema(), '{"id":7.10, "x":1e400}', LandedRecord("7.10", '{"id":7.10, "x":1e400}')),
        (RecordSchema(key=("a", "b.c")), '{"a":1,"b":{"c":"x"}}', LandedRecord("1/x", '{"a":1,"b":{"c":"x"}}')),
        (RecordSchema(cut_key="/"), '{"id":"gid://s/Order/9"}', LandedRecord("9", '{"id":"gid://s/Order/9"}')),
        (RecordSchema(changed="at"), '{"id":1,"at":"2026-01-02T03:04:05Z"}', LandedRecord("1", '{"id":1,"at":"2026-01-02T03:04:05Z"}', AT)),
        (RecordSchema(changed="at"), '{"id":1,"at":"2026-01-02T05:04:05+02:00"}', LandedRecord("1", '{"id":1,"at":"2026-01-02T05:04:05+02:00"}', AT)),
        (RecordSchema(changed="at"), '{"id":1,"at":""}', LandedRecord("1", '{"id":1,"at":""}')),
        (RecordSchema(changed="a.t"), '{"id":1,"a":null}', LandedRecord("1", '{"id":1,"a":null}')),
        (RecordSchema(deleted=("s", ("gone",))), '{"id":1,"s":"gone"}', LandedRecord("1", '{"id":1,"s":"gone"}', is_deleted=True)),
        (RecordSchema(deleted=("on", ("false",))), '{"id":1,"on":false}', LandedRecord("1", '{"id":1,"on":false}', is_deleted=True)),
        (RecordSchema(deleted=("at", ())), '{"id":1,"at":"2026-06-01"}', LandedRecord("1", '{"id":1,"at":"2026-06-01"}', is_deleted=True)),
        (RecordSchema(deleted=("at", ())), '{"id":1,"at":null}', LandedRecord("1", '{"id":1,"at":null}')),
        (RecordSchema(merged_into="into"), '{"id":1,"into":"2"}', LandedRecord("1", '{"id":1,"into":"2"}', is_deleted=True, merged_into="2")),
        (RecordSchema(is_tombstone=True), '{"id":1}', LandedRecord("1", None, is_deleted=True)),
        (RecordSchema(), '{"x":1}', LandedRecord(None, '{"x":1}', rejected_because="no key: id")),
        (RecordSchema(), '{"id":null}', LandedRecord(None, '{"id":null}', rejected_because="no key: id")),
        (RecordSchema(), '{"id":""}', LandedRecord(None, '{"id":""}', rejected_because="no key: id")),
        (RecordSchema(), "[1]", LandedRecord(None, "[1]", rejected_because="not an object with the expected fields")),
        (RecordSchema(changed="at"), '{"id":1,"at":"soon"}', LandedRecord("1", '{"id":1,"at":"soon"}', rejected_because="unreadable change time: at")),
    ],
)  # fmt: skip
def test_one_record(facts: RecordSchema, record: str, row: LandedRecord) -> None:
    assert list(RowReader(facts).rows([record.encode()])) == [row]


@pytest.mark.parametrize("told", ['"2;3"', '["2","3"]', "[2,3]"])
def test_a_merged_record_leaves_a_tombstone_for_each_loser(told: str) -> None:
    record = f'{{"id":"1","m":{told}}}'
    winner, *gone = RowReader(RecordSchema(merged_ids="m")).rows([record.encode()])
    assert (winner.record_id, winner.is_deleted) == ("1", False)
    assert [(g.record_id, g.merged_into, g.is_deleted, g.derived) for g in gone] == [
        ("2", "1", True, True),
        ("3", "1", True, True),
    ]


def test_one_bad_record_spoils_no_other() -> None:
    records = [b'{"id":1}', b'{"id":', b'{"id":3}', b'"text"']
    rows = list(RowReader(RecordSchema()).rows([records[0], records[2], records[3]]))
    assert [(r.record_id, r.rejected_because is None) for r in rows] == [("1", True), ("3", True), (None, False)]


@pytest.mark.parametrize(
    ("text", "kind"), [("1767323045", "epoch"), ("1767323045000", "epoch_ms"), ("2026-01-02T03:04:05", "iso")]
)
def test_times_in_every_writing(text: str, kind: str) -> None:
    assert read_time(text, kind) == AT  # type: ignore[arg-type]
