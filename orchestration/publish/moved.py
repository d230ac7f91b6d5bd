"""What two versions say of the business: customers who changed segment, and the metrics that moved.

Both sides are schemas of one connection, `before` and `after`, as diff.py attaches them. A metric of a table or column
that one side lacks is not compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

import duckdb

EXAMPLES = 3
SEGMENTS = "customer_segments"


@dataclass(frozen=True)
class Move:
    """How many customers left the one segments of a dimension and entered the others, and some of their ids.

    Without `left` they had been in no other, without `entered` they are in no other now.
    """

    dimension: str
    left: tuple[str, ...]
    entered: tuple[str, ...]
    customers: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class MetricMove:
    """A metric on both sides, as text where it is no whole number; `moved` is the second less the first, and `share`
    that by the first. None is not measured."""

    metric: str
    before: int | str | None
    after: int | str | None
    moved: int | str | None
    share: float | None


class Metric(NamedTuple):
    """One figure of a table, and the columns that it needs."""

    table: str
    sql: str
    columns: tuple[str, ...]


METRICS = {
    "customers": Metric("customer_360", "count(*)", ("customer_id",)),
    "buyers": Metric("customer_360", "count(*) filter (where count_of_purchases > 0)", ("count_of_purchases",)),
    "churned customers": Metric("customer_360", "count(*) filter (where is_churned)", ("is_churned",)),
    "predicted value": Metric("customer_360", "sum(predicted_value)", ("predicted_value",)),
    "purchases": Metric("transactions", "count(*) filter (where is_sale)", ("is_sale",)),
    "gross revenue": Metric("transactions", "sum(gross_revenue)", ("gross_revenue",)),
    "net revenue": Metric("transactions", "sum(net_revenue)", ("net_revenue",)),
    "purchases without an amount": Metric(
        "transactions", "count(*) filter (where is_sale and net_revenue is null)", ("is_sale", "net_revenue")
    ),
    "open deals": Metric("deals", "count(*) filter (where not is_closed)", ("is_closed",)),
    "weighted value of open deals": Metric(
        "deals", "sum(weighted_amount) filter (where not is_closed)", ("is_closed", "weighted_amount")
    ),
    "won deals": Metric("deals", "count(*) filter (where is_won)", ("is_won",)),
    "open tickets": Metric("tickets", "count(*) filter (where is_open)", ("is_open",)),
    "customers who may be e-mailed": Metric(
        "customer_consent", "count(*) filter (where channel = 'email' and is_allowed)", ("channel", "is_allowed")
    ),
    "members of audiences": Metric("audience_members", "count(*)", ("customer_id",)),
    "records held back": Metric("rejections", "count(*) filter (where resolved_at is null)", ("resolved_at",)),
}


def moves(con: duckdb.DuckDBPyConnection) -> tuple[Move, ...]:
    """Customers whose segments in a dimension differ, the largest groups first."""
    sides = [f"select customer_id, dimension, segment from {side}.{SEGMENTS}" for side in ("before", "after")]
    rows = con.execute(
        f"""with changes as (
                select *, false as is_entered from ({sides[0]} except {sides[1]})
                union all
                select *, true from ({sides[1]} except {sides[0]})
            ),
            customers as (
                select customer_id, dimension,
                    coalesce(list(segment order by segment) filter (where not is_entered), []) as "left",
                    coalesce(list(segment order by segment) filter (where is_entered), []) as entered
                from changes group by customer_id, dimension
            )
            select dimension, "left", entered, count(*), list(customer_id::text order by customer_id)[:{EXAMPLES}]
            from customers group by dimension, "left", entered
            order by dimension, count(*) desc, "left", entered"""
    ).fetchall()
    return tuple(Move(d, tuple(left), tuple(entered), n, tuple(ids)) for d, left, entered, n, ids in rows)


def metrics(con: duckdb.DuckDBPyConnection, sides: Sequence[Mapping[str, Mapping[str, str]]]) -> tuple[MetricMove, ...]:
    """The metrics that are not what they were. `sides`: tables and columns, before and after."""
    found = []
    for name, metric in METRICS.items():
        if not all(set(metric.columns) <= side.get(metric.table, {}).keys() for side in sides):
            continue
        told = [con.execute(f"select {metric.sql} from {s}.{metric.table}").fetchall() for s in ("before", "after")]
        before, after = (rows[0][0] for rows in told)
        if before != after:
            found.append(_moved(name, before, after))
    return tuple(found)


def _moved(name: str, before: Any, after: Any) -> MetricMove:
    moved = None if before is None or after is None else after - before
    share = None if moved is None or not before else round(float(moved / before), 6)
    return MetricMove(name, _text(before), _text(after), _text(moved), share)


def _text(value: Any) -> int | str | None:
    if value is None or isinstance(value, int):
        return value
    return f"{value:f}" if isinstance(value, Decimal) else f"{value:.6g}"
