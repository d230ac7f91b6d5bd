"""The report of a million customers, and looking one of them up: the sandbox's company many times over, ids of its own.

    .venv/bin/crm360 run --sandbox && .venv/bin/python tests/benchmarks/bench_report.py [--customers 1000000] [--data FOLDER]

Wall and processor time, peak memory, and the size of the page; then what a search and a customer's page take, of twenty
each, on a version that is kept open as `crm360 serve` keeps it, with its index and without. Tables that are counted by month or place stay as they are: the report reads them so.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import duckdb

from crm360.orchestration.lookup import find, index, whole
from crm360.orchestration.publish.candidate import DATABASE
from crm360.orchestration.report import page
from crm360.orchestration.run.facts import RunFacts

ROOT = Path(__file__).resolve().parents[2]
MOST_SECONDS, MOST_MB, MOST_MS = 60, 5, 100  # for a million customers on two cores


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
            by = "order by customer_id, 1" if "customer_id" in ids else ""
            if "customer_id" in ids:
                own = ", ".join(f"{name} || '~' || copy as {name}" for name in ids if name != "campaign_id")
                told = f"select of_one.* replace ({own}) from one.{table} as of_one, range({times}) as copies (copy)"
            else:
                told = f"from one.{table}"
            con.execute(f"create table {table} as {told} {by}")
        ((rows,),) = con.execute(
            "select sum(estimated_size) from duckdb_tables() where database_name <> 'one'"
        ).fetchall()
        return single * times, int(rows)


def lookups(published: Path, data: Path | None) -> Iterator[tuple[str, float, float]]:
    """What is looked up, the middle of its times and the longest, in milliseconds. With `data`, by the index in it."""
    with find.opened(published) as con:
        people = con.execute(
            "select customer_id, email, phone, full_name from customers where email is not null and phone is not null "
            "and full_name is not null order by hash(customer_id) limit 20"
        ).fetchall()
        orders = con.execute(
            "select source_id from orders where customer_id is not null order by hash(order_id) limit 20"
        ).fetchall()
    yield "search by an order's id", *_timed(published, data, [order for (order,) in orders], find.search)
    kinds = {"search by id": 0, "search by e-mail address": 1, "search by telephone": 2, "search by name": 3}
    for what, column in kinds.items():
        yield what, *_timed(published, data, [person[column] for person in people], find.search)
    yield "a customer's page", *_timed(published, data, [person[0] for person in people], whole.customer)


def _timed(
    published: Path, data: Path | None, asked: list[str], look: Callable[[duckdb.DuckDBPyConnection, str], Any]
) -> tuple[float, float]:
    took = []
    with find.opened(published, data) as con:
        for text in asked:
            began = time.monotonic()
            assert look(con, text)
            took.append((time.monotonic() - began) * 1000)
    return median(took), max(took)


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
        target = Path(folder) / "current" / DATABASE
        target.parent.mkdir()
        customers, rows = many(published, target, given.customers)
        with duckdb.connect(str(target), read_only=True) as con:
            ((as_of,),) = con.execute("select max(as_of_date) from customer_360").fetchall()
        began, used = time.monotonic(), time.process_time()
        html = page.build(target, RunFacts("bench", datetime.now(UTC).replace(tzinfo=None), as_of), ())
        seconds, used = time.monotonic() - began, time.process_time() - used
        current = Path(folder) / "current"
        current.rename(Path(folder) / "version")
        current.symlink_to("version")
        without = list(lookups(Path(folder), None))
        began, used_by_index = time.monotonic(), time.process_time()
        made = index.build(Path(folder), Path(folder))
        assert made
        index_mb = made.stat().st_size / 1e6
        index_seconds, used_by_index = time.monotonic() - began, time.process_time() - used_by_index
        looked_up = list(lookups(Path(folder), Path(folder)))
    size = len(html.encode()) / 1e6
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{customers:,} customers, {rows:,} rows: the report took {seconds:.0f} s ({used:.0f} s of processor time), "
        f"{memory:,} MB at most, and has {size:.1f} MB"
    )
    print(f"the index took {index_seconds:.0f} s ({used_by_index:.0f} s of processor time), and has {index_mb:,.0f} MB")
    for (what, middle, most), (_, by_tables, _) in zip(looked_up, without, strict=True):
        print(f"{what:<24} {middle:5.0f} ms, at most {most:5.0f} ms; without the index {by_tables:5.0f} ms")
    slow = max(middle for _, middle, _ in looked_up) > MOST_MS
    sys.exit(int(customers >= 1_000_000 and (seconds > MOST_SECONDS or size > MOST_MB or slow)))


if __name__ == "__main__":
    main()
