"""What a figure of the report is: which rows it counts, along which axes, which filters it obeys. One entry a figure.

    Relation   rows of published tables, with their measures (sums and counts, which filters may add up) and filters
    Figure     a relation's measures along up to two axes, drawn as one kind of chart
    Page       a tab of the report

From one declaration follow the query that readers are shown, the cube that filters act on in the browser, the chart and
the table. A figure in another place of the report is another entry, never another query.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Unit = Literal["count", "money", "share", "hours", "decimal"]
Kind = Literal["tile", "columns", "lines", "bars", "heat", "map", "dots", "table"]
AxisKind = Literal["month", "word", "number", "country", "weekday", "hour"]
FILTERS = ("country", "segment", "channel", "source")  # beside the period


@dataclass(frozen=True)
class Measure:
    """A sum or a count, or one of them `over` another, by their names. `about`: a metric's definition."""

    label: str
    sql: str = ""
    unit: Unit = "count"
    over: tuple[str, str] | None = None
    about: str = ""


@dataclass(frozen=True)
class Axis:
    """What the rows are grouped by."""

    name: str
    sql: str
    label: str
    kind: AxisKind = "word"


@dataclass(frozen=True)
class Relation:
    """Rows that are counted. `table` and `needs` must be published, else what is made of them says that it is empty.

    `filters`: the expression of each filter but the segment; `month` that of the period; `customer` the id of whom the
    rows are about, by which the segment filters, and whom `reach` counts.
    """

    table: str
    rows: str
    measures: Mapping[str, Measure]
    month: str | None = None
    filters: Mapping[str, str] = field(default_factory=dict)
    customer: str | None = None
    where: str | None = None
    needs: tuple[str, ...] = ()

    @property
    def time(self) -> str | None:
        """The column whose month the period filters."""
        return self.month and self.month.removeprefix("date_trunc('month', ").removesuffix(")::date")

    @property
    def obeys(self) -> tuple[str, ...]:
        """The filters that act on it."""
        named = {*self.filters, *(("segment",) if self.customer else ())}
        return tuple(name for name in FILTERS if name in named)


@dataclass(frozen=True)
class Figure:
    """A chart or a tile. Its metrics define it, and the published columns (table.column) that `about` names."""

    key: str
    title: str
    relation: str
    measures: tuple[str, ...]
    kind: Kind
    axes: tuple[Axis, ...] = ()
    about: tuple[str, ...] = ()
    note: str = ""
    empty: str = "No data"
    most: int = 12  # bars; what is beyond is put together
    in_order: bool = False  # by the axis, not by size
    is_wide: bool = False


@dataclass(frozen=True)
class Page:
    """A tab: its figures in their order; what the run itself tells stands in the template."""

    key: str
    title: str
    figures: tuple[Figure, ...]
