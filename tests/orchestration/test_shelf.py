"""Versions on the shelf: listed, shown again, compared."""

from __future__ import annotations

import json
import os
import runpy
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from crm360.connectors.engine.errors import ConfigError
from crm360.orchestration.cli.console import Console
from crm360.orchestration.cli.shelf import show_diff
from crm360.orchestration.publish import diff, rollback
from crm360.orchestration.publish.publish import PublishFailed

pytestmark = pytest.mark.night

shared = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("publishing.py"))))
PEOPLE = [(1, "Ann", "10.00"), (2, "Bob", "20.00"), (3, "Cid", "30.00")]
MEMBERS = [(1, "value tier", "high tier"), (2, "value tier", "low tier")]


def write(
    warehouse: Path, people: list[tuple[int, str, str]], members: list[tuple[int, str, str]], more: str = ""
) -> None:
    with duckdb.connect(str(warehouse)) as con:
        con.execute("drop schema if exists marts cascade; create schema marts")
        con.execute("create table marts.people (customer_id int, name text, spent decimal(18, 2))")
        con.executemany("insert into marts.people values (?, ?, ?)", people)
        con.execute("create table marts.customer_segments (customer_id int, dimension text, segment text)")
        con.executemany("insert into marts.customer_segments values (?, ?, ?)", members)
        con.execute("create table marts.words as select unnest(['a', 'a', 'b']) as word")
        con.execute(more or "select 1")


@pytest.fixture
def shelf(tmp_path: Path) -> SimpleNamespace:
    """Two versions, the second with one person less, one more, one renamed who spent more, and a new column."""
    warehouse, published = tmp_path / "warehouse.duckdb", tmp_path / "published"
    write(warehouse, PEOPLE, MEMBERS)
    first = shared.publish_all(warehouse, published).version
    now = [(2, "Rob", "25.50"), (3, "Cid", "30.00"), (4, "Dee", "1.00")]
    write(warehouse, now, [(2, "value tier", "high tier")], "alter table marts.people add column city text")
    second = shared.publish_all(warehouse, published).version
    return SimpleNamespace(warehouse=warehouse, published=published, first=first, second=second)


def test_versions_are_listed_newest_first(shelf: SimpleNamespace) -> None:
    seen = rollback.listed(shelf.published)
    assert [(s.version, s.is_current, s.tables, s.rows) for s in seen] == [
        (shelf.second, True, 3, 7),
        (shelf.first, False, 3, 8),
    ]
    (shelf.published / shelf.first / "manifest.json").chmod(0o644)
    (shelf.published / shelf.first / "manifest.json").write_text("{")
    assert [s.damage for s in rollback.listed(shelf.published)] == ["", "its manifest can't be read"]
    assert rollback.listed(shelf.published / "nowhere") == []


def test_a_kept_version_is_shown_again_and_said_to_be_until_the_next_one(shelf: SimpleNamespace) -> None:
    assert rollback.rolled_back(shelf.published) is None
    assert rollback.show_again(shelf.published, shelf.first) == shelf.second
    assert os.readlink(shelf.published / "current") == shelf.first
    told = rollback.rolled_back(shelf.published)
    assert told is not None and (told["from"], told["to"]) == (shelf.second, shelf.first)
    third = shared.publish_all(shelf.warehouse, shelf.published).version
    assert third > shelf.second and os.readlink(shelf.published / "current") == third
    assert rollback.rolled_back(shelf.published) is None


def test_what_is_no_version_or_is_damaged_is_not_shown(shelf: SimpleNamespace) -> None:
    with pytest.raises(ConfigError, match="there is no version 'yesterday'; kept are"):
        rollback.show_again(shelf.published, "yesterday")
    damaged = shelf.published / shelf.first / "people.parquet"
    damaged.chmod(0o644)
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"x")
    with pytest.raises(PublishFailed, match=r"people\.parquet is not as it was written\. .* stands"):
        rollback.show_again(shelf.published, shelf.first)
    assert os.readlink(shelf.published / "current") == shelf.second


@pytest.mark.parametrize("names", [("previous", "current"), ("", "candidate"), ("", "")])
def test_two_versions_are_compared_by_table_column_and_segment(shelf: SimpleNamespace, names: tuple[str, str]) -> None:
    before, after = names[0] or shelf.first, names[1] or shelf.second
    found = diff.compare(shelf.published, shelf.warehouse, before, after)
    assert found.same == 1 and [t.table for t in found.tables] == ["customer_segments", "people"]
    people = found.tables[1]
    assert (people.before, people.after, people.key) == (3, 3, ("customer_id",))
    assert (people.added, people.gone, people.changed) == (1, 1, 1)
    assert (people.new_columns, people.gone_columns) == (("city",), ())
    assert people.columns == (
        diff.ColumnDiff("name", 1, ("2",)),
        diff.ColumnDiff("spent", 1, ("2",), "+5.50"),
    )
    assert found.segments == {("value tier", "high tier"): (1, 1), ("value tier", "low tier"): (0, 1)}


def test_customers_who_changed_segment_and_metrics_that_moved_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    warehouse, published = tmp_path / "warehouse.duckdb", tmp_path / "published"
    made = (
        "create table marts.deals as select i as deal_id, i >= {won} as is_closed, i >= {won} as is_won, "
        "case when i > {unknown} then {amount}::decimal(18, 4) end as weighted_amount from range(4) as r(i)"
    )
    write(
        warehouse, PEOPLE, [*MEMBERS, (1, "RFM", "lost"), (3, "RFM", "new")], made.format(amount=10, unknown=-1, won=4)
    )
    first = shared.publish_all(warehouse, published).version
    now = [(1, "value tier", "low tier"), (2, "value tier", "high tier"), (3, "RFM", "new"), (4, "RFM", "new")]
    write(warehouse, PEOPLE, now, made.format(amount=12, unknown=0, won=3))
    second = shared.publish_all(warehouse, published).version
    found = diff.compare(published, warehouse, first, second)
    assert [(m.dimension, m.left, m.entered, m.customers, m.examples) for m in found.moves] == [
        ("RFM", (), ("new",), 1, ("4",)),
        ("RFM", ("lost",), (), 1, ("1",)),
        ("value tier", ("high tier",), ("low tier",), 1, ("1",)),
        ("value tier", ("low tier",), ("high tier",), 1, ("2",)),
    ]
    assert [(m.metric, m.before, m.after, m.moved, m.share) for m in found.metrics] == [
        ("open deals", 4, 3, -1, -0.25),
        ("weighted value of open deals", "40.0000", "24.0000", "-16.0000", -0.4),
        ("won deals", 0, 1, 1, None),
    ]
    config = SimpleNamespace(published=published, warehouse=warehouse)
    assert show_diff(config, Console(), first, second, as_json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["moves"][2] == {
        "dimension": "value tier", "left": ["high tier"], "entered": ["low tier"], "customers": 1, "examples": ["1"],
    }  # fmt: skip
    assert told["metrics"][1]["moved"] == "-16.0000" and told["before"] == first
    assert show_diff(config, Console(), first, second) == 0
    said = capsys.readouterr().out
    assert "Customers who changed segment" in said and "weighted value of open deals" in said and "-40.0%" in said
    assert diff.compare(published, warehouse, second, second).metrics == ()


def test_rows_without_a_key_are_compared_whole_and_a_table_may_come_or_go(shelf: SimpleNamespace) -> None:
    with duckdb.connect(str(shelf.warehouse)) as con:
        con.execute(
            "insert into marts.words values ('a'); drop table marts.people; create table marts.fresh as select 1 as n"
        )
    found = {t.table: t for t in diff.compare(shelf.published, shelf.warehouse, "current", "candidate").tables}
    assert (found["words"].key, found["words"].added, found["words"].gone, found["words"].changed) == ((), 1, 0, None)
    assert (found["people"].before, found["people"].after) == (3, None)
    assert (found["fresh"].before, found["fresh"].after) == (None, 1)


def test_a_version_that_is_none_is_told_with_those_that_are(shelf: SimpleNamespace) -> None:
    with pytest.raises(ConfigError, match=f"there is no version 'x'; there are {shelf.first}, {shelf.second}"):
        diff.compare(shelf.published, shelf.warehouse, "x", "current")
    with pytest.raises(ConfigError, match="nothing has been published yet"):
        diff.compare(shelf.published / "nowhere", shelf.warehouse, "previous", "current")
