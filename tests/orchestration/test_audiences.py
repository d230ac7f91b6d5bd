"""Audiences as CSV: which files, which cells are made harmless, and that the tables keep what the sources said."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from crm360.orchestration.plan.listed import write_list
from crm360.orchestration.publish import audiences
from crm360.orchestration.publish.candidate import Unpublishable
from crm360.quoting import harmless

CELLS = [
    ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
    ("+4930901820", "'+4930901820"),
    ("-2+3", "'-2+3"),
    ("@SUM(A1)", "'@SUM(A1)"),
    ("\tx", "'\tx"),
    ("\rx", "'\rx"),
    (" =1", "' =1"),
    ("\uff1d1", "'\uff1d1"),
    ("ann@mail.example", "ann@mail.example"),
    ("Ann = Lee", "Ann = Lee"),
    ("", ""),
    (None, ""),
]


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        con.execute("attach ':memory:' as w")
        con.execute("create schema w.marts")
        con.execute("create table w.marts.audiences (audience text, position bigint, is_on boolean)")
        con.execute(
            "create table w.marts.audience_members (audience text, customer_id text, channel text, address text, "
            "full_name text, because text, as_of_date date)"
        )
        yield con


@pytest.mark.parametrize(("cell", "written"), CELLS)
def test_a_formula_is_made_harmless_and_nothing_else_is_touched(cell: str | None, written: str) -> None:
    assert harmless(cell) == written


def test_what_a_trial_lists_runs_in_no_spreadsheet(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """A segment of its own for each country has the name that the source gives the country."""
    found = con.execute("select 'country =1+1' as segment, unnest(['=1+1', 'DE', null]) as value, '@x' as \"=y\"")
    write_list(found, tmp_path / "changes.csv")
    with (tmp_path / "changes.csv").open(encoding="utf-8", newline="") as handle:
        assert list(csv.reader(handle)) == [
            ["segment", "value", "'=y"],
            *(["country =1+1", value, "'@x"] for value in ("'=1+1", "DE", "")),
        ]


def test_each_audience_that_is_on_is_one_file(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    con.execute(
        "insert into w.marts.audiences values ('Win-back, spring', 2, true), ('off', 1, false), ('../x', 3, true)"
    )
    row = "('Win-back, spring', '{}', 'email', '{}@mail.example', '{}', 'count_of_orders = 2', '2026-07-01')"
    con.execute(f"insert into w.marts.audience_members values {row.format('c_2', 'b', '=1+1')}")
    con.execute(f"insert into w.marts.audience_members values {row.format('c_1', 'a', 'Lee, Ann')}")
    assert audiences.write(con, tmp_path) == {"win-back-spring.csv": 2, "x.csv": 0}
    assert sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*.csv")) == [
        "audiences/win-back-spring.csv", "audiences/x.csv",
    ]  # fmt: skip
    with (tmp_path / "audiences" / "win-back-spring.csv").open(encoding="utf-8", newline="") as handle:
        assert list(csv.reader(handle)) == [
            list(audiences.COLUMNS),
            ["c_1", "Lee, Ann", "email", "a@mail.example", "count_of_orders = 2", "2026-07-01"],
            ["c_2", "'=1+1", "email", "b@mail.example", "count_of_orders = 2", "2026-07-01"],
        ]
    assert (tmp_path / "audiences" / "x.csv").read_text() == ",".join(audiences.COLUMNS) + "\n"
    names = con.execute("select full_name from w.marts.audience_members order by customer_id").fetchall()
    assert names == [("Lee, Ann",), ("=1+1",)]


@pytest.mark.parametrize("names", [("a b", "a-b"), ("!!!",)])
def test_names_that_make_no_file_or_the_same_one_are_refused(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, names: tuple[str, ...]
) -> None:
    con.executemany("insert into w.marts.audiences values (?, 1, true)", [[name] for name in names])
    with pytest.raises(Unpublishable, match=r"audiences\.yml"):
        audiences.write(con, tmp_path)
