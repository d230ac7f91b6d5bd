"""A chart's query as Superset writes it: its columns and its metrics' expressions over its dataset, grouped."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import Any


def sql_of(chart: dict[str, Any], dataset: dict[str, Any]) -> str:
    """The statement, without order and limit."""
    (query,) = json.loads(chart["query_context"])["queries"]
    columns = {told["column_name"]: told["expression"] for told in dataset["columns"]}
    metrics = {told["metric_name"]: told["expression"] for told in dataset["metrics"]}
    named = [_column(told, columns) for told in query["columns"]]
    rows = f"({dataset['sql']}) as virtual_table" if dataset["sql"] else f"{dataset['schema']}.{dataset['table_name']}"
    selected = [*named, *(f'{metrics[name]} as "{name}"' for name in query["metrics"])]
    grouped = ", ".join(str(n + 1) for n in range(len(named)))
    return f"select {', '.join(selected)} from {rows}" + (f" group by {grouped}" if named else "")


def _column(told: Any, columns: dict[str, str | None]) -> str:
    if isinstance(told, str):
        return f'{columns[told] or _quoted(told)} as "{told}"'
    name = told["sqlExpression"]
    assert columns[name] is None
    return f"date_trunc('month', {_quoted(name)}) as t" if told["timeGrain"] == "P1M" else f"{_quoted(name)} as t"


def _quoted(name: str) -> str:
    return f'"{name}"'


def plain(rows: list[tuple[Any, ...]]) -> list[tuple[str, ...]]:
    """Rows in an order of their own, as two databases say the same."""
    return sorted(tuple(_plain(value) for value in row) for row in rows)


def _plain(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, int | float | Decimal):
        return f"{float(value):.6f}"
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(sep=" ").removesuffix(" 00:00:00")
    return str(value)
