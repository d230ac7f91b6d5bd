"""The candidate: one complete version written out of the warehouse into a folder, and read back.

The database file is in storage format v1.0.0 (file version 64), the oldest that DuckDB 2.0.0 still writes: every client
from 0.10 on opens it. Tried with 0.10.3, 1.0.0, 1.1.3, 1.2.2, 1.4.4 and 2.0.0. Every later format shuts out those
before it.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from crm360 import duck
from crm360.expectations.fingerprint import fingerprint, rows_in
from crm360.orchestration.run.facts import TableFacts
from crm360.orchestration.run.failpoints import reach
from crm360.quoting import identifier, literal

DATABASE = "customer_360.duckdb"
STORAGE_VERSION = "v1.0.0"
TABLE_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
# Types that Parquet has no word for: DuckDB would write them as DOUBLE and lose digits in silence.
UNPUBLISHABLE = ("HUGEINT", "UHUGEINT", "BIGNUM")


class Unpublishable(Exception):
    """A table of the warehouse cannot be published as it is; the message is one sentence for its author."""


class NotAsWritten(Exception):
    """What was read back differs from what was to be written; the message is one sentence."""


@dataclass(frozen=True)
class Written:
    """One published table: its rows, and its fingerprint (`expectations.fingerprint`)."""

    rows: int
    fingerprint: str


@contextmanager
def warehouse_connection(warehouse: Path, spill: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse read-only as `w`. Spills into `spill`; fetches no extension from anywhere."""
    settings: dict[str, str | bool | int | float | list[str]] = {
        "temp_directory": str(spill),
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    con = duck.connect(":memory:", config=settings)
    try:
        con.execute("set enable_progress_bar = false")
        con.execute(f"attach {literal(warehouse)} as w (read_only)")
        yield con
    finally:
        con.close()


def tables(con: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Return every table of schema `marts` in `w` → its columns and their types. Raises Unpublishable."""
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in con.execute(
        "select table_name, column_name, data_type from duckdb_columns() "
        "where database_name = 'w' and schema_name = 'marts' order by table_name, column_index"
    ).fetchall():
        if not TABLE_NAME.fullmatch(table):
            raise Unpublishable(f"marts holds a table whose name cannot be a file name: {table[:80]!r}")
        if any(word in kind for word in UNPUBLISHABLE):
            raise Unpublishable(f"{table}.{column} is {kind}, which Parquet cannot keep: cast it in the model")
        found.setdefault(table, {})[column] = kind
    return found


def fingerprints(con: duckdb.DuckDBPyConnection, columns: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Return every table's fingerprint, as it stands in the warehouse."""
    return {table: fingerprint(con, f"w.marts.{identifier(table)}", kinds) for table, kinds in columns.items()}


def write(
    con: duckdb.DuckDBPyConnection,
    columns: Mapping[str, Mapping[str, str]],
    facts: Mapping[str, TableFacts],
    folder: Path,
    marks: Mapping[str, str],
    expected: Mapping[str, str],
) -> dict[str, Written]:
    """Write every table of `columns` into `folder`, as one database and as Parquet, and read both back.

    `marks` go into each Parquet file's metadata; `expected` are the tables' fingerprints. Raises NotAsWritten; OSError
    and duckdb.Error come through.
    """
    _write_database(con, columns, facts, folder / DATABASE)
    reach("publish.between-files")
    metadata = ", ".join(f"{key}: {literal(value)}" for key, value in marks.items())
    for table in columns:
        con.execute(
            f"copy w.marts.{identifier(table)} to {literal(folder / f'{table}.parquet')} "
            f"(format parquet, compression zstd, use_tmp_file false, kv_metadata {{{metadata}}})"
        )
    return _read_back(con, columns, folder, expected)


def _write_database(
    con: duckdb.DuckDBPyConnection,
    columns: Mapping[str, Mapping[str, str]],
    facts: Mapping[str, TableFacts],
    path: Path,
) -> None:
    con.execute(f"attach {literal(path)} as p (storage_version '{STORAGE_VERSION}')")
    con.execute("begin")  # one commit, so one wait for the disk
    for table in columns:
        target = f"p.main.{identifier(table)}"
        # What is of one customer lies together: who looks one up reads a few thousand rows of millions.
        by = " order by customer_id, 1" if "customer_id" in columns[table] else ""
        con.execute(f"create table {target} as from w.marts.{identifier(table)}{by}")
        con.execute(f"comment on table {target} is {literal(facts[table].description)}")
        for column in columns[table]:
            con.execute(f"comment on column {target}.{identifier(column)} is {literal(facts[table].columns[column])}")
    con.execute("commit")
    con.execute("checkpoint p")
    con.execute("detach p")
    if path.with_suffix(".duckdb.wal").exists():
        raise NotAsWritten(f"{path.name} still has a write-ahead log beside it")


def _read_back(
    con: duckdb.DuckDBPyConnection,
    columns: Mapping[str, Mapping[str, str]],
    folder: Path,
    expected: Mapping[str, str],
) -> dict[str, Written]:
    con.execute(f"attach {literal(folder / DATABASE)} as p (read_only)")
    try:
        for table, kinds in columns.items():
            for relation, where in (
                (f"p.main.{identifier(table)}", DATABASE),
                (f"read_parquet({literal(folder / f'{table}.parquet')})", f"{table}.parquet"),
            ):
                found = fingerprint(con, relation, kinds)
                if found != expected[table]:
                    rows, read = rows_in(expected[table]), rows_in(found)
                    raise NotAsWritten(
                        f"{table} has {rows} rows in the warehouse, and {read} rows"
                        f"{' of other content' if rows == read else ''} read back from {where}"
                    )
    finally:
        con.execute("detach p")
    return {table: Written(rows_in(told), told) for table, told in expected.items()}


def remove_spill(spill: Path) -> None:
    """Remove the folder that DuckDB spilled into, if it came to that."""
    if spill.exists():
        shutil.rmtree(spill)
