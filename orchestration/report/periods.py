"""The periods that a reader may choose, as first days of months: rolling ones end with the last month that is over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

ROLLING = (3, 12, 24)
EVER = ("1900-01-01", "2999-12-01")


@dataclass(frozen=True)
class Periods:
    """Of a report as of a day, with the calendar years that have purchases."""

    as_of: date
    years: tuple[int, ...] = ()

    @cached_property
    def over(self) -> date:
        """The first day of the last month that is over."""
        return _shifted(self.as_of.replace(day=1), -1)

    @property
    def running(self) -> date:
        """The month that has begun."""
        return self.as_of.replace(day=1)

    @cached_property
    def spans(self) -> Mapping[str, tuple[str, str]]:
        """Each period's first and last month."""
        told = {str(n): (_shifted(self.over, 1 - n).isoformat(), self.over.isoformat()) for n in ROLLING}
        told |= {str(year): (f"{year}-01-01", f"{year}-12-01") for year in self.years}
        return told | {"all": EVER}

    def bounds(self, period: str, over_time: bool) -> tuple[str, str]:
        """A period's months; what is drawn over time also has the month that is not over."""
        first, last = self.spans[period]
        if over_time and last == self.over.isoformat():
            last = self.running.isoformat()
        return first, last


def _shifted(month: date, by: int) -> date:
    n = month.year * 12 + month.month - 1 + by
    return date(n // 12, n % 12 + 1, 1)
