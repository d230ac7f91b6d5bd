"""The report of a million customers: the sandbox's published company many times over, each copy with ids of its own.

    .venv/bin/crm360 run --sandbox && .venv/bin/python tests/benchmarks/bench_report.py [--customers 1000000] [--data FOLDER]

Wall and processor time, peak memory, and the size of the page. Tables that are counted by month or place stay as they
are: the report reads them as they stand.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from crm360.orchestration.publish.candidate import DATABASE
from crm360.orchestration.report import page
from crm360.orchestration.run.facts import RunFacts

ROOT = Path(__file__).resolve().parents[2]
MOST_SECONDS, MOST_MB = 60, 5  # for a million customers on two cores


def many(published: Path, target: Path, customers: int) -> tuple[int, int]:
    """Write the published tables, those of single customers so many times over; returns customers and rows."""
    with duckdb.connect(str(target)) as con:
        con.execute(f"set memory_limit = '6GB'; attach '{published}' as one (read_only)")
        columns: dict[str, list[tuple[str, str]]] = {}
        for table, column, kind in con.execute(
            "select table_name, column_name, data_type from duckdb_columns() where database_name = 'one' order by all"
        ).fetchall():
            columns.setdefault(table, []).append((column, kind))
        ((single,),) = con.execute("select count(*) from one.customers").fetchall()
        times = -(-customers // single)
        for table, found in columns.items():
            ids = [name for name, kind in found if name.endswith("_id") and kind == "VARCHAR"]
            if "customer_id" in ids:
                own = ", ".join(f"{name} || '~' || copy as {name}" for name in ids if name != "campaign_id")
                told = f"select of_one.* replace ({own}) from one.{table} as of_one, range({times}) as copies (copy)"
            else:
                told = f"from one.{table}"
            con.execute(f"create table {table} as {told}")
        ((rows,),) = con.execute(
            "select sum(estimated_size) from duckdb_tables() where database_name <> 'one'"
        ).fetchall()
        return single * times, int(rows)


def main() -> None:
    """Print a line; ends with an error where a million customers take longer, or more bytes, than they may."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--data", type=Path, default=ROOT / "data")
    given = parser.parse_args()
    published = given.data / "published" / "current" / DATABASE
    if not published.exists():
        sys.exit(f"nothing is published in {given.data}: run crm360 run --sandbox first")
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / DATABASE
        customers, rows = many(published, target, given.customers)
        with duckdb.connect(str(target), read_only=True) as con:
            ((as_of,),) = con.execute("select max(as_of_date) from customer_360").fetchall()
        began, used = time.monotonic(), time.process_time()
        html = page.build(target, RunFacts("bench", datetime.now(UTC).replace(tzinfo=None), as_of), ())
        seconds, used = time.monotonic() - began, time.process_time() - used
    size = len(html.encode()) / 1e6
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{customers:,} customers, {rows:,} rows: the report took {seconds:.0f} s ({used:.0f} s of processor time), "
        f"{memory:,} MB at most, and has {size:.1f} MB"
    )
    sys.exit(int(customers >= 1_000_000 and (seconds > MOST_SECONDS or size > MOST_MB)))


if __name__ == "__main__":
    main()
