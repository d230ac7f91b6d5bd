"""What the tests of the publish share, and the other process that they need: one that dies, one that runs out of disk,
one that reads all the while. `python publishing.py publish|limited|read WAREHOUSE PUBLISHED`.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import signal
import sys
import time
from datetime import date, datetime
from pathlib import Path

import duckdb

from crm360.expectations.fingerprint import columns_of, fingerprint, rows_in
from crm360.expectations.results import CheckResult, SuiteResult
from crm360.orchestration.publish.publish import Published, PublishFailed, publish
from crm360.orchestration.run.facts import RunFacts, SourceFacts, TableFacts

NIGHT = datetime(2026, 7, 1, 2)
SOURCES = (
    SourceFacts("hubspot", "contacts", "fresh", 10, 8, 1, 1, 0, NIGHT),
    SourceFacts("shopify", "orders", "failed", last_success_at=datetime(2026, 6, 30, 2), error="It answered 401."),
)
RUN = RunFacts("Run/4f1C-09ab77", NIGHT, date(2026, 7, 1), SOURCES)


def marts(warehouse: Path) -> dict[str, list[str]]:
    with duckdb.connect(str(warehouse), read_only=True) as con:
        columns: dict[str, list[str]] = {}
        for table, column in con.execute(
            "select table_name, column_name from duckdb_columns() where schema_name = 'marts' order by all"
        ).fetchall():
            columns.setdefault(table, []).append(column)
        return columns


def passed(warehouse: Path) -> list[SuiteResult]:
    check = CheckResult("expect_table_row_count_to_be_between", None, True, "critical", "rows", "rows")
    tables = marts(warehouse)
    with duckdb.connect(str(warehouse), read_only=True) as con:
        told = {t: fingerprint(con, f'marts."{t}"', columns_of(con, f'marts."{t}"')) for t in tables}
    return [SuiteResult(table, True, rows_in(mark), (check,), "", mark) for table, mark in told.items()]


def words(warehouse: Path) -> dict[str, TableFacts]:
    return {
        table: TableFacts(f"One row per {table}; it's so.", {column: f"The {column}." for column in columns})
        for table, columns in marts(warehouse).items()
    }


def publish_all(warehouse: Path, published: Path, run: RunFacts = RUN, **options: int) -> Published:
    return publish(warehouse, published, run, passed(warehouse), words(warehouse), **options)


def tree(folder: Path) -> dict[str, str]:
    """Return every path below a folder, with the hash of a file and the target of a link. The lock is not content."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            found[str(path.relative_to(folder))] = os.readlink(path)
        elif path.is_file() and path.name != ".lock":
            found[str(path.relative_to(folder))] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def stamps(published: Path) -> set[int]:
    """Return the stamps in all tables of the version that `current` points at, resolved once."""
    version = (published / "current").resolve()
    with duckdb.connect() as con:
        con.execute(f"attach '{version / 'customer_360.duckdb'}' as p (read_only)")
        rows = con.execute(
            f"select stamp from p.one union select stamp from p.two union select stamp from '{version}/one.parquet' "
            f"union select stamp from '{version}/two.parquet'"
        ).fetchall()
    return {stamp for (stamp,) in rows}


def read_until_told() -> None:
    """Read through the pointer until a signal comes, then tell what was seen. As script `read`."""
    told: dict[str, list[object]] = {"errors": [], "seen": []}
    stop, mixed = [], 0
    signal.signal(signal.SIGTERM, lambda *_: stop.append(True))
    while not stop:
        try:
            found = stamps(Path(sys.argv[3]))
        except (OSError, duckdb.Error) as error:
            told["errors"].append(str(error))
        else:
            mixed += len(found) != 1
            told["seen"] = sorted({*told["seen"], *found})  # type: ignore[type-var]
        time.sleep(0.005)
    sys.stdout.write(json.dumps({**told, "mixed": mixed}))


def publish_with_little_room() -> None:
    """Publish when no file may grow beyond 1 MB, as on a disk that fills up. As script `limited`."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    audits, descriptions = passed(Path(sys.argv[2])), words(Path(sys.argv[2]))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
    try:
        publish(Path(sys.argv[2]), Path(sys.argv[3]), RUN, audits, descriptions)
    except PublishFailed as failed:
        sys.stdout.write(str(failed))


if __name__ == "__main__":
    if sys.argv[1] == "publish":
        publish_all(Path(sys.argv[2]), Path(sys.argv[3]), keep=1)
    elif sys.argv[1] == "limited":
        publish_with_little_room()
    else:
        read_until_told()
