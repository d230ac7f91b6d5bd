"""The figures of the runs that published before this one, a day a column, as a build is compared with them.

What came in is summed over a day, of all else the day's last run counts. Where a day has several runs, only as many of
its first ones count as today has had so far, so that a run at noon is not compared with whole days. What came after
days without a run is spread over them. Days are those that the figures are for (`as_of`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from crm360.orchestration.catalog.build import Build
from crm360.orchestration.catalog.ledger import RUN_FIGURES
from crm360.orchestration.figures.expected import COUNTED, Floats

# Figure → its column of run_figures.
FIGURES = {
    "rows": "count_of_rows", **{name: f"count_of_{name}" for name in COUNTED},
    "hours_since_change": "hours_since_change", "null_share": "null_share", "distinct_values": "distinct_values",
    "mean": "mean",
}  # fmt: skip
SPREAD = "standard_deviation"
SUMMED = tuple(FIGURES[name] for name in COUNTED)
COLUMNS = (*FIGURES.values(), SPREAD)


@dataclass(frozen=True)
class History:
    """By column of run_figures: subjects x days, NaN where unknown. `days` are ordinals; `earlier` is what came in
    earlier on the day of the build, and `gap` the days since the last one."""

    days: NDArray[np.int64]
    values: dict[str, Floats]
    earlier: dict[str, Floats]
    gap: int


def read(con: duckdb.DuckDBPyConnection, build: Build, subjects: Sequence[str], weeks: int) -> History:
    """The history of these subjects, but of this run, up to the day of the build."""
    rows = con.execute(
        f"""with figures as (
                select * from ledger.{RUN_FIGURES.name} where run_id <> $1 and as_of between $2 and $3
            ),
            runs as (
                select run_id, row_number() over (partition by as_of order by measured_at, run_id) as number
                from (select distinct run_id, as_of, measured_at from figures)
            ),
            so_far as (select count(distinct run_id) + 1 as number from figures where as_of = $3)
            select as_of, subject, {", ".join(_of_day(column) for column in COLUMNS)}
            from figures join runs using (run_id)
            where runs.number <= (select number from so_far)
            group by as_of, subject order by as_of""",
        [build.run_id, build.as_of - timedelta(weeks=weeks), build.as_of],
    ).fetchall()
    places = {subject: n for n, subject in enumerate(subjects)}
    today = build.as_of.toordinal()
    days = sorted({row[0].toordinal() for row in rows} - {today})
    at = {day: n for n, day in enumerate(days)}
    values = {column: np.full((len(subjects), len(days)), np.nan) for column in COLUMNS}
    earlier = {column: np.zeros(len(subjects)) for column in SUMMED}
    for day, subject, *told in rows:
        if subject in places:
            for column, value in zip(COLUMNS, told, strict=True):
                _put(column, value, places[subject], at.get(day.toordinal()), values, earlier)
    gaps = np.diff(days) if len(days) > 1 else np.zeros(0)
    for column in SUMMED:
        if days:
            values[column][:, 0] = np.nan  # since when it had come in is not known
            values[column][:, 1:] /= gaps
    return History(np.array(days, dtype=np.int64), values, earlier, today - days[-1] if days else 1)


def new_rows(past: History, now: Floats) -> tuple[Floats, Floats]:
    """By how many rows a day each subject grew: on the days of its history, and since its last one."""
    rows = past.values[FIGURES["rows"]]
    grown = np.full_like(rows, np.nan)
    if len(past.days) > 1:
        grown[:, 1:] = np.diff(rows, axis=1) / np.diff(past.days)
    return grown, (now - rows[:, -1]) / past.gap


def _of_day(column: str) -> str:
    return f"sum({column})::double" if column in SUMMED else f"max_by({column}, measured_at)::double"


def _put(
    column: str, value: Any, place: int, day: int | None, values: dict[str, Floats], earlier: dict[str, Floats]
) -> None:
    if value is None:
        return
    if day is not None:
        values[column][place, day] = value
    elif column in earlier:
        earlier[column][place] = value
