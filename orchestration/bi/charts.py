"""A chart of Superset out of a figure of the report: which kind, over which columns, and the query that gives its rows.

The browser makes its query out of `params`; Superset's own (reports, CSV, its API) is `query_context`. Both are written
here from one figure. Names of parameters: superset/examples/*/charts of Superset 6.1.
"""

from __future__ import annotations

from typing import Any

import msgspec

from crm360.orchestration.bi.datasets import FORMATS, Dataset, Reader
from crm360.orchestration.report.registry import Axis, Figure, Measure

KINDS = {
    "tile": "big_number_total",
    "columns": "echarts_timeseries_bar",
    "lines": "echarts_timeseries_line",
    "bars": "echarts_timeseries_bar",
    "heat": "heatmap_v2",
    "table": "table",
}
SHORT = {"count": "SMART_NUMBER", "money": "SMART_NUMBER"}  # 1.2M; the other units are told as they are
MOST = 10_000  # rows of one over time
CELLS = 2_000


def yaml_of(figure: Figure, told: Dataset, reader: Reader, uuid: str, dataset_uuid: str) -> dict[str, Any]:
    """The chart's file (superset/charts/schemas.py, ImportV1ChartSchema)."""
    params = _params(figure, told, reader)
    about = [reader.say(figure.note)] if figure.note else []
    measures = (told.relation.measures[name] for name in figure.measures)
    about += [f"{reader.say(measure.label)}: {reader.say(measure.about)}" for measure in measures if measure.about]
    for column in figure.about:
        name = column.split(".")[1]
        if name in told.columns and (words := told.columns[name].description):
            about.append(f"{name}: {words}")
    return {
        "slice_name": reader.say(figure.title),
        "description": " ".join(about) or None,
        "viz_type": KINDS[figure.kind],
        "params": params,
        "query_context": _query_context(figure, told, params),
        "uuid": uuid,
        "dataset_uuid": dataset_uuid,
        "version": "1.0.0",
    }


def drawn(figure: Figure) -> tuple[str, ...]:
    """The measures that are drawn: of columns, bars and shades the first one, as others have other units."""
    return figure.measures if figure.kind in ("lines", "table") else figure.measures[:1]


def _columns(figure: Figure, told: Dataset) -> list[str]:
    return [_column(axis, told) for axis in figure.axes]


def _column(axis: Axis, told: Dataset) -> str:
    if axis.sql == told.relation.month and told.time:
        return told.time
    return told.column(axis.sql)


def _is_by_month(figure: Figure, told: Dataset) -> bool:
    return any(axis.sql == told.relation.month != told.relation.time for axis in figure.axes)


def _params(figure: Figure, told: Dataset, reader: Reader) -> dict[str, Any]:
    first: Measure = told.relation.measures[figure.measures[0]]
    columns, kind = _columns(figure, told), figure.kind
    params: dict[str, Any] = {
        "datasource": "0__table",  # the import puts the dataset's number here
        "viz_type": KINDS[kind],
        "annotation_layers": [],
        "extra_form_data": {},
        "adhoc_filters": [_any_time(told.time)] if told.time else [],
    }
    form = {"y_axis_format": SHORT.get(first.unit, FORMATS[first.unit])}
    money = {"symbol": reader.currency, "symbolPosition": "prefix"}
    if first.unit == "money":
        params["currency_format"] = money
    if kind == "tile":
        note = reader.say(figure.note) if figure.note else ""
        return params | form | {"metric": figure.measures[0], "header_font_size": 0.4, "subheader_font_size": 0.125,
                                "subtitle": note}  # fmt: skip
    if kind == "table":
        return params | {
            "query_mode": "aggregate", "groupby": columns, "metrics": list(drawn(figure)), "all_columns": [],
            "percent_metrics": [], "timeseries_limit_metric": drawn(figure)[0], "order_desc": True,
            "row_limit": figure.most, "server_page_length": 10, "table_timestamp_format": "smart_date",
            "show_cell_bars": True, "color_pn": False, "temporal_columns_lookup": {},
        }  # fmt: skip
    if kind == "heat":
        return params | form | {
            "x_axis": columns[0], "groupby": columns[1], "metric": figure.measures[0], "row_limit": CELLS,
            "sort_x_axis": "alpha_asc", "sort_y_axis": "alpha_asc", "normalize_across": "heatmap",
            "linear_color_scheme": "schemeBlues", "legend_type": "continuous", "show_legend": True,
            "show_percentage": False, "show_values": False, "left_margin": "auto", "bottom_margin": "auto",
            "xscale_interval": -1, "yscale_interval": -1, "value_bounds": [None, None],
        }  # fmt: skip
    over_time = kind != "bars"
    # Bars lie, and begin below: the greatest stands on top where they ascend, the first of an order where they descend.
    sort = {} if over_time else {"x_axis_sort": columns[0] if figure.in_order else figure.measures[0]}
    return params | form | sort | {
        "x_axis": columns[0], "metrics": list(drawn(figure)), "groupby": [],
        "x_axis_sort_asc": over_time or not figure.in_order,
        "orientation": "vertical" if over_time else "horizontal", "order_desc": True, "only_total": True,
        "time_grain_sqla": "P1M" if _is_by_month(figure, told) else None,
        "row_limit": MOST if over_time else figure.most, "truncate_metric": True, "show_empty_columns": True,
        "rich_tooltip": True, "tooltipTimeFormat": "smart_date", "x_axis_time_format": "smart_date",
        "show_legend": len(drawn(figure)) > 1, "legendType": "scroll", "legendOrientation": "top",
        "color_scheme": "supersetColors", "markerEnabled": kind == "lines", "markerSize": 6,
        "y_axis_bounds": [None, None], "truncateYAxis": False, "x_axis_title_margin": 15, "y_axis_title_margin": 15,
        "comparison_type": "values", "sort_series_type": "sum",
    }  # fmt: skip


def _any_time(column: str) -> dict[str, Any]:
    """The filter that a dashboard's time range takes the place of."""
    return {"clause": "WHERE", "comparator": "No filter", "expressionType": "SIMPLE", "operator": "TEMPORAL_RANGE",
            "subject": column}  # fmt: skip


def _query_context(figure: Figure, told: Dataset, params: dict[str, Any]) -> str:
    columns: list[Any] = list(_columns(figure, told))
    over_time = figure.kind in ("columns", "lines")
    if over_time:
        columns[0] = {
            "columnType": "BASE_AXIS", "expressionType": "SQL", "label": columns[0], "sqlExpression": columns[0],
            "isColumnReference": True, "timeGrain": params["time_grain_sqla"],
        }  # fmt: skip
    first = drawn(figure)[0]
    query = {
        "columns": columns,
        "metrics": list(drawn(figure)),
        "filters": [{"col": told.time, "op": "TEMPORAL_RANGE", "val": "No filter"}] if told.time else [],
        "extras": {"having": "", "where": ""},
        "orderby": [[first, False]] if figure.axes and not over_time else [],
        "row_limit": params.get("row_limit", 1),
        "series_limit": 0,
        "order_desc": True,
        "annotation_layers": [],
    }
    context = {
        "datasource": {"id": 0, "type": "table"},  # the import puts the dataset's number here
        "force": False,
        "queries": [query],
        "form_data": params,
        "result_format": "json",
        "result_type": "full",
    }
    return msgspec.json.encode(context).decode()
