"""A field that is new, gone or of another type is seen; names and kinds are kept, and never a value."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from crm360.connectors.engine.batch import read_fields
from crm360.connectors.engine.connector import Chunk, Connector, Context
from crm360.connectors.engine.errors import SchemaChanged
from crm360.connectors.engine.fields import MOST_FIELDS, Change
from crm360.connectors.engine.landing import LandedRecord, Landing
from crm360.connectors.engine.pagination import OnePage
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.stream import Stream, Window
from crm360.connectors.engine.sync import sync_stream

STREAM = Stream("people", "contacts", "", RecordSchema(key=("id",)), OnePage(), cursor=False)


def night(root: Path, records: Iterable[dict[str, Any]], *, stops: bool = False) -> list[Change]:
    """One sync of these records, and what it saw change."""
    rows = [LandedRecord(str(r["id"]), json.dumps(r)) for r in records]
    connector = Connector("toy", (STREAM,), read=lambda _context: iter([Chunk(rows)]))
    landing = Landing(root)
    context = Context("toy", connector, STREAM, {}, landing, None, Window(None, datetime.min), {})
    context.stops_at_new_fields = stops
    return sync_stream(context).schema_changes


def people(first: int, count: int = 20, **more: Any) -> list[dict[str, Any]]:
    return [{"id": n, "name": f"N{n}", **more} for n in range(first, first + count)]


@pytest.mark.parametrize(
    ("before", "after", "seen"),
    [
        (people(1), people(100), []),
        (people(1), people(100, vip=True), [Change("vip", "new", "", "true or false")]),
        (people(1, vip=True), people(100), [Change("vip", "gone", "true or false")]),
        (people(1, age=3), people(100, age="three"), [Change("age", "other type", "number", "text")]),
        (people(1, age=3), people(100, age=3.5), []),  # a number is a number
        (people(1, age=None), people(100, age=3), []),  # nothing was known of it but its name
        (people(1, age=3), people(100, age=None), []),
        (people(1, at={"x": 1}), people(100, at={"x": 1, "y": {"z": "d"}}),
         [Change("at.y", "new", "", "object"), Change("at.y.z", "new", "", "text")]),
        (people(1, tags=["a"]), people(100, tags=[1]), []),
        # What one in twenty has is not gone because twenty lack it.
        ([*people(1, 19), {"id": 50, "name": "x", "fax": "1"}], people(100), []),
        # Names that are data are no fields, and are told nowhere.
        (people(1), people(100, **{"a@x.example": 1, "c491712345": 2}), []),
        (people(1, by={}), people(100, 1, by={f"k{n}": n for n in range(MOST_FIELDS + 1)}), []),
    ],
)  # fmt: skip
def test_changes(tmp_path: Path, before: list[dict[str, Any]], after: list[dict[str, Any]], seen: list[Change]) -> None:
    assert night(tmp_path, before) == []  # a first reading is what others are compared with
    assert night(tmp_path, after) == seen
    assert night(tmp_path, [{**r, "name": "other"} for r in after]) == []  # told once


def test_a_field_that_comes_back_is_new_again(tmp_path: Path) -> None:
    night(tmp_path, people(1, vip=True))
    night(tmp_path, people(100))
    assert night(tmp_path, people(200, vip=True)) == [Change("vip", "new", "", "true or false")]


def test_a_source_that_stops_lands_nothing_until_it_may(tmp_path: Path) -> None:
    night(tmp_path, people(1), stops=True)
    for _ in range(2):
        with pytest.raises(SchemaChanged, match="new in its records: fax, vip; on_new_field is 'stop'") as told:
            night(tmp_path, people(100, vip=True, fax="030"), stops=True)
        assert told.value.exit_code == 3 and "030" not in str(told.value)
    assert len(Landing(tmp_path).footers("toy", "people")) == 1
    assert len(night(tmp_path, people(100, vip=True, fax="030"))) == 2
    assert night(tmp_path, people(300, vip=True, fax="030"), stops=True) == []


def test_no_value_is_kept(tmp_path: Path) -> None:
    night(tmp_path, people(1, secret="Q7-canary"))
    ((path, footer),) = Landing(tmp_path).footers("toy", "people")
    told = read_fields(path)
    assert told is not None and b"secret" in told and b"canary" not in told
    assert "canary" not in str(footer)
