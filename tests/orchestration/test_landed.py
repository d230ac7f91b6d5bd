"""When a refused record is resolved, and what `crm360 status` and dbt are shown of what has been landed."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from crm360.connectors.engine.fields import Change
from crm360.connectors.engine.landing import LandedRecord, Landing
from crm360.connectors.engine.sync import Counter
from crm360.orchestration.catalog.landed import show_landed

FIRST = datetime(2026, 7, 1, 2)
GOOD = LandedRecord("1", '{"id":1}', FIRST)
BAD = LandedRecord("1", '{"id":1,"at":"?"}', rejected_because="unreadable change time: at")
WORSE = LandedRecord("1", '{"id":1}', rejected_because="not an object with the expected fields")
NAMELESS = LandedRecord(None, "{}", rejected_because="no key: id")


def nights(
    root: Path, *rows: list[LandedRecord], reading: str = "changes", complete: bool = True
) -> list[tuple[Any, ...]]:
    """Land one batch a night, and say of each refused version in which night it was resolved."""
    landing = Landing(root)
    for number, night in enumerate(rows):
        at = FIRST + timedelta(days=number)
        batch = landing.start("crm", "contacts", at)
        for row in night:
            batch.add(row, at)
        footer = batch.footer
        footer.rejected = sum(r.rejected_because is not None for r in night)
        footer.window_to, footer.finished_at, footer.complete, footer.reading = at, at, complete, reading
        batch.commit()
    with duckdb.connect() as con:
        show_landed(con, root, ["crm", "never_pulled"])
        assert con.execute("select count(*) from landing.versions").fetchall() == [(sum(map(len, rows)),)]
        sql = "select day(extracted_at), day(resolved_at) from landing.rejections order by 1"
        return con.execute(sql).fetchall()


@pytest.mark.parametrize(
    ("rows", "resolved"),
    [
        ([[BAD]], [(1, None)]),
        ([[BAD], [GOOD]], [(1, 2)]),
        ([[GOOD], [BAD]], [(2, None)]),
        ([[BAD], [], [LandedRecord("1", None, FIRST, is_deleted=True)]], [(1, 3)]),
        ([[BAD], [LandedRecord("2", "{}", FIRST)]], [(1, None)]),
        ([[BAD], [BAD], [GOOD]], [(1, 3), (2, 3)]),
        ([[BAD], [GOOD], [BAD]], [(1, 2), (3, None)]),
        ([[BAD], [WORSE]], [(1, 2), (2, None)]),
        ([[NAMELESS], [GOOD]], [(1, None)]),
    ],
)
def test_a_refused_version_is_resolved_by_the_next_that_is_not_refused_for_it(
    tmp_path: Path, rows: list[list[LandedRecord]], resolved: list[tuple[int, int | None]]
) -> None:
    assert nights(tmp_path, *rows) == resolved


def test_one_without_an_id_is_resolved_once_all_has_been_read_again(tmp_path: Path) -> None:
    assert nights(tmp_path / "a", [NAMELESS], [GOOD], reading="full") == [(1, 2)]
    assert nights(tmp_path / "b", [NAMELESS], [NAMELESS], reading="full") == [(1, 2), (2, None)]
    assert nights(tmp_path / "c", [NAMELESS], [GOOD], reading="full", complete=False) == [(1, None)]


@pytest.mark.parametrize(("before", "is_news"), [([[GOOD]], False), ([[GOOD], [BAD]], True), ([[BAD], [GOOD]], False)])
def test_a_record_that_comes_back_as_it_was_is_landed_again(
    tmp_path: Path, before: list[list[LandedRecord]], is_news: bool
) -> None:
    nights(tmp_path, *before)
    landing = Landing(tmp_path)
    footer = landing.start("crm", "contacts", FIRST).footer
    counter = Counter(lambda: landing.known("crm", "contacts", None), footer, lambda: FIRST)
    assert (counter.admits(GOOD) is not None) is is_news


def test_what_the_newest_batch_says_of_equal_lines_is_a_table(tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    for said in ({"equal_lines": {"0a": 1}}, {"equal_lines": {"0b": 2, "0c": 1}}):
        batch = landing.start("shop", "orders", FIRST)
        batch.add(GOOD, FIRST)
        batch.footer.state = {"files": {}, **said}
        batch.commit()
    other = landing.start("shop", "people", FIRST)
    other.add(GOOD, FIRST)
    other.commit()
    with duckdb.connect() as con:
        show_landed(con, tmp_path, ["shop"])
        told = "select stream, id_ends, copies from landing.equal_lines order by all"
        assert con.execute(told).fetchall() == [("orders", "0b", 2), ("orders", "0c", 1)]
        show_landed(con, tmp_path, ["never_pulled"])
        assert con.execute(told).fetchall() == []


def test_what_batches_say_of_changed_fields_is_a_table(tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    for number, changes in enumerate(([], [Change("vip", "new", "", "text"), Change("age", "gone", "number")]), 1):
        batch = landing.start("crm", "contacts", FIRST)
        batch.add(GOOD, FIRST)
        batch.footer.schema_changes, batch.footer.finished_at = changes, FIRST + timedelta(days=number)
        batch.commit()
    with duckdb.connect() as con:
        show_landed(con, tmp_path, ["crm"])
        told = "select field, change, type_before, type_now, day(changed_at) from landing.schema_changes order by 1"
        assert con.execute(told).fetchall() == [("age", "gone", "number", None, 3), ("vip", "new", None, "text", 3)]
        show_landed(con, tmp_path, ["never_pulled"])
        assert con.execute(told).fetchall() == []
