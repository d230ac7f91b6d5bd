"""Rows by value: how many rows of a published table have each word of a column that has few of them.

What a sum hides shows here: one country that falls silent, one status that nothing reaches any more. Every value has a
history of its own. One that was there and is gone counts 0, so that its going shows, until all of its history is 0; one
that is new has no history, so it is followed and not told. A value that fewer rows have than a person's privacy needs
is not named before more do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import duckdb

from crm360.orchestration.catalog.ledger import RUN_FIGURES
from crm360.quoting import identifier

SCOPE = "value"
# Columns whose values are words of a list or places, none of them a person's.
DIMENSIONS: Mapping[str, tuple[str, ...]] = {
    "companies": ("country",),
    "customer_consent": ("channel", "state"),
    "customer_contact_points": ("kind", "source"),
    "customer_identities": ("source", "rule"),
    "customer_segments": ("segment",),
    "customer_timeline": ("kind", "channel", "source"),
    "customers": ("country", "lead_source", "lead_status", "lifecycle_stage"),
    "deal_lines": ("category", "outcome", "source", "currency"),
    "deals": ("outcome", "stage", "source", "currency"),
    "invoices": ("state", "source", "currency"),
    "list_members": ("list_kind", "source"),
    "loyalty_balances": ("tier", "status", "source"),
    "loyalty_events": ("kind", "source"),
    "order_lines": ("category", "source"),
    "orders": ("status", "channel", "source", "order_kind", "currency"),
    "payments": ("status", "kind", "source"),
    "quotes": ("state", "source", "currency"),
    "reviews": ("status", "sentiment", "source"),
    "subscriptions": ("state", "source", "currency", "billing_interval"),
    "tasks": ("status", "priority", "kind", "source"),
    "tickets": ("status", "priority", "type", "channel", "source"),
    "transactions": ("kind", "source", "currency"),
}
MOST = 100  # values of a column, the most frequent ones
FEWEST = 5  # rows of a value that is named


def of_table(
    con: duckdb.DuckDBPyConnection,
    table: str,
    columns: Sequence[str],
    own: Sequence[str],
    known: Mapping[str, Sequence[str]],
) -> Iterator[dict[str, Any]]:
    """A table's rows by value. `own`: table.column that the project adds; `known`: column → subjects of its history."""
    wanted = (*DIMENSIONS.get(table, ()), *(name.split(".", 1)[1] for name in own if name.split(".", 1)[0] == table))
    for column in dict.fromkeys(wanted):
        if column not in columns:
            continue
        at, of = identifier(column), {"scope": SCOPE, "table_name": table, "column_name": column}
        sql = f"select {at}::varchar, count(*) from marts.{identifier(table)} group by 1 order by 2 desc, 1"
        now = {_subject(table, column, value): rows for value, rows in con.execute(sql).fetchall()}
        before = known.get(f"{table}.{column}", ())
        named = [subject for subject, rows in now.items() if rows >= FEWEST or subject in before][:MOST]
        for subject in dict.fromkeys((*named, *before)):
            yield {**of, "subject": subject, "count_of_rows": now.get(subject, 0)}


def known(con: duckdb.DuckDBPyConnection, as_of: date, weeks: int) -> dict[str, list[str]]:
    """table.column → the subjects that had rows in the weeks before."""
    there = "select 1 from duckdb_views() where schema_name = 'ledger' and view_name = $1 union all "
    there += "select 1 from duckdb_tables() where schema_name = 'ledger' and table_name = $1"
    if not con.execute(there, [RUN_FIGURES.name]).fetchall():
        return {}
    rows = con.execute(
        f"select distinct table_name || '.' || column_name, subject from ledger.{RUN_FIGURES.name} "
        "where scope = $1 and count_of_rows > 0 and as_of between $2 and $3 order by all",
        [SCOPE, as_of - timedelta(weeks=weeks), as_of],
    ).fetchall()
    found: dict[str, list[str]] = {}
    for column, subject in rows:
        found.setdefault(column, []).append(subject)
    return found


def _subject(table: str, column: str, value: str | None) -> str:
    return f"{table}.{column} is empty" if value is None else f"{table}.{column} = {value}"
