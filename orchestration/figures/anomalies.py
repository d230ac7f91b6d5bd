"""Figures that are far off what they were: compared with the history in the ledger, written down, and told."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crm360 import duck
from crm360.orchestration.catalog.build import Build
from crm360.orchestration.catalog.ledger import ANOMALIES
from crm360.orchestration.figures import dimensions, expected, figures, history
from crm360.orchestration.figures.noise import noise as noises
from crm360.orchestration.settings.anomaly_settings import Anomalies
from crm360.orchestration.settings.config import Config

NAMED = 3
ROWS = "count_of_rows"
TOLD = ("rows", "hours_since_change", *expected.DAILY)  # whose values tell nothing of a person


def find(config: Config, build: Build) -> list[dict[str, Any]]:
    """Measure the build, compare it with the runs before, and write both down. Returns the anomalies."""
    settings = config.toml.anomalies
    measured = figures.measure(config.warehouse, build, settings)
    with duck.connect(config.warehouse) as con:
        found: list[dict[str, Any]] = []
        if settings.action != "off":
            compared = [m for m in measured if not any(fnmatchcase(m["subject"], p) for p in settings.ignore)]
            past = history.read(con, build, [m["subject"] for m in compared], settings.weeks)
            found = compare(compared, past, build.as_of.toordinal(), settings)
        figures.write(con, ANOMALIES, found)
    figures.show(config.warehouse, build)
    return found


def compare(
    measured: Sequence[dict[str, Any]], past: history.History, today: int, settings: Anomalies
) -> list[dict[str, Any]]:
    """The figures that are further off their history than they may be."""
    if not measured or not len(past.days):
        return []
    usual = {column: _median(past.values[column]) for column in (ROWS, history.SPREAD)}
    rows = np.fmin(_now(measured, ROWS), np.where(usual[ROWS] > 0, usual[ROWS], np.nan))
    spread = np.fmax(_now(measured, history.SPREAD), usual[history.SPREAD])
    found = []
    for figure, column in (*history.FIGURES.items(), (expected.NEW_ROWS, "")):
        if column:
            values, now = past.values[column], _now(measured, column)
        else:  # of a table they are told by its streams
            values, now = history.new_rows(past, _now(measured, ROWS))
            now = np.where([m["scope"] == dimensions.SCOPE for m in measured], now, np.nan)
        if column == ROWS:  # once a table and value, not again for each of its columns
            now = np.where([m["scope"] != "column" for m in measured], now, np.nan)
        if column in past.earlier:
            now = (now + past.earlier[column]) / past.gap
        at = np.flatnonzero(~np.isnan(now))
        noise = noises(figure, _median(values[at]), rows[at], spread[at])
        may = expected.ranges(past.days, values[at], today, figure, settings.sensitivity, noise)
        for n in np.flatnonzero((now[at] < may.low) | (now[at] > may.high)):
            one = measured[at[n]]
            kept = {name: one[name] for name in ANOMALIES.columns if name in one}
            found.append(
                kept
                | {
                    "figure": figure, "figure_value": float(now[at[n]]), "expected_value": float(may.expected[n]),
                    "lowest_value": float(may.low[n]), "highest_value": _bounded(may.high[n]),
                    "days_compared": int(may.days[n]), "treatment": settings.action,
                }
            )  # fmt: skip
    return found


def _now(measured: Sequence[dict[str, Any]], column: str) -> expected.Floats:
    return np.array([np.nan if m[column] is None else float(m[column]) for m in measured])


def _median(values: expected.Floats) -> expected.Floats:
    """By row; 0 where nothing is known."""
    known: NDArray[np.bool_] = np.asarray(~np.isnan(values).all(axis=1))
    return np.nanmedian(np.where(known[:, None], values, 0.0), axis=1)


def _bounded(value: float) -> float | None:
    return None if np.isinf(value) else float(value)


def sentences(found: Sequence[dict[str, Any]]) -> dict[str, str]:
    """By stream and table, what is off in it. A mean may be one person's, so of means and the like no value is told."""
    by: dict[str, list[str]] = {}
    for one in found:
        what = f"{one['figure']} of {one['column_name']}" if one["column_name"] else one["figure"]
        if one["scope"] == dimensions.SCOPE:  # 'orders.status = paid'
            what = f"{one['figure'].replace('_', ' ')} where {one['subject'].removeprefix(one['table_name'] + '.')}:"
        side = "above" if one["figure_value"] > one["expected_value"] else "below"
        if one["figure"] in TOLD:
            told = f"{what} {one['figure_value']:,.0f}, expected {_between(one)}"
        else:
            told = f"{what} far {side} what it was"
        by.setdefault(one["table_name"] or one["subject"], []).append(told)
    return {
        where: "; ".join(told[:NAMED]) + (f"; and {len(told) - NAMED} more" if len(told) > NAMED else "")
        for where, told in by.items()
    }


def _between(one: dict[str, Any]) -> str:
    if one["highest_value"] is None:
        return f"at least {one['lowest_value']:,.0f}"
    return f"{one['lowest_value']:,.0f} to {one['highest_value']:,.0f}"
