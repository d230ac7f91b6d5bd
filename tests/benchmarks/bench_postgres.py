"""Fifteen million rows of a million customers into a PostgreSQL, with keys, indexes and comments, and turned to.

    .venv/bin/python tests/benchmarks/bench_postgres.py [--customers 1000000]

The server is PostgreSQL as Debian has it, on the same machine, without fsync.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import duckdb

sys.path.insert(0, str(Path(__file__).parents[2]))

from crm360.orchestration.publish.candidate import DATABASE
from crm360.orchestration.publish.postgres.place import Place
from crm360.orchestration.settings.publishing import Postgres
from tests.connectors.servers import postgres

MOST_SECONDS = 300  # for a million customers on two cores
AT = "timestamp '2026-01-01' + to_seconds((i * 7919) % 90000000)"
# Table → rows a customer, and its columns by the row's number i.
TABLES = {
    "customer_360": (
        1,
        "'c' || i as customer_id, 'Person ' || i as full_name, 'p' || i || '@example.com' as email, "
        + ", ".join(f"(i * {n} % 100000 / 100)::decimal(18, 4) as amount_{n}" for n in range(1, 21))
        + f", i % 2 = 0 as is_churned, {AT} as last_purchase_at, ({AT})::date as as_of_date",
    ),
    "orders": (
        5,
        f"'o' || i as order_id, 'c' || i % {{customers}} as customer_id, {AT} as ordered_at, "
        "(i % 50000 / 100)::decimal(18, 4) as net_revenue, 'EUR' as currency, i % 9 = 0 as is_test",
    ),
    "email_events": (
        9,
        f"'e' || i as event_id, 'c' || i % {{customers}} as customer_id, {AT} as occurred_at, "
        "'opened' as kind, 'k' || i % 200 as campaign_id",
    ),
}


def main() -> None:
    """Print a line a measurement; ends with an error where a million customers take longer than they may."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    customers = parser.parse_args().customers
    with tempfile.TemporaryDirectory() as folder, postgres() as server:
        with duckdb.connect(str(Path(folder) / DATABASE)) as con:
            for name, (times, columns) in TABLES.items():
                rows = times * customers
                con.execute(
                    f"create table {name} as select {columns.format(customers=customers)} from range({rows}) r(i)"
                )
                con.execute(f"comment on table {name} is 'One row each.'")
        settings = Postgres(server.url("owner"))
        place = Place(settings, settings.url, "owner")
        began = time.monotonic()
        rows = place.write(Path(folder), "20260101T000000Z-a")
        wrote = time.monotonic() - began
        print(f"{rows:,} rows written, compared, with keys and indexes, in {wrote:.0f} s: {rows / wrote:,.0f} a second")
        began = time.monotonic()
        place.show("20260101T000000Z-a")
        print(f"views turned in {time.monotonic() - began:.2f} s")
    sys.exit(int(customers >= 1_000_000 and wrote > MOST_SECONDS))


if __name__ == "__main__":
    main()
