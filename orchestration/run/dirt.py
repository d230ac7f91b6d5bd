"""What could not be read of each stream, after dbt has built: what is told of it, and what stops the run.

Dirt is the sources' own, so it stops a run only beyond a stream's limit (settings/limits.py), in one sentence that
names source, stream, field, count, an example's shape, and what to set. Never a value.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import duckdb

from crm360 import duck
from crm360.connectors.engine.errors import Crm360Error
from crm360.connectors.engine.landing import Footer, Landing
from crm360.orchestration.settings.config import Config
from crm360.orchestration.settings.limits import KEYS

PARSE_ERRORS = """
    with told as (
        select source, stream, record_id, is_held_back, unnest(string_split(parse_errors, ';')) as error
        from intermediate.int_records_unparseable
    ),
    live as (
        select source, stream, count_of_live + count_of_held_back as records from intermediate.int_streams_counted
    )
    select source, stream, split_part(error, '=', 1) as field, count(distinct record_id) as records_with,
        count(distinct record_id) filter (where is_held_back) as quarantined,
        mode(regexp_replace(split_part(error, '=', 2), '^(future|negative) ',
            case when error like '%=future %' then 'year ' else '' end)) as shape,
        any_value(records) as records,
        case
            when error like '%=year %' then 'implausible'
            when error like '%=future %' then 'future'
            when error like '%=negative %' then 'negative refund'
            else 'unreadable'
        end as rule
    from told left join live using (source, stream)
    group by source, stream, field, rule
    order by records_with desc, source, stream, field"""


REASONS = """
    select
        any_value(case when alone then rejected_because else split_part(rejected_because, ': ', 1) end),
        count(*)
    from (
        select rejected_because, count(*) over (partition by split_part(rejected_because, ': ', 1)) = 1 as alone
        from read_parquet(?) where rejected_because is not null
    )
    group by split_part(rejected_because, ': ', 1) order by 2 desc limit 3"""


WRONG = {
    "unreadable": "can't be read",
    "implausible": "is a date that no CRM can mean",
    "future": "is dated after the night's day",
    "negative refund": "is a refund with a sign that its source does not use",
}


class ParseErrors(NamedTuple):
    """One field of a stream that so many records fill with what one rule meets, mostly of this shape."""

    source: str
    stream: str
    field: str
    records_with: int
    quarantined: int
    shape: str
    records: int
    rule: str = "unreadable"
    is_implausible: bool = False

    @property
    def sentence(self) -> str:
        """'shop/orders: total of 12 of 300 records can't be read (such as 9.999,99)'."""
        return (
            f"{self.source}/{self.stream}: {self.field} of {self.records_with:,} of {self.records:,} records "
            f"{WRONG[self.rule]} (such as {self.shape})"
        )


def rejected(landing: Landing, source: str, stream: str, footers: Iterable[Footer]) -> str:
    """A line of what these batches rejected: how many, and for what; empty where they rejected nothing."""
    found = [f for f in footers if f.rejected]
    if not found:
        return ""
    names = {f.batch_id for f in found}
    paths = [str(path) for path, f in landing.footers(source, stream) if f.batch_id in names]
    with duck.connect() as con:
        reasons = con.execute(REASONS, [paths]).fetchall()
    why = "; ".join(f"{reason} ({count:,} times)" if count > 1 else reason for reason, count in reasons)
    count, of = sum(f.rejected for f in found), sum(f.received for f in found)
    return f"dirt    {source}/{stream}: {count:,} of {of:,} rejected: {why}"


class TooMuchDirt(Crm360Error):
    """More of a stream can't be read than its limit permits. What is published stays."""

    who = "whoever set up crm360.toml, or the source's owner"


def parse_errors(warehouse: Path) -> list[ParseErrors]:
    """What the last build could not read, or not believe, by field, the most frequent first."""
    with duck.connect(warehouse, read_only=True) as con:
        found = con.execute(PARSE_ERRORS).fetchall()
    return [
        ParseErrors(s, t, f, n, q, shape, of or n, rule, rule == "implausible")
        for s, t, f, n, q, shape, of, rule in found
    ]


def last_parse_errors(warehouse: Path) -> list[ParseErrors]:
    """As parse_errors; none where nothing has been built yet, or another process holds the warehouse."""
    try:
        return parse_errors(warehouse) if warehouse.exists() else []
    except duckdb.Error:
        return []


def judge(config: Config) -> list[str]:
    """A line of each field that could not always be read. Raises TooMuchDirt, which tells all beyond limits."""
    limits = {(s.name, t.name): s.limit(t.name) for s in config.sources for t in s.streams}
    lines, stops = [], []
    for found in parse_errors(config.warehouse):
        if found.rule == "unreadable":
            lines.append(f"{found.sentence}: {'quarantined' if found.quarantined else 'nulled'}")
        limit = limits.get((found.source, found.stream))
        counts = found.records_with, found.quarantined, found.records
        if limit is not None and limit.stops_at(*counts, found.rule):
            stops.append(f"{found.sentence}; {advice(config, found)}")
    if stops:
        raise TooMuchDirt("; ".join(stops))
    return lines


def advice(config: Config, found: ParseErrors) -> str:
    """What to set."""
    if found.rule in KEYS:
        return f"correct them, or set [sources.{found.source}.limits.{found.stream}] {KEYS[found.rule]} = 'warn'"
    source = next(s for s in config.sources if s.name == found.source)
    limit = f"[sources.{found.source}.limits.{found.stream}] on_parse_error = 'quarantine' or 'warn'"
    if source.connector.declared is None:
        return f"correct them in {found.source}, or set {limit}"
    said = "date_format, decimal, thousands or null_words" if "9" in found.shape else "lookup, true_words or null_words"
    return (
        f"set {said} in [sources.{found.source}.streams.{found.stream}] (crm360 check {found.source} proposes them), "
        f"or {limit}"
    )
