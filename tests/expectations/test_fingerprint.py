"""A table's fingerprint: the same for the same content in any order, another one after any change."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from crm360.expectations.fingerprint import columns_of, fingerprint, rows_in

TABLE = """create table t as
    select range as i, range % 3 as j, 'name ' || range as word, if(range % 5 = 0, null, 'x') as hole,
        (range * 1.01)::decimal(18, 2) as money, range % 2 = 0 as flag, date '2026-01-01' + range::integer as day,
        ['a' || range, 'b'] as list, ['c'] as other_list, []::varchar[] as none, {'k': range, 'l': 'v'} as box
    from range(40)"""
CHANGES = [
    "update t set word = 'name 8' where i = 7",
    "update t set word = word || ' ' where i = 7",
    "update t set hole = '' where i = 5",
    "update t set money = money + 0.01 where i = 7",
    "update t set flag = not flag where i = 7",
    "update t set day = day + 1 where i = 7",
    "update t set list = list_reverse(list) where i = 7",
    "update t set list = ['a7'], other_list = ['b', 'c'] where i = 7",  # the border between two lists moves
    "update t set none = null where i = 7",
    "update t set none = [null] where i = 7",
    "update t set box = {'k': i, 'l': 'w'} where i = 7",
    "update t set i = j, j = i where i = 7",
    "update t set word = case i when 7 then 'name 8' else 'name 7' end where i in (7, 8)",  # two rows swap a cell
    "delete from t where i = 7",
    "insert into t from t where i = 7",
    "delete from t where i = 7; insert into t from t where i = 8",
    "alter table t rename column word to words",
    "alter table t alter j type integer",
    "alter table t add column more integer",
    "alter table t drop column hole",
]


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        con.execute(TABLE)
        yield con


def of(con: duckdb.DuckDBPyConnection, table: str = "t") -> str:
    return fingerprint(con, table, columns_of(con, table))


def test_the_order_of_rows_does_not_matter_and_their_number_is_told(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("create table u as from t order by hash(i)")
    assert of(con) == of(con, "u") and rows_in(of(con)) == 40
    con.execute("create table nothing as from t where false")
    assert rows_in(of(con, "nothing")) == 0


@pytest.mark.parametrize("change", CHANGES)
def test_any_change_of_content_or_columns_is_another_fingerprint(con: duckdb.DuckDBPyConnection, change: str) -> None:
    before = of(con)
    con.execute(change)
    assert of(con) != before


def test_a_table_and_its_copy_as_parquet_have_the_same(con: duckdb.DuckDBPyConnection, tmp_path: object) -> None:
    con.execute(f"copy t to '{tmp_path}/t.parquet'")
    assert fingerprint(con, f"read_parquet('{tmp_path}/t.parquet')", columns_of(con, "t")) == of(con)
