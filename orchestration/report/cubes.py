"""What filters act on in the browser: each relation summed at the grain of the filters and of one figure's other axes.

    month | country | segment | channel | source | further axes → sums and counts

Segments overlap, so a row of segment 0 stands for everybody, and each segment has rows of its own. Of a filter's values
and of an axis' the most frequent have a number; the others are one. A cube that would be too large loses filters, last
ones first; its figures then say that these do not act. No row names anybody.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import duckdb

from crm360.orchestration.report import query
from crm360.orchestration.report.look import Look
from crm360.orchestration.report.registry import Axis, Figure
from crm360.orchestration.report.relations import RELATIONS
from crm360.orchestration.report.text import plain
from crm360.quoting import literal

MOST_ROWS = 20_000  # of a cube: some 100 kB in the page
MOST_VALUES = {"country": 20, "segment": 20, "channel": 12, "source": 12}
MOST_OF_AN_AXIS = 60
UNKNOWN, OTHER = 0, -1  # beside 1, 2, …, the values' places in their list
Cells = dict[str, list[Any]]


@dataclass(frozen=True)
class Cube:
    """`columns`: m, the filters, a0, a1 … and the sums. `values`: the words of each axis that is no number."""

    obeys: tuple[str, ...]
    columns: Cells
    values: Mapping[str, list[str]] = field(default_factory=dict)


def key_of(figure: Figure) -> str:
    """The cube that a figure is drawn from."""
    return "/".join([figure.relation, *(axis.name for axis in further(figure))])


def further(figure: Figure) -> tuple[Axis, ...]:
    """The axes of a figure that are no filters of its relation."""
    relation = RELATIONS[figure.relation]
    return tuple(a for a in figure.axes if a.sql != relation.month and a.sql not in relation.filters.values())


def column_of(figure: Figure, axis: Axis) -> str:
    """The cube's column that an axis is."""
    relation = RELATIONS[figure.relation]
    if axis.sql == relation.month:
        return "m"
    for name, expression in relation.filters.items():
        if expression == axis.sql:
            return name
    return f"a{further(figure).index(axis)}"


def values_of_filters(con: duckdb.DuckDBPyConnection, look: Look, there: set[str]) -> dict[str, list[str]]:
    """The values that each filter offers, most frequent first."""
    found: dict[str, dict[str, int]] = {name: {} for name in MOST_VALUES}
    for relation in RELATIONS.values():
        if not {relation.table, *relation.needs} <= there:
            continue
        for name, expression in relation.filters.items():
            sql = f"select {expression}, count(*) from {relation.rows} where {expression} is not null group by 1"
            for value, count in _tried(con, f"{sql} order by 2 desc, 1 limit 100"):
                found[name][str(value)] = found[name].get(str(value), 0) + count
    if "customer_segments" in there:
        sql = "select segment, count(*) from customer_segments where dimension = $dimension group by 1"
        found["segment"] = dict(con.execute(sql, {"dimension": look.dimension}).fetchall())
    return {
        name: sorted(counts, key=lambda value: (-counts[value], value))[: MOST_VALUES[name]]
        for name, counts in found.items()
    }


def _tried(con: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    """Rows, or none where a column is not there: the figure itself says so."""
    try:
        return con.execute(sql).fetchall()
    except duckdb.BinderException:
        return []


def read(
    con: duckdb.DuckDBPyConnection, name: str, figures: Sequence[Figure], values: Mapping[str, list[str]], look: Look
) -> Cube:
    """The cube of some figures with one relation and the same further axes. Raises duckdb.Error."""
    relation = RELATIONS[name]
    sums = query.summed(relation, (measure for figure in figures for measure in figure.measures))
    axes = further(figures[0])
    most = max(MOST_OF_AN_AXIS, *(figure.most for figure in figures))
    words = {
        f"a{n}": _most(con, name, axis, next(iter(sums.values())).sql, look, most)
        for n, axis in enumerate(axes)
        if axis.kind in ("word", "country")
    }
    measures = [f"({measure.sql})::double as {query.quoted('v_' + key)}" for key, measure in sums.items()]
    # The rows are read once, at the finest grain; what is coarser is summed up from that.
    finest = _statement(name, axes, words, measures, relation.obeys, values, look)
    con.execute(f"create or replace temp table report_cube as {finest}")
    summed = ", ".join(f"sum({query.quoted('v_' + key)}) as {query.quoted('v_' + key)}" for key in sums)
    for obeys in _fewer(relation.obeys, {column_of(figure, axis) for figure in figures for axis in figure.axes}):
        kept = [*(["m"] if relation.month else []), *obeys, *(f"a{n}" for n in range(len(axes)))]
        where = "where segment = 0" if "segment" in relation.obeys and "segment" not in obeys else ""
        coarser = f"select {', '.join([*kept, summed])} from report_cube {where} group by all order by all"
        rows = con.execute(f"{coarser} limit {MOST_ROWS + 1}")
        columns = [column[0] for column in rows.description or ()]
        cells = rows.fetchall()
        if len(cells) <= MOST_ROWS:
            break
    table = {column: [_cell(row[n]) for row in cells] for n, column in enumerate(columns)}
    return Cube(obeys, table, {axis: [plain(word, 60) for word in told] for axis, told in words.items()})


def reach(
    con: duckdb.DuckDBPyConnection, name: str, periods: Mapping[str, tuple[str, str]], values: Mapping[str, list[str]],
    look: Look,
) -> Cells:  # fmt: skip
    """How many different customers each period and each choice of filters speaks of. -2: whatever it is."""
    relation = RELATIONS[name]
    within = [n for n in ("channel", "source") if n in relation.filters]
    month = relation.month or "null::date"
    named = [f"{_place(relation.filters[n], values[n])} as {n}" for n in relation.filters]
    columns = ", ".join([f"{month} as month", *named, f"hash({relation.customer}) as customer"])
    base = (
        f"select distinct {columns}\nfrom {relation.rows}"
        f"\nwhere {' and '.join([*query.conditions(name, look), f'{relation.customer} is not null'])}"
    )
    spans = ", ".join(
        f"({literal(key)}, {literal(first)}::date, {literal(last)}::date)"
        for key, (first, last) in periods.items()
        if relation.month or key == "all"
    )
    groups = ", ".join(["period", "segment", *(["country"] if "country" in relation.filters else [])])
    cube = f", cube ({', '.join(within)})" if within else ""
    told = [f"coalesce({n}, -2)::int as {n}" for n in within]
    country = ["country"] if "country" in relation.filters else []
    result = con.execute(
        f"""with base as ({base}),
        members as ({_members(values, look)}),
        spans(period, first, last) as (values {spans}),
        everybody as (
            select distinct customer, {", ".join([*country, *within, "period"])} from base
            join spans on month is null or month between first and last)
        select period, segment, {", ".join([*country, *told, "count(distinct customer)::bigint as n"])}
        from (select *, 0 as segment from everybody
            union all select everybody.*, members.place from everybody
            join members on hash(members.customer_id) = everybody.customer)
        group by {groups}{cube} order by all"""
    )
    rows = result.fetchall()
    return {column[0]: [row[n] for row in rows] for n, column in enumerate(result.description or ())}


def _statement(
    name: str, axes: Sequence[Axis], words: Mapping[str, list[str]], measures: Sequence[str], obeys: Sequence[str],
    values: Mapping[str, list[str]], look: Look,
) -> str:  # fmt: skip
    relation = RELATIONS[name]
    month = f"year({relation.month}) * 12 + month({relation.month}) - 1 as m"
    dims = [month] if relation.month else []
    dims += [f"{_place(relation.filters[n], values[n])} as {n}" for n in obeys if n != "segment"]
    for n, axis in enumerate(axes):
        expression = query.placed(axis, look)
        kind = "::date::text" if axis.kind == "month" else ""
        dims.append(
            f"{_place(expression, words[f'a{n}'])} as a{n}" if f"a{n}" in words else f"({expression}){kind} as a{n}"
        )
    wanted = query.conditions(name, look)
    where = f"where {' and '.join(wanted)}" if wanted else ""
    if "segment" not in obeys:
        return f"select {', '.join([*dims, *measures])} from {relation.rows} {where} group by all"
    return f"""with members as ({_members(values, look)})
        select {", ".join([*dims, "0 as segment", *measures])} from {relation.rows} {where} group by all
        union all
        select {", ".join([*dims, "members.place as segment", *measures])} from {relation.rows}
        join members on members.customer_id = {relation.customer} {where} group by all"""


def _members(values: Mapping[str, list[str]], look: Look) -> str:
    place = _place("segment", values["segment"])
    return f"""select distinct customer_id, {place} as place from customer_segments
        where dimension = {literal(look.dimension)}"""


def _most(con: duckdb.DuckDBPyConnection, name: str, axis: Axis, measure: str, look: Look, most: int) -> list[str]:
    relation, expression = RELATIONS[name], query.placed(axis, look)
    where = " and ".join([*query.conditions(name, look), f"{expression} is not null"])
    sql = f"select {expression}, {measure} from {relation.rows} where {where} group by 1 order by 2 desc nulls last, 1"
    return [str(value) for value, _ in con.execute(f"{sql} limit {most}").fetchall()]


def _place(expression: str, values: Sequence[str]) -> str:
    listed = ", ".join(literal(value) for value in values)
    return f"""case when {expression} is null then {UNKNOWN}
        else coalesce(list_position([{listed}]::varchar[], ({expression})::varchar), {OTHER}) end"""


def _fewer(obeys: Sequence[str], axes: set[str]) -> list[tuple[str, ...]]:
    """What a cube obeys, and ever less of it; what a figure has for an axis stays."""
    kept = [name for name in obeys if name in axes]
    rest = [name for name in obeys if name not in axes]
    return [(*kept, *rest[:n]) for n in range(len(rest), -1, -1)]


def _cell(value: Any) -> Any:
    """A number as short as it can be said; an amount to the cent."""
    if isinstance(value, (float, Decimal)):
        if not math.isfinite(value):
            return None
        rounded = round(float(value), 4)
        return int(rounded) if rounded == int(rounded) else rounded
    return value
