"""Figures that are far off what they were: compared with the history in the ledger, written down, and told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Any

import duckdb
import numpy as np

from crm360.orchestration.catalog.build import Build
from crm360.orchestration.catalog.ledger import ANOMALIES
from crm360.orchestration.figures import expected, figures
from crm360.orchestration.settings.config import Config

NAMED = 3
COUNTED = ("rows", "received", "deleted", "rejected")  # whose values tell nothing of a person


def find(config: Config, build: Build) -> list[dict[str, Any]]:
    """Measure the build, compare it with the runs before, and write both down. Returns the anomalies."""
    measured = figures.measure(config.warehouse, build)
    settings = config.toml.anomalies
    with duckdb.connect(str(config.warehouse)) as con:
        found: list[dict[str, Any]] = []
        if settings.action != "off":
            since = build.registered_at - timedelta(weeks=settings.weeks)
            found = _compared(measured, figures.history(con, build.run_id, since), build, config)
        figures.write(con, ANOMALIES, found)
    figures.show(config.warehouse, build)
    return found


def _compared(
    measured: Sequence[dict[str, Any]], history: Sequence[tuple[Any, ...]], build: Build, config: Config
) -> list[dict[str, Any]]:
    settings = config.toml.anomalies
    subjects = [m for m in measured if not any(fnmatchcase(m["subject"], p) for p in settings.ignore)]
    places = {m["subject"]: n for n, m in enumerate(subjects)}
    dates = sorted({row[0] for row in history})
    if not subjects or not dates:
        return []
    columns = {date: n for n, date in enumerate(dates)}
    days = np.array([date.toordinal() for date in dates], dtype=np.int64)
    found = []
    for number, (figure, column) in enumerate(figures.FIGURES.items()):
        values = np.full((len(subjects), len(dates)), np.nan)
        for row in history:
            if row[1] in places and row[2 + number] is not None:
                values[places[row[1]], columns[row[0]]] = float(row[2 + number])
        if figure == "rows":  # once a table, not again for each of its columns
            values[[m["scope"] == "column" for m in subjects]] = np.nan
        now = np.array([np.nan if m[column] is None else float(m[column]) for m in subjects])
        may = expected.ranges(days, values, build.as_of.toordinal(), figure, settings.sensitivity)
        for n in np.flatnonzero((now < may.low) | (now > may.high)):
            kept = {name: subjects[n][name] for name in ANOMALIES.columns if name in subjects[n]}
            found.append(
                kept
                | {
                    "figure": figure, "figure_value": float(now[n]), "expected_value": float(may.expected[n]),
                    "lowest_value": float(may.low[n]), "highest_value": float(may.high[n]),
                    "days_compared": int(may.days[n]), "treatment": settings.action,
                }
            )  # fmt: skip
    return found


def sentences(found: Sequence[dict[str, Any]]) -> dict[str, str]:
    """By stream and table, what is off in it. A mean may be one person's, so of means and the like no value is told."""
    by: dict[str, list[str]] = {}
    for one in found:
        where = one["table_name"] or one["subject"]
        side = "above" if one["figure_value"] > one["expected_value"] else "below"
        what = f"{one['figure']} of {one['column_name']}" if one["column_name"] else one["figure"]
        if one["figure"] in COUNTED:
            bounds = f"{one['lowest_value']:,.0f} to {one['highest_value']:,.0f}"
            told = f"{what} {one['figure_value']:,.0f}, expected {bounds}"
        else:
            told = f"{what} far {side} what it was"
        by.setdefault(where, []).append(told)
    return {
        where: "; ".join(told[:NAMED]) + (f"; and {len(told) - NAMED} more" if len(told) > NAMED else "")
        for where, told in by.items()
    }
