"""The figures of a build: what each stream brought; rows, nulls, different values and mean of each table and column;
rows by value of the columns that have few of them (dimensions.py).

They are measured between the build and its audit, into schema `crm360` of the warehouse:

    crm360.run_figures   one row a subject: a stream 'hubspot/contacts', a table 'orders', a column 'orders.total',
                         a value 'orders.status = paid'
    crm360.run_anomalies one row a figure that is far off what it was in the runs before

Publishing appends both to books of the ledger, so the history does not depend on the versions that are kept. The tables
run_history and anomalies, which dbt makes out of the books, get this run's rows added, so that readers see them, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from crm360 import duck
from crm360.orchestration.catalog.build import Build
from crm360.orchestration.catalog.ledger import ANOMALIES, RUN_FIGURES, LedgerTable
from crm360.orchestration.figures import dimensions
from crm360.orchestration.settings.anomaly_settings import Anomalies
from crm360.quoting import identifier

MADE_OF = {"run_history": RUN_FIGURES, "anomalies": ANOMALIES}  # table → the book that dbt makes it out of
EXACT_UP_TO = 100_000  # rows; of more, different values are estimated
NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT",
           "FLOAT", "DOUBLE", "DECIMAL", "BOOLEAN")  # fmt: skip
STREAM_COUNTS = ("received", "landed", "deleted", "rejected")
FEWEST = 5  # values of which a mean is told: of fewer it may be one person's
# How old the newest record of a stream was when it was pulled, by the source's own clock where it has one.
AGES = """
    with newest as (
        select source, stream, max(changed_at) as changed_at from landing.versions
        where rejected_because is null group by source, stream
    ),
    pulled as (
        select source, stream, max(coalesce(source_time, finished_at)) as pulled_at from landing.batches
        where complete group by source, stream
    )
    select source, stream, greatest(date_diff('second', changed_at, pulled_at), 0) / 3600
    from newest join pulled using (source, stream) where changed_at is not null"""


def measure(warehouse: Path, build: Build, settings: Anomalies | None = None) -> list[dict[str, Any]]:
    """Measure the build that stands, and write it down in place of what was measured of it before."""
    settings = settings or Anomalies()
    with duck.connect(warehouse) as con:
        known = dimensions.known(con, build.as_of, settings.weeks)
        found = [*_of_streams(build, _ages(con)), *_of_tables(con, settings.dimensions, known)]
        told = {"run_id": build.run_id, "measured_at": build.registered_at, "as_of": build.as_of}
        rows = [dict.fromkeys(RUN_FIGURES.columns) | told | figures for figures in found]
        write(con, RUN_FIGURES, rows)
    return rows


def write(con: duckdb.DuckDBPyConnection, book: LedgerTable, rows: Sequence[dict[str, Any]]) -> None:
    """Fill the warehouse's table of a book with this build's rows, and add them to the published table."""
    columns = ", ".join(f"{name} {kind}" for name, kind in book.columns.items())
    con.execute(f"create or replace table crm360.{book.name} ({columns})")
    if rows:
        con.register("rows_of_run", pa.table({name: [row[name] for row in rows] for name in book.columns}))
        con.execute(f"insert into crm360.{book.name} by name select * from rows_of_run")
        con.unregister("rows_of_run")


def show(warehouse: Path, build: Build) -> None:
    """Add this build's rows to the tables that readers see, where the project has them."""
    with duck.connect(warehouse) as con:
        sql = "select table_name from duckdb_tables() where schema_name = 'marts'"
        there = {name for (name,) in con.execute(sql).fetchall()}
        for table, book in MADE_OF.items():
            if table in there:
                con.execute(f"delete from marts.{table} where run_id = $1", [build.run_id])
                con.execute(f"insert into marts.{table} by name select * from crm360.{book.name}")


def _ages(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], float]:
    """By stream: hours since a record of it changed."""
    return {(source, stream): round(float(hours), 3) for source, stream, hours in con.execute(AGES).fetchall()}


def _of_streams(build: Build, ages: dict[tuple[str, str], float]) -> Iterator[dict[str, Any]]:
    """What each stream brought since the version before; of one that was not pulled nothing is known."""
    for facts in build.streams:
        told: dict[str, Any] = {}
        if facts.status == "fresh":
            told = {f"count_of_{name}": getattr(facts, name) for name in STREAM_COUNTS}
            told["hours_since_change"] = ages.get((facts.source, facts.stream))
        yield {
            "scope": "stream", "subject": f"{facts.source}/{facts.stream}", "source": facts.source,
            "stream": facts.stream, **told,
        }  # fmt: skip


def _of_tables(
    con: duckdb.DuckDBPyConnection, own: Sequence[str], known: Mapping[str, Sequence[str]]
) -> Iterator[dict[str, Any]]:
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in con.execute(
        "select table_name, column_name, data_type from duckdb_columns() "
        "where schema_name = 'marts' and database_name = current_database() order by table_name, column_index"
    ).fetchall():
        if table not in MADE_OF:
            found.setdefault(table, {})[column] = kind
    for table, columns in found.items():
        yield from _of_table(con, table, columns)
        yield from dimensions.of_table(con, table, list(columns), own, known)


def _of_table(con: duckdb.DuckDBPyConnection, table: str, columns: dict[str, str]) -> Iterator[dict[str, Any]]:
    name = f"marts.{identifier(table)}"
    ((rows,),) = con.execute(f"select count(*) from {name}").fetchall()
    of = {"table_name": table, "count_of_rows": rows}
    yield {"scope": "table", "subject": table, **of}
    distinct = "count(distinct {0})" if rows <= EXACT_UP_TO else "approx_count_distinct({0})"
    parts = []
    for column, kind in columns.items():
        at = identifier(column)
        is_number = kind.startswith(NUMBERS) and "[" not in kind
        mean, spread = (f"{f}(cast({at} as double))" if is_number else "null" for f in ("avg", "var_pop"))
        parts += [f"count({at})", distinct.format(at), mean, spread]
    (told,) = con.execute(f"select {', '.join(parts)} from {name}").fetchall()
    for number, column in enumerate(columns):
        present, different, mean, spread = told[4 * number : 4 * number + 4]
        is_told = present >= FEWEST
        yield {
            "scope": "column", "subject": f"{table}.{column}", **of, "column_name": column,
            "null_share": round(1 - present / rows, 6) if rows else None, "distinct_values": different,
            "mean": _finite(mean) if is_told else None,
            "standard_deviation": _finite(spread if spread is None else spread**0.5) if is_told else None,
        }  # fmt: skip


def _finite(mean: float | None) -> float | None:
    return None if mean is None or mean != mean or mean in (float("inf"), float("-inf")) else float(mean)
