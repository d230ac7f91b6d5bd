"""A dashboard's file: its charts in a grid of twelve columns, tiles first, and the filters that act on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from crm360.orchestration.bi.datasets import Dataset
from crm360.orchestration.report.registry import FILTERS, Figure

WIDTH = 12
TILE, CHART, TALL = 18, 50, 60  # heights, in units of eight pixels
TILES_A_ROW = 6


@dataclass(frozen=True)
class Placed:
    """A chart of the dashboard. `number` stands for the id that the import gives it."""

    number: int
    uuid: str
    name: str
    figure: Figure
    dataset: Dataset
    dataset_uuid: str


def yaml_of(title: str, about: str, uuid: str, charts: Sequence[Placed], says: dict[str, str]) -> dict[str, Any]:
    """The file (superset/dashboards/schemas.py, ImportV1DashboardSchema). `says`: each filter's name."""
    return {
        "dashboard_title": title,
        "description": about,
        "css": "",
        "slug": None,  # names would collide where two projects stand in one Superset
        "uuid": uuid,
        "published": True,
        "position": _position(title, charts),
        "metadata": {
            "color_scheme": "supersetColors",
            "cross_filters_enabled": True,
            "refresh_frequency": 0,
            "timed_refresh_immune_slices": [],
            "expanded_slices": {},
            "label_colors": {},
            "default_filters": "{}",
            "native_filter_configuration": list(_filters(charts, says)),
        },
        "version": "1.0.0",
    }


def _rows(charts: Sequence[Placed]) -> Iterator[list[tuple[Placed, int, int]]]:
    """Rows of (chart, width, height)."""
    tiles = [chart for chart in charts if chart.figure.kind == "tile"]
    for start in range(0, len(tiles), TILES_A_ROW):
        row = tiles[start : start + TILES_A_ROW]
        yield [(chart, WIDTH // len(row), TILE) for chart in row]
    waiting: list[tuple[Placed, int, int]] = []
    for chart in charts:
        if chart.figure.kind == "tile":
            continue
        if chart.figure.is_wide:
            yield [(chart, WIDTH, TALL if chart.figure.kind in ("heat", "table") else CHART)]
            continue
        waiting.append((chart, WIDTH // 2, CHART))
        if len(waiting) == 2:
            yield waiting
            waiting = []
    if waiting:
        yield [(chart, WIDTH, height) for chart, _, height in waiting]


def _position(title: str, charts: Sequence[Placed]) -> dict[str, Any]:
    grid: list[str] = []
    position: dict[str, Any] = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "GRID_ID": {"type": "GRID", "id": "GRID_ID", "children": grid, "parents": ["ROOT_ID"]},
        "HEADER_ID": {"type": "HEADER", "id": "HEADER_ID", "meta": {"text": title}},
    }
    for number, row in enumerate(_rows(charts), 1):
        name = f"ROW-{number}"
        grid.append(name)
        position[name] = {
            "type": "ROW",
            "id": name,
            "children": [f"CHART-{chart.number}" for chart, _, _ in row],
            "parents": ["ROOT_ID", "GRID_ID"],
            "meta": {"background": "BACKGROUND_TRANSPARENT"},
        }
        for chart, width, height in row:
            its = f"CHART-{chart.number}"
            position[its] = {
                "type": "CHART",
                "id": its,
                "children": [],
                "parents": ["ROOT_ID", "GRID_ID", name],
                "meta": {"chartId": chart.number, "uuid": chart.uuid, "sliceName": chart.name, "width": width,
                         "height": height},
            }  # fmt: skip
    return position


def _filters(charts: Sequence[Placed], says: dict[str, str]) -> Iterator[dict[str, Any]]:
    """The period, and what the report filters by; each acts on the charts whose dataset has it, and on no other."""
    timed = [chart for chart in charts if chart.dataset.time]
    if timed:
        yield _filter("period", says["period"], "filter_time", {}, charts, timed)
    for name in FILTERS:
        having = [chart for chart in charts if name in chart.dataset.columns]
        if having:
            target = {"column": {"name": name}, "datasetUuid": having[0].dataset_uuid}
            yield _filter(name, says[name], "filter_select", target, charts, having)


def _filter(
    key: str, name: str, kind: str, target: dict[str, Any], charts: Sequence[Placed], acts_on: Sequence[Placed]
) -> dict[str, Any]:
    numbers = {chart.number for chart in acts_on}
    values = {"enableEmptyFilter": False}
    if kind == "filter_select":
        values |= {
            "defaultToFirstItem": False,
            "inverseSelection": False,
            "multiSelect": True,
            "searchAllOptions": False,
        }
    return {
        "id": f"NATIVE_FILTER-{key}",
        "type": "NATIVE_FILTER",
        "name": name,
        "filterType": kind,
        "targets": [target],
        "scope": {"rootPath": ["ROOT_ID"], "excluded": [c.number for c in charts if c.number not in numbers]},
        "defaultDataMask": {"extraFormData": {}, "filterState": {}, "ownState": {}},
        "controlValues": values,
        "cascadeParentIds": [],
        "description": "",
    }
