"""A published version's tables without the forgotten: one SELECT a table takes out their rows, or them out of rows.

Rows that are about a person go: customer_360, identities, segments, the timeline. Rows that are about what happened
(orders, deals, tickets, money) stay, for their sums and counts are figures: customer, contact and everything that
names or reaches the person becomes null in them. Tables of figures hold no person and stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import duckdb

from crm360.connectors.engine.forgotten import Forgotten, without

HAPPENED = {
    "orders", "order_lines", "deals", "tickets", "transactions", "revenue_entries", "invoices", "payments",
    "subscriptions", "survey_results", "rejections", "reviews", "loyalty_events", "tasks",
    "deal_lines", "quotes",
}  # fmt: skip
# In their rows, what names or reaches the person.
NAMING = re.compile(
    r"^(email|phone|name|subject|comment|street|postal_code|city|full_name|author_name|title|record_id|address)$"
)
ID = re.compile(r"(^|_)(customer_id|contact_id|alias_id)(_[ab])?$|^record_id$")
Replacements = dict[str, dict[str, str | None]]  # column → value → what takes its place


@dataclass(frozen=True)
class Found:
    """What a table holds of the forgotten: ids by column, and texts of other rows by column."""

    ids: Mapping[str, set[str]]
    texts: Replacements

    def __bool__(self) -> bool:
        return any(self.ids.values()) or any(self.texts.values())


def look(
    con: duckdb.DuckDBPyConnection, relation: str, columns: Mapping[str, str], of: Forgotten, pattern: str | None
) -> Found:
    """Look through a table's texts. `pattern`, where the values themselves are known, finds the few to look at."""
    ids: dict[str, set[str]] = {}
    texts: Replacements = {}
    for column, kind in columns.items():
        if kind != "VARCHAR":
            continue
        if ID.search(column):
            told = f"source || ':' || {column}" if column == "record_id" and "source" in columns else f'"{column}"'
            found = {v for v in _values(con, relation, told, None) if is_theirs(of, column, v)}
            found = {v.partition(":")[2] for v in found} if told != f'"{column}"' else found
            if found:
                ids[column] = found
        changed = {v: without(v, spans) or None for v, spans in _with_spans(con, relation, column, of, pattern)}
        if changed:
            texts[column] = changed
    return Found(ids, texts)


def is_theirs(of: Forgotten, column: str, value: str) -> bool:
    """Whether a value of an id column is the id of somebody who was forgotten."""
    if of.has("customer", value):
        return True
    source, _, name = value.partition(":")
    return bool(name) and "customer" not in column and of.contact(source, name)


def select(table: str, relation: str, columns: Mapping[str, str], found: Found) -> tuple[str, dict[str, object]]:
    """The SELECT of the table without them, and its parameters."""
    parameters: dict[str, object] = {}
    tests = []
    for n, (column, values) in enumerate(sorted(found.ids.items())):
        parameters[f"ids{n}"] = sorted(values)
        tests.append(f'list_contains($ids{n}, "{column}")')
    whose = f"coalesce({' or '.join(tests)}, false)" if tests else "false"
    parts = []
    for n, column in enumerate(columns):
        told = f'"{column}"'
        if column in found.texts:
            parameters[f"before{n}"] = list(found.texts[column])
            parameters[f"after{n}"] = list(found.texts[column].values())
            at = f'list_position($before{n}, "{column}")'
            told = f'case when {at} > 0 then $after{n}[{at}] else "{column}" end'
        if table in HAPPENED and tests and (NAMING.search(column) or column in found.ids):
            told = f"case when is_theirs then null else {told} end"
        elif column in found.ids:
            told = (
                f'case when list_contains($ids{sorted(found.ids).index(column)}, "{column}") then null else {told} end'
            )
        parts.append(f'({told})::{columns[column]} as "{column}"')
    rows = "" if table in HAPPENED else "where not is_theirs"
    inner = f"select *, {whose} as is_theirs, rowid as place from {relation}"
    return f"select {', '.join(parts)} from ({inner}) {rows} order by place", parameters


def pattern_of(texts: Iterable[str]) -> str | None:
    """A pattern that matches whatever may be one of these texts; None where there are too many for one."""
    listed = sorted({re.sub(r"\W+", ".*", t.casefold()) for t in texts if len(t) > 2})
    return "|".join(listed) if 0 < len(listed) <= 200 else None


def _values(con: duckdb.DuckDBPyConnection, relation: str, told: str, pattern: str | None) -> Iterator[str]:
    where, parameters = f"where {told} is not null", []
    if pattern is not None:
        where, parameters = f"{where} and regexp_matches(lower({told}), $1, 's')", [pattern]
    cursor = con.cursor().execute(f"select distinct {told} from {relation} {where}", parameters)
    while some := cursor.fetchmany(10_000):
        yield from (value for (value,) in some)


def _with_spans(
    con: duckdb.DuckDBPyConnection, relation: str, column: str, of: Forgotten, pattern: str | None
) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    for value in _values(con, relation, f'"{column}"', pattern):
        if spans := of.spans(value, is_own=False):
            yield value, spans
