"""From records to rows: given this record and these facts, these rows come out."""

from __future__ import annotations

from datetime import datetime

import pytest

from crm360.connectors.engine.landing import Row
from crm360.connectors.engine.rows import RowReader, read_time
from crm360.connectors.engine.stream import Row as Facts

AT = datetime(2026, 1, 2, 3, 4, 5)


@pytest.mark.parametrize(
    ("facts", "record", "row"),
    [
        (Facts(), '{"id":"7"}', Row("7", '{"id":"7"}')),
        (Facts(), '{"id":12345678901234567890}', Row("12345678901234567890", '{"id":12345678901234567890}')),
        (Facts(), '{"id":7.10, "x":1e400}', Row("7.10", '{"id":7.10, "x":1e400}')),
        (Facts(key=("a", "b.c")), '{"a":1,"b":{"c":"x"}}', Row("1/x", '{"a":1,"b":{"c":"x"}}')),
        (Facts(cut_key="/"), '{"id":"gid://s/Order/9"}', Row("9", '{"id":"gid://s/Order/9"}')),
        (Facts(changed="at"), '{"id":1,"at":"2026-01-02T03:04:05Z"}', Row("1", '{"id":1,"at":"2026-01-02T03:04:05Z"}', AT)),
        (Facts(changed="at"), '{"id":1,"at":"2026-01-02T05:04:05+02:00"}', Row("1", '{"id":1,"at":"2026-01-02T05:04:05+02:00"}', AT)),
        (Facts(changed="at"), '{"id":1,"at":""}', Row("1", '{"id":1,"at":""}')),
        (Facts(changed="a.t"), '{"id":1,"a":null}', Row("1", '{"id":1,"a":null}')),
        (Facts(deleted=("s", ("gone",))), '{"id":1,"s":"gone"}', Row("1", '{"id":1,"s":"gone"}', is_deleted=True)),
        (Facts(deleted=("on", ("false",))), '{"id":1,"on":false}', Row("1", '{"id":1,"on":false}', is_deleted=True)),
        (Facts(deleted=("at", ())), '{"id":1,"at":"2026-06-01"}', Row("1", '{"id":1,"at":"2026-06-01"}', is_deleted=True)),
        (Facts(deleted=("at", ())), '{"id":1,"at":null}', Row("1", '{"id":1,"at":null}')),
        (Facts(winner="into"), '{"id":1,"into":"2"}', Row("1", '{"id":1,"into":"2"}', is_deleted=True, merged_into="2")),
        (Facts(is_tombstone=True), '{"id":1}', Row("1", None, is_deleted=True)),
        (Facts(), '{"x":1}', Row(None, '{"x":1}', rejected_because="no key: id")),
        (Facts(), '{"id":null}', Row(None, '{"id":null}', rejected_because="no key: id")),
        (Facts(), '{"id":""}', Row(None, '{"id":""}', rejected_because="no key: id")),
        (Facts(), "[1]", Row(None, "[1]", rejected_because="not an object with the expected fields")),
        (Facts(changed="at"), '{"id":1,"at":"soon"}', Row("1", '{"id":1,"at":"soon"}', rejected_because="unreadable change time: at")),
    ],
)  # fmt: skip
def test_one_record(facts: Facts, record: str, row: Row) -> None:
    assert list(RowReader(facts).rows([record.encode()])) == [row]


@pytest.mark.parametrize("losers", ['"2;3"', '["2","3"]', "[2,3]"])
def test_a_merged_record_leaves_a_tombstone_for_each_loser(losers: str) -> None:
    record = f'{{"id":"1","m":{losers}}}'
    winner, *gone = RowReader(Facts(losers="m")).rows([record.encode()])
    assert (winner.record_id, winner.is_deleted) == ("1", False)
    assert [(g.record_id, g.merged_into, g.is_deleted, g.derived) for g in gone] == [
        ("2", "1", True, True),
        ("3", "1", True, True),
    ]


def test_one_bad_record_spoils_no_other() -> None:
    records = [b'{"id":1}', b'{"id":', b'{"id":3}', b'"text"']
    rows = list(RowReader(Facts()).rows([records[0], records[2], records[3]]))
    assert [(r.record_id, r.rejected_because is None) for r in rows] == [("1", True), ("3", True), (None, False)]


@pytest.mark.parametrize(
    ("text", "kind"), [("1767323045", "epoch"), ("1767323045000", "epoch_ms"), ("2026-01-02T03:04:05", "iso")]
)
def test_times_in_every_writing(text: str, kind: str) -> None:
    assert read_time(text, kind) == AT  # type: ignore[arg-type]
