"""Every figure read out of the published database: its table as it stands before any filter, and the cubes for those.

A figure whose table or column is not published says so in its place; the rest of the report stands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from crm360 import duck
from crm360.orchestration.report import cubes, query
from crm360.orchestration.report.cubes import Cells, Cube
from crm360.orchestration.report.look import Look
from crm360.orchestration.report.pages import PAGES
from crm360.orchestration.report.periods import Periods
from crm360.orchestration.report.registry import Figure
from crm360.orchestration.report.relations import RELATIONS

Row = tuple[Any, ...]
MOST = 100  # rows of a table before any script
# What stands beside the figures: the queues to review, and what the audit and the sources say of this run.
SINGLE = {
    "doubtful": ("review_queue", "select count(*) from review_queue"),
    "doubtful_companies": ("company_review_queue", "select count(*) from company_review_queue"),
    "currency": ("transactions", "select any_value(base_currency) from transactions"),
    "held": ("rejections", "select count(*) from rejections where resolved_at is null"),
    "without_amount": ("transactions", "select count(*) from transactions where net_revenue is null"),
}
LISTS = {
    "anomalies": ("anomalies", """
        select subject, figure, count(*) over () as count_of_all,
            case when figure_value > expected_value then 'above' else 'below' end as side,
            case when figure in ('rows', 'new_rows', 'received', 'landed', 'deleted', 'rejected', 'hours_since_change')
                then figure_value end as told, expected_value, days_compared
        from anomalies where run_id = (select max_by(run_id, measured_at) from run_history)
        order by scope desc, subject, figure limit 20"""),
    "held_back": ("rejections", """
        select rule || coalesce(': ' || field, '') as rule, count(*) as records,
            count(distinct source || '/' || stream) as streams, max(last_seen_at) as last_seen_at
        from rejections where resolved_at is null group by 1 order by records desc, rule limit 20"""),
}  # fmt: skip


@dataclass(frozen=True)
class Read:
    """`rows`: each figure's table; `amiss`: why a figure has none, where it should have."""

    periods: Periods
    rows: dict[str, list[Row]] = field(default_factory=dict)
    amiss: dict[str, str] = field(default_factory=dict)
    cubes: dict[str, Cube] = field(default_factory=dict)
    reach: dict[str, Cells] = field(default_factory=dict)
    values: Mapping[str, list[str]] = field(default_factory=dict)
    words: Mapping[tuple[str, str], str] = field(default_factory=dict)
    single: Mapping[str, Any] = field(default_factory=dict)
    lists: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)


def connected(published_duckdb: Path) -> duckdb.DuckDBPyConnection:
    """A connection that reads the published database, and can do nothing else."""
    return duck.connect(published_duckdb, read_only=True, config={"autoload_known_extensions": "false"})


def read(published_duckdb: Path, as_of: date, look: Look) -> Read:
    """Read all figures, read-only. Raises duckdb.Error when the file is not as it should be."""
    with connected(published_duckdb) as con:
        there = {name for (name,) in con.execute("select table_name from duckdb_tables()").fetchall()}
        years = _years(con) if "revenue_entries" in there else []
        amiss: dict[str, str] = {}
        of_relation: dict[str, list[Figure]] = {}
        for figure in (figure for page in PAGES for figure in page.figures):
            relation = RELATIONS[figure.relation]
            if {relation.table, *relation.needs} <= there and _is_whole(con, figure, amiss, look):
                of_relation.setdefault(figure.relation, []).append(figure)
        cubes.members(con, look, there)
        scans = {
            key: one for name, told in of_relation.items() for key, one in cubes.scan(con, name, told, look).items()
        }
        found = Read(
            Periods(as_of, tuple(years)),
            amiss=amiss,
            values=cubes.values_of_filters(con, scans.values(), look, there),
            words=_descriptions(con),
            single={name: con.execute(sql).fetchall()[0][0] for name, (table, sql) in SINGLE.items() if table in there},
            lists={name: _listed(con, sql) if table in there else [] for name, (table, sql) in LISTS.items()},
        )
        of_cube: dict[str, list[Figure]] = {}
        for figure in (figure for told in of_relation.values() for figure in told):
            key, relation = cubes.key_of(figure), RELATIONS[figure.relation]
            over_time = any(axis.sql == relation.month for axis in figure.axes)
            bounds = found.periods.bounds("12", over_time) if relation.month else None
            found.rows[figure.key] = cubes.rows(con, scans[key], figure, bounds, MOST)
            of_cube.setdefault(key, []).append(figure)
        for key, figures in of_cube.items():
            found.cubes[key] = cubes.read(con, scans[key], figures, found.values)
        for name in of_relation:
            if RELATIONS[name].customer and "customer_segments" in there:
                found.reach[name] = cubes.reach(con, name, found.periods.spans, found.values, look)
    return found


def _is_whole(con: duckdb.DuckDBPyConnection, figure: Figure, amiss: dict[str, str], look: Look) -> bool:
    """Whether every column that a figure's query names is there; else the one that lacks is told."""
    try:
        con.execute(f"explain {query.of(figure, look).text()}").fetchall()
    except duckdb.BinderException as error:
        column = re.search(r'column "?([\w.]+)"?', str(error))
        amiss[figure.key] = column[1] if column else figure.relation
        return False
    return True


def _years(con: duckdb.DuckDBPyConnection) -> list[int]:
    sql = "select distinct year(booked_at)::int from revenue_entries where booked_at is not null order by 1 desc"
    return [year for (year,) in con.execute(f"{sql} limit 6").fetchall()]


def _listed(con: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    result = con.execute(sql)
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _descriptions(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], str]:
    sql = "select table_name, column_name, comment from duckdb_columns() where comment is not null and not internal"
    return {(table, column): said for table, column, said in con.execute(sql).fetchall()}
