"""A dataset of Superset out of a relation of the report: the columns that charts group and filter by, and its measures.

A relation of one table is that table; one with joins or conditions is a virtual dataset, a query. Superset knows a
dataset's columns by their bare names, so `transactions.net_revenue` is `net_revenue` there. Columns that name or reach
a person are left out, whatever the table has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from crm360.orchestration.bi.address import Address
from crm360.orchestration.bi.dashboards import DASHBOARDS, RELATIONS
from crm360.orchestration.bi.published import Column, Published
from crm360.orchestration.report import query
from crm360.orchestration.report.language import Language
from crm360.orchestration.report.look import Look
from crm360.orchestration.report.registry import Axis, Figure, Measure, Relation
from crm360.quoting import literal

FORMATS = {"count": ",d", "money": ",.0f", "share": ".1%", "hours": ",.1f", "decimal": ",.2f"}
COLUMN = re.compile(r"\b([a-z_]\w*)\.([a-z_]\w*)\b")


@dataclass(frozen=True)
class Reader:
    """For whom datasets and charts are written: the project's look and language, its currency, the database."""

    address: Address
    look: Look
    words: Language
    currency: str

    def say(self, english: str) -> str:
        """A text of the report in the reader's language."""
        return self.words.say(english).replace("{time_zone}", self.look.time_zone)

    def placed(self, axis: Axis, dialect: str) -> str:
        """An axis' expression. Times are naive UTC in DuckDB, and know their zone in PostgreSQL."""
        if dialect == "duckdb":
            return query.placed(axis, self.look)
        zone = literal(self.look.time_zone)
        return axis.sql.replace("{event_at}", f"customer_timeline.event_at at time zone {zone}")


@dataclass
class Dataset:
    """`extra`: columns beside the table's own → what they are: an expression over the relation's tables."""

    key: str
    relation: Relation
    conditions: tuple[str, ...]
    own: dict[str, Column]
    extra: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, Column] = field(default_factory=dict)
    verbose: dict[str, str] = field(default_factory=dict)
    time: str | None = None

    @property
    def is_table(self) -> bool:
        """Whether it is a published table as it stands."""
        return self.relation.rows == self.relation.table and not self.conditions

    @property
    def name(self) -> str:
        """As Superset lists it."""
        return self.relation.table if self.is_table else f"crm360 {self.key.replace('_', ' ')}"

    @property
    def columns(self) -> dict[str, Column]:
        """Every column, by its name in the dataset."""
        return {**self.own, **self.kinds}

    def bare(self, expression: str) -> str:
        """An expression over the relation's tables, as one over the dataset's columns."""

        def named(match: re.Match[str]) -> str:
            table, column = match.groups()
            if table == self.relation.table and self.extra.get(column) in (None, match[0]):
                return str(column)
            return next((name for name, told in self.extra.items() if told == match[0]), match[0])

        return COLUMN.sub(named, expression)

    def column(self, expression: str) -> str:
        """What the column is called that holds an expression. Raises KeyError where none does."""
        for name, told in self.extra.items():
            if told == expression:
                return name
        match = COLUMN.fullmatch(expression)
        if match and match[1] == self.relation.table and match[2] in self.own:
            return match[2]
        raise KeyError(expression)

    def select(self, schema: str, extra: Mapping[str, str]) -> str:
        """The query that gives its rows."""
        columns = [f"{self.relation.table}.{name}" for name in self.own]
        columns += [f"{told} as {query.quoted(name)}" for name, told in extra.items()]
        rows = re.sub(r"(?<=\bjoin )(?=\w)", f"{schema}.", self.relation.rows)
        where = "\nwhere " + "\nand ".join(self.conditions) if self.conditions else ""
        return "select\n    " + ",\n    ".join(columns) + f"\nfrom {schema}.{rows}{where}"


def made(key: str, figures: Iterable[Figure], published: Published, reader: Reader) -> Dataset:
    """The dataset of a relation, for the figures that are drawn of it. Raises duckdb.Error where a column lacks."""
    relation = RELATIONS[key]
    axes = [axis for figure in figures for axis in figure.axes]
    where = query.conditions(key, reader.look, relation)
    told = Dataset(key, relation, where, published.impersonal(relation.table))
    every = published.tables[relation.table]
    measured = " ".join(measure.sql for measure in relation.measures.values())
    wanted = set(re.findall(r"\w+", COLUMN.sub(lambda m: m[2] if m[1] == relation.table else "", measured)))
    wanted |= {m[2] for axis in axes if (m := COLUMN.fullmatch(axis.sql)) and m[1] == relation.table}
    told.own = {name: column for name, column in every.items() if name in told.own or name in wanted}
    for name, expression in relation.filters.items():
        _add(told, name, expression)
    for table, column in COLUMN.findall(measured):
        if table != relation.table:
            _add(told, column if column not in every else f"{table}_{column}", f"{table}.{column}")
    plain: dict[str, str] = {}
    for axis in axes:
        if axis.sql == relation.month:
            continue
        name = _add(told, axis.name, axis.sql)
        plain[name] = reader.placed(axis, "duckdb")
        told.verbose[name] = reader.say(axis.label)
    if relation.time:
        told.time = told.column(relation.time)
    rows = told.select("main", {name: plain.get(name, sql) for name, sql in told.extra.items()})
    kinds = published.described(rows)
    figures_sql = ", ".join(told.bare(query.measured(relation, name)) for name in relation.measures)
    published.described(f"select {figures_sql} from ({rows})")  # every column that a measure needs is there
    for name, sql in told.extra.items():
        match = COLUMN.fullmatch(sql)
        there = published.tables.get(match[1], {}).get(match[2]) if match else None
        told.kinds[name] = Column(kinds[name], there.description if there else "")
    return told


def _add(told: Dataset, name: str, expression: str) -> str:
    """See that an expression is a column, and return what it is called: one of the table has that one's own name."""
    try:
        return told.column(expression)
    except KeyError:
        if name in told.own and name not in told.relation.filters:
            name = f"{name}_shown"
        told.own.pop(name, None)
        told.extra[name] = expression
        return name


def yaml_of(told: Dataset, published: Published, reader: Reader, uuid: str, database_uuid: str) -> dict[str, Any]:
    """The dataset's file (superset/datasets/schemas.py, ImportV1DatasetSchema)."""
    address, relation = reader.address, told.relation
    axes = {axis.sql: axis for axis in _axes_of(told.key)}
    extra = {
        name: reader.placed(axes[sql], address.dialect) if sql in axes else sql for name, sql in told.extra.items()
    }
    about = [published.comments.get(relation.table, "")]
    if told.conditions:
        about.append("Only rows where " + " and ".join(told.bare(one) for one in told.conditions) + ".")
    return {
        "table_name": told.name,
        "main_dttm_col": told.time,
        "description": " ".join(filter(None, about)),
        "offset": 0,
        "schema": address.schema,
        "sql": None if told.is_table else told.select(address.schema, extra),
        "filter_select_enabled": True,
        "normalize_columns": False,
        "always_filter_main_dttm": False,
        "columns": [
            {
                "column_name": name,
                "verbose_name": told.verbose.get(name),
                "description": column.description or None,
                "expression": told.bare(extra[name]) if told.is_table and name in extra else None,
                "type": column.type_in(address.dialect),
                "is_dttm": column.is_time,
                "is_active": True,
                "groupby": True,
                "filterable": True,
            }
            for name, column in told.columns.items()
        ],
        "metrics": [_metric(told, name, measure, reader) for name, measure in relation.measures.items()],
        "uuid": uuid,
        "database_uuid": database_uuid,
        "version": "1.0.0",
    }


def _axes_of(key: str) -> Iterable[Axis]:
    return (axis for one in DASHBOARDS for figure in one.figures if figure.relation == key for axis in figure.axes)


def _metric(told: Dataset, name: str, measure: Measure, reader: Reader) -> dict[str, Any]:
    relation = told.relation
    expression = told.bare(query.measured(relation, name))
    read = {word: column.description for word, column in told.columns.items() if re.search(rf"\b{word}\b", expression)}
    formula = " / ".join(relation.measures[part].label for part in measure.over) + ". " if measure.over else ""
    columns = " ".join(f"{word}: {said}" for word, said in read.items() if said)
    metric: dict[str, Any] = {
        "metric_name": name,
        "verbose_name": reader.say(measure.label),
        "description": reader.say(measure.about) if measure.about else formula + columns or None,
        "expression": expression,
        "d3format": FORMATS[measure.unit],
    }
    if measure.unit == "money":
        metric["currency"] = {"symbol": reader.currency, "symbolPosition": "prefix"}
    return metric
