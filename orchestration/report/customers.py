"""The part of the page on who comes again and where customers are: the rows of two tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from crm360.orchestration.report import text
from crm360.orchestration.report.figures import Row

MONTHS = 12
# The shades of the page's style sheet, from the share on that each stands for.
SHADES = ((0.6, "heat5"), (0.45, "heat4"), (0.3, "heat3"), (0.15, "heat2"), (0.0, "heat1"))


@dataclass(frozen=True)
class Cohort:
    """The customers who first bought in a month: how many, and (share, shade) for each later month that is over."""

    month: str
    size: int
    cells: tuple[tuple[str, str], ...]


def cohorts(rows: Sequence[Row]) -> list[Cohort]:
    """Return the newest cohorts with a month since that is over, the oldest first; rows come by cohort and month."""
    told = [row for row in rows if 0 < row["months_since"] <= MONTHS]
    months = sorted({row["cohort_month"] for row in told})[-MONTHS:]
    by_month = [[row for row in told if row["cohort_month"] == month] for month in months]
    longest = max(map(len, by_month), default=0)
    return [_cohort(month, of_month, longest) for month, of_month in zip(months, by_month, strict=True)]


def _cohort(month: date, rows: Sequence[Row], longest: int) -> Cohort:
    cells = [(text.percent(round(row["retention_rate"], 2)), _shade(row["retention_rate"])) for row in rows]
    empty = [("", "")] * (longest - len(cells))
    return Cohort(f"{month:%B %Y}", rows[0]["count_of_cohort_customers"], tuple(cells + empty))


def _shade(share: float) -> str:
    return next(shade for least, shade in SHADES if share >= least) if share > 0 else ""
