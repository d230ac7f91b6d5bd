"""What filters act on in the browser: each relation summed at the grain of the filters and of one figure's other axes.

    month | country | segment | channel | source | further axes → sums and counts

Segments overlap, so a row of segment 0 stands for everybody, and each segment has rows of its own. Of a filter's values
and of an axis' the most frequent have a number; the others are one. A cube that would be too large loses filters, last
ones first; its figures then say that these do not act. No row names anybody.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
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
LONGEST = 800  # bytes of a place, a product, …
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


def values_of_filters(
    con: duckdb.DuckDBPyConnection, scans: Iterable[Scan], look: Look, there: set[str]
) -> dict[str, list[str]]:
    """The values that each filter offers, most frequent first."""
    found: dict[str, dict[str, int]] = {name: {} for name in MOST_VALUES}
    for scan in {scan.relation: scan for scan in scans}.values():
        for name in RELATIONS[scan.relation].filters:
            sql = f"select f_{name}, sum(n)::bigint from {scan.table} where f_{name} is not null group by 1"
            for value, count in con.execute(f"{sql} order by 2 desc, 1 limit 100").fetchall():
                found[name][str(value)] = found[name].get(str(value), 0) + count
    if "customer_segments" in there:
        sql = "select segment, count(*) from customer_segments where dimension = $dimension group by 1"
        found["segment"] = dict(con.execute(sql, {"dimension": look.dimension}).fetchall())
    return {
        name: sorted(counts, key=lambda value: (-counts[value], value))[: MOST_VALUES[name]]
        for name, counts in found.items()
    }


@dataclass(frozen=True)
class Scan:
    """A relation's rows, summed once by all that any figure of a cube asks of them, in a temporary table.

    Its columns: month, the filters as they are published (f_…), combo (the segments that a customer is in together),
    the axes (x0, x1, …) as they are published, n and the sums (v_…).
    """

    table: str
    relation: str
    axes: tuple[Axis, ...]
    sums: tuple[str, ...]

    def column(self, axis: Axis) -> str:
        """The column that holds an axis."""
        relation = RELATIONS[self.relation]
        if axis.sql == relation.month:
            return "month"
        filters = (f"f_{name}" for name, told in relation.filters.items() if told == axis.sql)
        return next(filters, None) or f"x{[one.sql for one in self.axes].index(axis.sql)}"


def members(con: duckdb.DuckDBPyConnection, look: Look, there: set[str]) -> None:
    """Number the segments that customers are in together: there are few such combinations, however many customers."""
    listed = "select null::varchar as customer_id, null::varchar[] as told where false"
    if "customer_segments" in there:
        listed = f"""select customer_id, list_sort(list(distinct segment)) as told from customer_segments
            where dimension = {literal(look.dimension)} group by 1"""
    con.execute(f"create or replace temp table report_listed as {listed}")
    con.execute("create or replace temp table report_combos as select told, row_number() over ()::int as combo "
                "from (select distinct told from report_listed)")  # fmt: skip
    con.execute("create or replace temp table report_members as select customer_id, combo "
                "from report_listed join report_combos using (told)")  # fmt: skip
    con.execute("drop table report_listed")


def scan(con: duckdb.DuckDBPyConnection, name: str, figures: Sequence[Figure], look: Look) -> dict[str, Scan]:
    """A relation's scans by the keys of their cubes: its rows are read once for all of them. Raises duckdb.Error."""
    relation = RELATIONS[name]
    of_key: dict[str, list[Figure]] = {}
    for figure in figures:
        of_key.setdefault(key_of(figure), []).append(figure)
    every = list(dict.fromkeys(axis for figure in figures for axis in further(figure)))
    sums = query.summed(relation, (measure for figure in figures for measure in figure.measures))
    base = {"g_month": relation.month} if relation.month else {}
    base |= {f"g_{filtered}": _cut(expression) for filtered, expression in relation.filters.items()}
    base |= {"g_combo": "report_members.combo"} if relation.customer else {}
    placed = [(query.placed(axis, look), axis.kind in ("word", "country")) for axis in every]
    columns = base | {f"g_{n}": _cut(told) if is_word else told for n, (told, is_word) in enumerate(placed)}
    sets = {key: [*base, *(f"g_{every.index(axis)}" for axis in further(found[0]))] for key, found in of_key.items()}
    dims = [f"{expression} as {column}" for column, expression in columns.items()]
    grouping = f"grouping_id({', '.join(columns)})" if columns else "0"
    measures = ["count(*) as n", *(f"{m.sql} as {query.quoted('v_' + key)}" for key, m in sums.items())]
    combined = f"left join report_members on report_members.customer_id = {relation.customer}"
    wanted = query.conditions(name, look)
    con.execute(
        f"""create or replace temp table {query.quoted("scan_" + name)} as
        select {", ".join([*dims, f"{grouping} as of_set", *measures])}
        from {relation.rows} {combined if relation.customer else ""}
        {f"where {' and '.join(wanted)}" if wanted else ""}
        group by grouping sets ({", ".join(f"({', '.join(told)})" for told in sets.values())})"""
    )
    found = {}
    for number, (key, told) in enumerate(sets.items()):
        axes = further(of_key[key][0])
        mask = sum(1 << (len(columns) - 1 - n) for n, column in enumerate(columns) if column not in told)
        table = query.quoted(f"scan_{name}_{number}")
        shown = [*(f"{c} as {_shown(c)}" for c in base)]
        shown += [*(f"g_{every.index(axis)} as x{n}" for n, axis in enumerate(axes)), "n"]
        columns_of = ", ".join([*shown, *(query.quoted("v_" + s) for s in sums)])
        con.execute(
            f"create or replace temp view {table} as "
            f"select {columns_of} from {query.quoted('scan_' + name)} where of_set = {mask}"
        )
        found[key] = Scan(table, name, axes, tuple(sums))
    return found


def _cut(expression: str) -> str:
    """A word of a sane length: of a longer one the page shows the beginning, too."""
    return f"case when strlen({expression}) > {LONGEST} then left({expression}, {LONGEST // 4}) else {expression} end"


def _shown(column: str) -> str:
    """What a grouped column is called afterwards: until then it must not be called as one of the relation's."""
    name = column.removeprefix("g_")
    return name if name in ("month", "combo") else f"f_{name}"


def rows(
    con: duckdb.DuckDBPyConnection, scan: Scan, figure: Figure, bounds: tuple[str, str] | None, most: int
) -> list[tuple[Any, ...]]:
    """A figure's table, as its query gives it; `bounds` are its months."""
    relation = RELATIONS[scan.relation]
    axes = [scan.column(axis) for axis in figure.axes]

    def measured(name: str) -> str:
        over = relation.measures[name].over
        if over:
            return f"{measured(over[0])} / nullif({measured(over[1])}, 0)"
        told = f"sum({query.quoted('v_' + name)})"
        return f"coalesce({told}, 0)" if relation.measures[name].sql.startswith("count(") else told

    place = {f"a{n}": column for n, column in enumerate(axes)}
    columns = [f"{column} as {name}" for name, column in place.items()]
    columns += [f"{measured(name)} as b{n}" for n, name in enumerate(figure.measures)]
    where = f"where month between date '{bounds[0]}' and date '{bounds[1]}'" if bounds else ""
    order = query.order(figure)
    grouped = f"group by {', '.join(axes)}" if axes else ""
    return con.execute(
        f"select {', '.join(columns)} from {scan.table} {where} {grouped} {order} limit {most}"
    ).fetchall()


def read(
    con: duckdb.DuckDBPyConnection, scan: Scan, figures: Sequence[Figure], values: Mapping[str, list[str]]
) -> Cube:
    """The cube of some figures with one relation and the same further axes. Raises duckdb.Error."""
    relation = RELATIONS[scan.relation]
    sums = query.summed(relation, (measure for figure in figures for measure in figure.measures))
    most = max(MOST_OF_AN_AXIS, *(figure.most for figure in figures))
    first = query.quoted("v_" + next(iter(sums)))
    words = {
        f"a{n}": _most(con, scan.table, f"x{n}", first, most)
        for n, axis in enumerate(scan.axes)
        if axis.kind in ("word", "country")
    }
    dims = ["year(month) * 12 + month(month) - 1 as m"] if relation.month else []
    dims += [f"{_place(f'f_{n}', values[n])} as {n}" for n in relation.filters]
    for n, axis in enumerate(scan.axes):
        column = f"x{n}{'::date::text' if axis.kind == 'month' else ''}"
        dims.append(f"{_place(column, words[f'a{n}']) if f'a{n}' in words else column} as a{n}")
    summed = [f"sum({query.quoted('v_' + key)}) as {query.quoted('v_' + key)}" for key in sums]
    finest = f"select {', '.join([*dims, *summed])} from {scan.table} group by all"
    if relation.customer:
        place = _place("segment", values["segment"])
        finest = f"""with placed as (
            select distinct combo, {place} as place from (select combo, unnest(told) as segment from report_combos))
            select {", ".join([*dims, "0 as segment", *summed])} from {scan.table} group by all
            union all select {", ".join([*dims, "placed.place as segment", *summed])}
            from {scan.table} as scanned join placed on placed.combo = scanned.combo group by all"""
    con.execute(f"create or replace temp table report_cube as {finest}")
    for obeys in _fewer(relation.obeys, {column_of(figure, axis) for figure in figures for axis in figure.axes}):
        kept = [*(["m"] if relation.month else []), *obeys, *(f"a{n}" for n in range(len(scan.axes)))]
        where = "where segment = 0" if "segment" in relation.obeys and "segment" not in obeys else ""
        coarser = f"select {', '.join([*kept, *summed])} from report_cube {where} group by all order by all"
        result = con.execute(f"{coarser} limit {MOST_ROWS + 1}")
        columns = [column[0] for column in result.description or ()]
        cells = result.fetchall()
        if len(cells) <= MOST_ROWS:
            break
    table = {column: [_cell(row[n]) for row in cells] for n, column in enumerate(columns)}
    return Cube(obeys, table, {axis: [plain(word, 60) for word in told] for axis, told in words.items()})


def reach(
    con: duckdb.DuckDBPyConnection, name: str, periods: Mapping[str, tuple[str, str]], values: Mapping[str, list[str]],
    look: Look,
) -> Cells:  # fmt: skip
    """How many different customers each period and each choice of filters speaks of. -2: whatever it is.

    The periods in which a customer has rows are bits of one number, so that a customer is met once for each choice of
    channel and source, not once for each period, country and segment, too.
    """
    relation = RELATIONS[name]
    within = [n for n in ("channel", "source") if n in relation.filters]
    country = ["country"] if "country" in relation.filters else []
    spans = {key: span for key, span in periods.items() if relation.month or key == "all"}
    bits = " | ".join(
        f"(case when month between date '{first}' and date '{last}' then {1 << n} else 0 end)"
        for n, (first, last) in enumerate(spans.values())
    )
    month = f"{relation.month} as month" if relation.month else "null::date as month"
    filters = ", ".join(f"{_cut(relation.filters[n])} as f_{n}" for n in [*country, *within])
    columns = "".join(f", {_place(f'f_{n}', values[n])} as {n}" for n in [*country, *within])
    raw = "".join(f", f_{n}" for n in [*country, *within])
    where = " and ".join([*query.conditions(name, look), f"{relation.customer} is not null"])
    con.execute(
        f"""create or replace temp table report_reach as
        with told as (
            select {relation.customer} as customer_id, {", ".join(filter(None, [month, filters]))}
            from {relation.rows} where {where} group by all),
        listed as (
            select customer_id{raw}, bit_or({bits if relation.month else "1"}) as spans from told group by all)
        select customer_id, report_members.combo{columns}, bit_or(spans) as spans
        from listed left join report_members using (customer_id) group by all"""
    )
    sets = [within, *([n] for n in within), []] if len(within) == 2 else [within, []] if within else [[]]
    whose = ["customer_id", "combo", *country]
    of_country = "".join(f", {n}" for n in country)
    counted = " union all ".join(
        f"""select combo{of_country}{"".join(f", {n if n in kept else -2} as {n}" for n in within)}, spans,
            count(*) as n
        from (select {", ".join([*whose, *kept])}, bit_or(spans) as spans from report_reach group by all)
        group by all"""
        for kept in sets
    )
    named = ", ".join(f"({literal(key)}, {1 << n})" for n, key in enumerate(spans))
    shown = "".join(f", {n}" for n in [*country, *within])
    result = con.execute(
        f"""with counted as ({counted}),
        placed as (
            select distinct combo, {_place("segment", values["segment"])} as place
            from (select combo, unnest(told) as segment from report_combos)),
        everybody as (
            select 0 as segment{shown}, spans, n from counted
            union all select placed.place{shown}, spans, n from counted join placed on placed.combo = counted.combo),
        periods(period, bit) as (values {named})
        select period, segment{shown}, sum(n)::bigint as n
        from everybody join periods on spans & bit > 0 group by all order by all"""
    )
    found = result.fetchall()
    return {column[0]: [row[n] for row in found] for n, column in enumerate(result.description or ())}


def _most(con: duckdb.DuckDBPyConnection, table: str, column: str, measure: str, most: int) -> list[str]:
    sql = f"select {column}, sum({measure}) from {table} where {column} is not null group by 1"
    return [str(value) for value, _ in con.execute(f"{sql} order by 2 desc nulls last, 1 limit {most}").fetchall()]


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
