"""The ledger: what must outlive the warehouse: customer and account ids, who was in which segment, figures of runs.

A book is one Parquet file a version, append-only: only what changed in that night. A record's customer id is its newest
row; ids are never given out twice. A damaged or newer ledger is an error, never a reason for fresh ids.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from crm360 import duck, durable
from crm360.connectors.engine.failpoints import reach
from crm360.orchestration.catalog import ledger_head
from crm360.orchestration.catalog.ledger_head import LedgerError
from crm360.orchestration.publish import manifest
from crm360.quoting import literal

ONE_VERSION, MANY_VERSIONS = 1, 2  # formats: a file of each version, and a file that spans some (ledger_compacting.py)
KEY = b"crm360_ledger"


@dataclass(frozen=True)
class LedgerTable:
    """One kind of rows: its columns and their types, and the SELECT of what a night adds to it.

    A book without `changes` is not of the night's build: `add` writes its rows. In `changes`, {held} is the book as it
    stands; $as_of is the night's moment and $version its number. `needs` is a table of the warehouse's schema crm360,
    without which a night adds nothing.
    """

    name: str
    columns: dict[str, str]
    changes: str = ""
    needs: str = ""


CUSTOMER_IDS = LedgerTable(
    "customer_ids",
    {"source": "varchar", "source_id": "varchar", "customer_id": "varchar", "assigned_at": "timestamp"},
    """with held as (
            select source, source_id, max_by(customer_id, version) as customer_id
            from ({held}) group by source, source_id
        )
        select a.source, a.source_id, a.customer_id, $as_of::timestamp as assigned_at, $version::bigint as version
        from intermediate.int_customer_ids_assigned as a
        left join held as h on a.source = h.source and a.source_id = h.source_id
        where h.customer_id is distinct from a.customer_id
        order by a.source, a.source_id""",
)
ACCOUNT_IDS = LedgerTable(
    "account_ids",
    {"source": "varchar", "source_id": "varchar", "account_id": "varchar", "assigned_at": "timestamp"},
    """with held as (
            select source, source_id, max_by(account_id, version) as account_id
            from ({held}) group by source, source_id
        )
        select a.source, a.source_id, a.account_id, $as_of::timestamp as assigned_at, $version::bigint as version
        from intermediate.int_companies_assigned as a
        left join held as h on a.source = h.source and a.source_id = h.source_id
        where h.account_id is distinct from a.account_id
        order by a.source, a.source_id""",
)
SEGMENT_CHANGES = LedgerTable(
    "segment_changes",
    {
        **dict.fromkeys(("customer_id", "dimension", "segment", "definition", "change"), "varchar"),
        "changed_on": "date",
        **dict.fromkeys(("rule", "rule_version", "value", "because"), "varchar"),
        "entered_version": "bigint",
    },
    # A past night that is run again changes no history. What is written already is not written again.
    """select customer_id, dimension, segment, definition, change, changed_on, rule, rule_version, value, because,
            entered_version::bigint as entered_version, version
        from intermediate.int_segment_changes
        where version = $version and changed_on = $as_of::date
            and not exists (select 1 from ({held}) as held where held.changed_on > $as_of::date)
        order by dimension, segment, customer_id, change desc""",
)
_FIGURE_OF = {
    "run_id": "varchar",
    "measured_at": "timestamp",
    "as_of": "date",
    **dict.fromkeys(("scope", "subject", "source", "stream", "table_name", "column_name"), "varchar"),
}
# What is measured of each run (orchestration/figures), once it is published.
RUN_FIGURES = LedgerTable(
    "run_figures",
    {
        **_FIGURE_OF,
        **{f"count_of_{name}": "bigint" for name in ("rows", "received", "landed", "deleted", "rejected")},
        "hours_since_change": "double",
        "null_share": "double",
        "distinct_values": "bigint",
        "mean": "double",
        "standard_deviation": "double",
    },
    """select *, $version::bigint as version from crm360.run_figures
        where $as_of::timestamp is not null and run_id not in (select run_id from ({held}))
        order by subject""",
    needs="run_figures",
)
ANOMALIES = LedgerTable(
    "run_anomalies",
    {
        **_FIGURE_OF,
        "figure": "varchar",
        **dict.fromkeys(("figure_value", "expected_value", "lowest_value", "highest_value"), "double"),
        "days_compared": "bigint",
        "treatment": "varchar",
    },
    """select *, $version::bigint as version from crm360.run_anomalies
        where $as_of::timestamp is not null and run_id not in (select run_id from ({held}))
        order by subject, figure""",
    needs="run_anomalies",
)
# What was pushed to whom (orchestration/push). No address stands here: `member_key` is a keyed hash of it.
AUDIENCE_SYNCS = LedgerTable(
    "audience_syncs",
    {
        **dict.fromkeys(("push", "audience", "target", "mode", "member_key", "customer_id"), "varchar"),
        **dict.fromkeys(("action", "outcome", "refusal"), "varchar"),
        "is_member": "boolean",
        **dict.fromkeys(("record_id", "fingerprint"), "varchar"),
        "turn": "bigint",
        "synced_at": "timestamp",
        "run_id": "varchar",
    },
)
BOOKS = (CUSTOMER_IDS, ACCOUNT_IDS, SEGMENT_CHANGES, RUN_FIGURES, ANOMALIES, AUDIENCE_SYNCS)


class LedgerFooter(msgspec.Struct):
    """What a ledger file says of itself. `rows_before` is the sum over all earlier versions: a gap shows.

    `version` is the newest one that it holds, of so many in a row as `spans` says.
    """

    format: int
    version: int
    rows: int
    rows_before: int
    run_id: str
    spans: int = 1


def versions(ledger: Path, book: LedgerTable = CUSTOMER_IDS) -> list[tuple[Path, LedgerFooter]]:
    """All versions of a book, oldest first, checked for gaps and damage. Raises LedgerError."""
    ledger_head.finish(ledger)
    found: list[tuple[Path, LedgerFooter]] = []
    rows, newest = 0, 0
    for path in sorted(ledger.glob(f"{book.name}-*.parquet")):
        try:
            with pq.ParquetFile(path) as file:
                footer = msgspec.json.decode((file.metadata.metadata or {})[KEY], type=LedgerFooter)
                whole = file.metadata.num_rows == footer.rows
        except (OSError, KeyError, ValueError, msgspec.MsgspecError) as error:
            raise LedgerError(f"{path.name} can't be read", where="ledger") from error
        if footer.format > MANY_VERSIONS:
            raise LedgerError(f"{path.name} was written by a newer version of crm360", where="ledger")
        follows = footer.version - footer.spans == newest and footer.version == ledger_head.version_of(path.name)
        if not whole or not follows or footer.rows_before != rows:
            raise LedgerError(f"{path.name} does not follow on the versions before it", where="ledger")
        rows, newest = rows + footer.rows, footer.version
        found.append((path, footer))
    ledger_head.require_all(ledger, book.name, {path.name for path, _ in found})
    return found


def ledger_view(ledger: Path, book: LedgerTable = CUSTOMER_IDS) -> str:
    """The SELECT behind `ledger.<book>`: the book's columns, and `version`, the night that wrote the row."""
    columns = {**book.columns, "version": "bigint"}
    files = ", ".join(literal(str(path)) for path, _ in versions(ledger, book))
    if not files:
        return f"select {', '.join(f'null::{kind} as {name}' for name, kind in columns.items())} where false"
    return f"select {', '.join(columns)} from read_parquet([{files}])"


def require_known(ledger: Path, published: Path) -> None:
    """Raise LedgerError where a file of a book is missing or is not as it was written, or where a customer of the
    published version has an id that the ledger does not know.

    A ledger that is gone, or has lost its last versions, would give out fresh ids without a word.
    """
    told = manifest.current(published)
    ledger_head.require_whole(ledger, (told or {}).get("ledger"))
    for book in BOOKS:
        versions(ledger, book)
    customers = published / "current" / "customers.parquet"
    if not customers.exists():
        return
    known = f"select customer_id from ({ledger_view(ledger)})"
    sql = f"select count(*) from read_parquet({literal(str(customers))}) where customer_id not in ({known})"
    ((unknown,),) = duckdb.execute(sql).fetchall()
    if unknown:
        raise LedgerError(
            f"{unknown:,} published customers have ids that it does not know; to begin again with fresh ids, "
            f"move {published.parent.name}/{published.name} away",
            where="ledger",
        )


def append(ledger: Path, warehouse: Path, as_of: datetime, run_id: str) -> int:
    """Write what this night's build changed and the ledger does not hold yet. Returns the number of rows.

    Called after the audit and before the pointer flips: what was ever published is in the ledger.
    Idempotent: the same build again writes nothing.
    """
    rows = sum(append_to_book(ledger, warehouse, as_of, run_id, book) for book in BOOKS if book.changes)
    ledger_head.write(ledger)
    return rows


def add(ledger: Path, book: LedgerTable, rows: pa.Table, run_id: str) -> None:
    """Write rows, which have the book's columns, as its next version. Raises LedgerError."""
    number, rows_before = _next(ledger, book)
    columns = ", ".join(f"{name}::{kind} as {name}" for name, kind in book.columns.items())
    footer = LedgerFooter(ONE_VERSION, number, rows.num_rows, rows_before, run_id)
    path, temporary = _places(ledger, book, number)
    with duck.connect() as con:
        con.register("added", rows)
        write_file(con, f"select {columns}, {number}::bigint as version from added", None, footer, temporary)
    _place(temporary, path)
    ledger_head.write(ledger)


def _next(ledger: Path, book: LedgerTable) -> tuple[int, int]:
    """The version of a book that comes next, and how many rows stand before it."""
    found = [footer for _, footer in versions(ledger, book)]
    return (found[-1].version if found else 0) + 1, sum(footer.rows for footer in found)


def _places(ledger: Path, book: LedgerTable, number: int) -> tuple[Path, Path]:
    """Where a version of a book stands, and where it is written before that."""
    ledger.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = ledger / f"{book.name}-{number:06d}.parquet"
    return path, path.with_name(f".{path.stem}.tmp")


def _place(temporary: Path, path: Path) -> None:
    reach("ledger-written")
    durable.place(temporary, path)
    reach("ledger-renamed")


def append_to_book(ledger: Path, warehouse: Path, as_of: datetime, run_id: str, book: LedgerTable) -> int:
    """Write one book's changes as its next file. Returns the number of rows; without any no file is written."""
    number, rows_before = _next(ledger, book)
    path, temporary = _places(ledger, book, number)
    with duck.connect(warehouse, read_only=True) as con:
        if book.needs and not _is_there(con, book.needs):
            return 0
        changes = book.changes.format(held=ledger_view(ledger, book))
        told = {"as_of": as_of, "version": number}
        ((rows,),) = con.execute(f"select count(*) from ({changes})", told).fetchall()
        if rows == 0:
            return 0
        footer = LedgerFooter(ONE_VERSION, number, rows, rows_before, run_id)
        write_file(con, changes, told, footer, temporary)
    _place(temporary, path)
    return int(rows)


def _is_there(con: duckdb.DuckDBPyConnection, table: str) -> bool:
    sql = "select count(*) from duckdb_tables() where schema_name = 'crm360' and table_name = $1"
    return bool(con.execute(sql, [table]).fetchall()[0][0])


def write_file(
    con: duckdb.DuckDBPyConnection, select: str, parameters: object, footer: LedgerFooter, path: Path
) -> None:
    """Write the rows of a SELECT as a book's file, and make it durable."""
    mark = literal(msgspec.json.encode(footer).decode())
    con.execute(
        f"copy ({select}) to {literal(str(path))} (format parquet, compression zstd, use_tmp_file false, "
        f"kv_metadata {{{KEY.decode()}: {mark}}})",
        parameters,
    )
    os.chmod(path, 0o600)
    with path.open("rb") as file:
        os.fsync(file.fileno())
