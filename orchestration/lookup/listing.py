"""From a bar of the report to the customers behind it: the same rows, filters and period, by customer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import msgspec

from crm360.connectors.engine.errors import ConfigError
from crm360.orchestration.report import query
from crm360.orchestration.report.look import Look
from crm360.orchestration.report.pages import PAGES
from crm360.orchestration.report.periods import EVER, Periods
from crm360.orchestration.report.registry import FILTERS, Axis, Figure
from crm360.orchestration.report.relations import RELATIONS

MOST = 200  # customers that are named
UNKNOWN = "~"  # how an address says "not known"
FIGURES = {figure.key: figure for page in PAGES for figure in page.figures}
COUNTED = re.compile(r"filter \(where (.+)\)$")
YEAR = re.compile(r"\d{4}")
MONTH = re.compile(r"\d{4}-\d{2}-01")


class Behind(msgspec.Struct):
    """One customer behind a figure. `rows`: of the figure's rows (purchases, deals, touches, …) how many are theirs."""

    id: str
    name: str | None
    email: str | None
    city: str | None
    country: str | None
    rows: int
    net_revenue: Decimal | None
    currency: str | None


class Listed(msgspec.Struct):
    """What stands behind a figure: how many customers, the first of them, and how many rows are of nobody known."""

    figure: str
    title: str
    narrowed: list[tuple[str, str]]
    count: int
    without: int
    customers: list[Behind]


@dataclass
class _Where:
    """Conditions with their values, and how a reader is told of them."""

    sql: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)

    def equals(self, expression: str, value: str, label: str) -> None:
        self.told.append((label, "not known" if value == UNKNOWN else value))
        if value == UNKNOWN:
            self.sql.append(f"{expression} is null")
        else:
            self.sql.append(f"{expression} = ?")
            self.values.append(value)


def can_be_listed(figure: Figure) -> bool:
    """Whether the figure's rows are about customers."""
    return RELATIONS[figure.relation].customer is not None


def behind(con: duckdb.DuckDBPyConnection, asked: Mapping[str, str], as_of: date, look: Look) -> Listed:
    """The customers behind `asked["figure"]`, most rows first.

    `asked` has the report's own filters (period, country, …), and by at0, at1 the place on each axis. Raises
    ConfigError for what no report asks, duckdb.Error where a table or column is not published.
    """
    figure = FIGURES.get(asked.get("figure", ""))
    if figure is None or not can_be_listed(figure):
        raise ConfigError("the report has no such figure of customers", where="figure")
    relation = RELATIONS[figure.relation]
    where = _Where(list(query.conditions(figure.relation, look)))
    _counted(figure, where)
    _period(figure, asked.get("period", "12"), as_of, where)
    for name in FILTERS:
        if name in asked and name in relation.filters:
            where.equals(relation.filters[name], asked[name], name)
        elif name in asked and name == "segment":
            where.sql.append(query.SEGMENT.format(customer=relation.customer, dimension=query.literal(look.dimension)))
            where.values.append(asked[name])
            where.told.append((name, asked[name]))
    for n, axis in enumerate(figure.axes):
        if f"at{n}" in asked:
            _placed(axis, asked[f"at{n}"], look, where)
    return _read(con, figure, where)


def _counted(figure: Figure, where: _Where) -> None:
    """Of the first measure's rows those that it counts: won deals, not all that are closed."""
    told = RELATIONS[figure.relation].measures[figure.measures[0]].sql
    if found := COUNTED.search(told):
        where.sql.append(f"({found[1]})")
    elif found := re.fullmatch(r"count\((\w+\.\w+)\)", told):
        where.sql.append(f"{found[1]} is not null")


def _period(figure: Figure, period: str, as_of: date, where: _Where) -> None:
    month = RELATIONS[figure.relation].month
    if month is None:
        return
    periods = Periods(as_of, (int(period),) if YEAR.fullmatch(period) else ())
    if period not in periods.spans:
        raise ConfigError("the report has no such period", where="period")
    bounds = periods.bounds(period, any(axis.sql == month for axis in figure.axes))
    if bounds == EVER:
        return
    where.sql.append(f"{month} between ?::date and ?::date")
    where.values.extend(bounds)
    where.told.append(("period", period if YEAR.fullmatch(period) else f"last {period} months"))


def _placed(axis: Axis, value: str, look: Look, where: _Where) -> None:
    expression = query.placed(axis, look)
    if value == UNKNOWN or axis.kind in ("word", "country"):
        where.equals(expression, value, axis.label)
        return
    if axis.kind == "month":
        if not MONTH.fullmatch(value):
            raise ConfigError("a month is its first day", where=axis.name)
        where.equals(f"({expression})::date::text", value, axis.label)
        return
    try:
        number = Decimal(value)
    except ArithmeticError:
        raise ConfigError("it is no number", where=axis.name) from None
    where.sql.append(f"({expression})::decimal(18, 4) = ?::decimal(18, 4)")
    where.values.append(str(number))
    where.told.append((axis.label, value))


def _read(con: duckdb.DuckDBPyConnection, figure: Figure, where: _Where) -> Listed:
    relation = RELATIONS[figure.relation]
    conditions = f"where {' and '.join(where.sql)}" if where.sql else ""
    con.execute(
        f"""create or replace temp table behind as
        select {relation.customer} as customer_id, count(*) as rows from {relation.rows} {conditions} group by 1""",
        where.values,
    )
    ((count, without),) = con.execute(
        "select count(customer_id), coalesce(sum(rows) filter (where customer_id is null), 0)::bigint from behind"
    ).fetchall()
    rows = con.execute(
        f"""select customer_id, full_name, email, city, country, rows, net_revenue, currency
        from behind join customer_360 using (customer_id)
        order by rows desc, net_revenue desc nulls last, customer_id limit {MOST}"""
    ).fetchall()
    return Listed(figure.key, figure.title, where.told, count, without, [Behind(*row) for row in rows])
