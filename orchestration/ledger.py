"""The id ledger: which customer id each person record has had, since which night. It outlives the warehouse.

One small Parquet file a version, append-only: only what changed in that night. A record's customer id is its
newest row. Ids are never given out twice; a damaged or newer ledger is an error, never a reason for fresh ids.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from connectors.errors import Crm360Error
from connectors.failpoints import reach

FORMAT = 1
KEY = b"crm360_ledger"


class LedgerError(Crm360Error):
    """The ledger is damaged, incomplete, or of a newer version of crm360."""

    exit_code = 6
    who = "whoever keeps the backups: restore data/ledger, or upgrade crm360"


class LedgerFooter(msgspec.Struct):
    """What a ledger file says of itself. `rows_before` is the sum over all earlier versions: a gap shows."""

    format: int
    version: int
    rows: int
    rows_before: int
    run_id: str


def versions(ledger: Path) -> list[tuple[Path, LedgerFooter]]:
    """All versions, oldest first, checked for gaps and damage. Raises LedgerError."""
    found: list[tuple[Path, LedgerFooter]] = []
    rows = 0
    for number, path in enumerate(sorted(ledger.glob("customer_ids-*.parquet")), start=1):
        try:
            with pq.ParquetFile(path) as file:
                footer = msgspec.json.decode((file.metadata.metadata or {})[KEY], type=LedgerFooter)
                whole = file.metadata.num_rows == footer.rows
        except (OSError, KeyError, ValueError, msgspec.MsgspecError) as error:
            raise LedgerError(f"{path.name} can't be read", where="ledger") from error
        if footer.format > FORMAT:
            raise LedgerError(f"{path.name} was written by a newer version of crm360", where="ledger")
        if not whole or footer.version != number or footer.rows_before != rows:
            raise LedgerError(f"{path.name} does not follow on the versions before it", where="ledger")
        rows += footer.rows
        found.append((path, footer))
    return found


def ledger_view(ledger: Path) -> str:
    """The SELECT behind `ledger.customer_ids`: source, source_id, customer_id, assigned_at, version."""
    files = ", ".join("'" + str(p).replace("'", "''") + "'" for p, _ in versions(ledger))
    if not files:
        return """select null::varchar as source, null::varchar as source_id, null::varchar as customer_id,
            null::timestamp as assigned_at, null::bigint as version where false"""
    return f"select source, source_id, customer_id, assigned_at, version from read_parquet([{files}])"


def append(ledger: Path, warehouse: Path, as_of: datetime, run_id: str) -> int:
    """Write what this night's build assigned and the ledger does not hold yet. Returns the number of rows.

    Called after the audit and before the pointer flips: an id that was ever published is in the ledger.
    Idempotent: the same build again writes nothing.
    """
    before = versions(ledger)
    number = len(before) + 1
    path = ledger / f"customer_ids-{number:06d}.parquet"
    ledger.mkdir(parents=True, exist_ok=True, mode=0o700)
    with duckdb.connect(str(warehouse), read_only=True) as con:
        table: pa.Table = con.execute(
            f"""with held as (
                    select source, source_id, max_by(customer_id, version) as customer_id
                    from ({ledger_view(ledger)}) group by source, source_id
                )
                select a.source, a.source_id, a.customer_id, ?::timestamp as assigned_at, ?::bigint as version
                from intermediate.int_identities_assigned as a
                left join held as h on a.source = h.source and a.source_id = h.source_id
                where h.customer_id is distinct from a.customer_id
                order by a.source, a.source_id""",
            [as_of, number],
        ).to_arrow_table()
    if table.num_rows == 0:
        return 0
    rows_before = sum(f.rows for _, f in before)
    footer = LedgerFooter(FORMAT, number, table.num_rows, rows_before, run_id)
    temporary = path.with_name(f".{path.stem}.tmp")
    pq.write_table(table.replace_schema_metadata({KEY: msgspec.json.encode(footer)}), temporary, compression="zstd")
    os.chmod(temporary, 0o600)
    with temporary.open("rb") as file:
        os.fsync(file.fileno())
    reach("ledger-written")
    os.replace(temporary, path)
    folder = os.open(ledger, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    reach("ledger-renamed")
    return int(table.num_rows)
