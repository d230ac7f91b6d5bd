"""One published table in PostgreSQL: its columns, its rows by COPY, its keys and indexes, its comments, read back.

DuckDB's types stay what they are: decimals numeric, and times, which are naive UTC there, timestamptz. The rows go as
CSV that Arrow writes: it quotes every text and no null, so that both arrive as they were.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb
import psycopg
from psycopg import sql
from pyarrow import csv

from crm360.orchestration.publish.candidate import NotAsWritten
from crm360.quoting import identifier

TYPES = {
    "BOOLEAN": "boolean", "TINYINT": "smallint", "SMALLINT": "smallint", "INTEGER": "integer", "BIGINT": "bigint",
    "UTINYINT": "smallint", "USMALLINT": "integer", "UINTEGER": "bigint", "UBIGINT": "numeric(20)", "FLOAT": "real",
    "DOUBLE": "double precision", "VARCHAR": "text", "DATE": "date", "TIME": "time", "TIMESTAMP": "timestamptz",
    "TIMESTAMP WITH TIME ZONE": "timestamptz",
}  # fmt: skip
DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")
ROWS_AT_ONCE = 50_000
KEY_AT_MOST = 5  # columns
DATES_AT_MOST = 6  # of one table that get an index: the first ones, which are the table's own
EXACT = ("BIGINT", "INTEGER", "SMALLINT", "TINYINT", "DECIMAL", "UBIGINT", "UINTEGER", "USMALLINT", "UTINYINT")


@dataclass(frozen=True)
class Table:
    """A published table as the version's DuckDB file has it."""

    name: str
    columns: Mapping[str, str]
    comment: str
    comments: Mapping[str, str]


def tables(con: duckdb.DuckDBPyConnection) -> list[Table]:
    """Every table of the version that is attached as `v`, those with the most values first."""
    of = "where database_name = 'v' and schema_name = 'main'"
    found: dict[str, dict[str, tuple[str, str]]] = {}
    rows = con.execute(
        f"select table_name, column_name, data_type, coalesce(comment, '') from duckdb_columns() {of} "
        "order by table_name, column_index"
    ).fetchall()
    for table, column, kind, comment in rows:
        found.setdefault(table, {})[column] = (kind, comment)
    words = con.execute(
        f"select table_name, coalesce(comment, '') from duckdb_tables() {of} "
        "order by estimated_size * column_count desc, table_name"
    ).fetchall()
    return [
        Table(
            name,
            {c: kind for c, (kind, _) in found[name].items()},
            comment,
            {c: told for c, (_, told) in found[name].items()},
        )
        for name, comment in words
    ]


def write(version: duckdb.DuckDBPyConnection, con: psycopg.Connection[Any], schema: str, table: Table) -> int:
    """Make the table in a schema, in one transaction. Returns its rows. Raises NotAsWritten where rows differ."""
    target = sql.Identifier(schema, table.name)
    with con.transaction():
        columns = [sql.SQL("{} {}").format(sql.Identifier(c), sql.SQL(kind_of(k))) for c, k in table.columns.items()]
        con.execute(sql.SQL("create table {} ({})").format(target, sql.SQL(", ").join(columns)))
        _copy(version, con, target, table)
        rows = require_same(version, con, target, table)
        add_keys(version, con, target, table)
        _add_comments(con, target, table)
    return rows


def kind_of(kind: str) -> str:
    """PostgreSQL's type of a column; text for what it has no type for, such as lists."""
    if match := DECIMAL.fullmatch(kind):
        return f"numeric({match[1]}, {match[2]})"
    return TYPES.get(kind, "text")


def _selected(column: str, kind: str) -> str:
    name = identifier(column)
    if kind_of(kind) == "text":  # which PostgreSQL can't keep the character 0 in
        return f"replace({name}::varchar, chr(0), '') as {name}"
    return f"timezone('UTC', {name}) as {name}" if kind == "TIMESTAMP WITH TIME ZONE" else name


def _select(table: Table) -> str:
    parts = ", ".join(_selected(column, kind) for column, kind in table.columns.items())
    return f"select {parts} from v.main.{identifier(table.name)}"


def _copy(
    version: duckdb.DuckDBPyConnection, con: psycopg.Connection[Any], target: sql.Identifier, table: Table
) -> None:
    # freeze: the table is of this transaction, so no reader of an older one can see it, and nothing is left to vacuum.
    statement = sql.SQL("copy {} from stdin (format csv, freeze)").format(target)
    options = csv.WriteOptions(include_header=False)
    reader = version.sql(_select(table)).to_arrow_reader(ROWS_AT_ONCE)
    with con.cursor() as cursor, cursor.copy(statement) as copy:
        for batch in reader:
            buffer = io.BytesIO()
            csv.write_csv(batch, buffer, write_options=options)
            copy.write(buffer.getbuffer())


def require_same(
    version: duckdb.DuckDBPyConnection, con: psycopg.Connection[Any], target: sql.Identifier, table: Table
) -> int:
    """Compare rows and, by column, how many have a value and what these add up to, on both sides."""
    here: list[str] = ["count(*)"]
    there: list[sql.Composable] = [sql.SQL("count(*)")]
    for column, kind in table.columns.items():
        name, ours = sql.Identifier(column), identifier(column)
        here.append(f"count({ours})")
        there.append(sql.SQL("count({})").format(name))
        for of_duckdb, of_postgres in _sums(kind):
            here.append(of_duckdb.format(ours))
            there.append(sql.SQL(of_postgres).format(name))
    (expected,) = version.execute(f"select {', '.join(here)} from ({_select(table)})").fetchall()
    found = con.execute(sql.SQL("select {} from {}").format(sql.SQL(", ").join(there), target)).fetchone()
    if found is None or [_number(v) for v in found] != [_number(v) for v in expected]:
        raise NotAsWritten(f"{table.name} is not in PostgreSQL as it was written")
    return int(expected[0])


def _sums(kind: str) -> list[tuple[str, str]]:
    if kind.startswith(EXACT):
        return [("sum({})", "sum({})")]
    if kind == "BOOLEAN":
        return [("count(*) filter (where {})", "count(*) filter (where {})")]
    if kind == "DATE":
        return [("sum(date_diff('day', date '1970-01-01', {}))", "sum({} - date '1970-01-01')")]
    if kind.startswith("TIMESTAMP"):
        return [("sum(epoch_us({})::hugeint)", "sum((extract(epoch from {}) * 1000000)::numeric(30, 0))")]
    return [("sum(strlen({}))", "sum(octet_length({}))")] if kind_of(kind) == "text" else []


def _number(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def add_keys(
    version: duckdb.DuckDBPyConnection, con: psycopg.Connection[Any], target: sql.Identifier, table: Table
) -> None:
    """A primary key where rows have one, and the indexes that readers look by."""
    key = key_of(version, table)
    if key:
        names = sql.SQL(", ").join(map(sql.Identifier, key))
        con.execute(sql.SQL("alter table {} add primary key ({})").format(target, names))
    for column in indexed(table, key):
        con.execute(sql.SQL("create index on {} ({})").format(target, sql.Identifier(column)))


def key_of(version: duckdb.DuckDBPyConnection, table: Table) -> tuple[str, ...]:
    """The fewest leading columns that name each row once, as published tables have them first; none may be empty."""
    for length in range(1, min(KEY_AT_MOST, len(table.columns)) + 1):
        key = tuple(table.columns)[:length]
        names = ", ".join(map(identifier, key))
        empty = " or ".join(f"{identifier(c)} is null" for c in key)
        relation = f"v.main.{identifier(table.name)}"
        if version.execute(f"select 1 from {relation} where {empty} limit 1").fetchall():
            return ()
        if not version.execute(f"select 1 from {relation} group by {names} having count(*) > 1 limit 1").fetchall():
            return key
    return ()


def indexed(table: Table, key: tuple[str, ...]) -> list[str]:
    """The columns with an index of their own: ids, and the table's first dates; not the one that leads its key."""
    ids = [c for c, kind in table.columns.items() if c.endswith("_id") and kind == "VARCHAR"]
    dates = [c for c, kind in table.columns.items() if kind.startswith(("DATE", "TIMESTAMP"))][:DATES_AT_MOST]
    return [c for c in (*ids, *dates) if c not in key[:1]]


def _add_comments(con: psycopg.Connection[Any], target: sql.Identifier, table: Table) -> None:
    con.execute(sql.SQL("comment on table {} is {}").format(target, sql.Literal(table.comment)))
    for column, words in table.comments.items():
        name = sql.SQL("{}.{}").format(target, sql.Identifier(column))
        con.execute(sql.SQL("comment on column {} is {}").format(name, sql.Literal(words)))
