"""The page's charts, each with its words and the same data as a table; two that stand side by side are equally high."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from crm360.orchestration.report import charts, figures, text
from crm360.orchestration.report.charts import Point

HALF = 129  # the height of one of two charts in a card; the chart beside them has that of both


@dataclass(frozen=True)
class Chart:
    """A chart, or the reason why there is none, and the same data as a table."""

    title: str
    note: str
    drawings: tuple[Markup, ...]
    headings: tuple[str, ...]
    table: tuple[tuple[str, ...], ...]


def all_of(found: figures.Figures, as_of: date) -> list[Chart]:
    """Return the charts in the page's order, two a row."""
    segments = [Point(row["segment"], row["customers"], text.count(row["customers"])) for row in found.all("segments")]
    return [_revenue(found, as_of, segments), _segments(segments), _funnel(found), _service(found)]


def _revenue(found: figures.Figures, as_of: date, beside: Sequence[Point]) -> Chart:
    """The revenue; as high as the chart of the points that stands beside it."""
    rows = found.all("months")
    points = [
        _month(row, index, len(rows), row["net_revenue"], text.money(row["net_revenue"], row["currency"]))
        for index, row in enumerate(rows)
    ]
    height = min(max(charts.height_of_bars(beside), 210), 380)
    return _chart(
        "Net revenue by month",
        f"{len(points)} months to {text.day(as_of)}, by the month of the order (UTC){_unfinished(points)}",
        "No orders: no source of orders is set up, or none has sent any.",
        ("Month", "Net revenue"),
        points,
        lambda: (charts.columns(points, "Net revenue by month", _range(points), height),),
    )


def _segments(points: list[Point]) -> Chart:
    return _chart(
        "Customers by segment",
        "By type of customer; a customer can be in several segments",
        "No customer is in a segment.",
        ("Segment", "Customers"),
        points,
        lambda: (charts.bars(points, "Customers by segment", _listed(points)),),
    )


def _funnel(found: figures.Figures) -> Chart:
    row = found.one("funnel")
    sent = row.get("sent") or 0
    steps = (
        ("Sent", "sent"),
        ("Delivered", "delivered"),
        ("Opened", "opened"),
        ("Clicked", "clicked"),
        ("Orders that followed", "orders"),
    )
    points = (
        [
            Point(name, row[field] or 0, f"{text.count(row[field] or 0)} · {text.percent((row[field] or 0) / sent)}")
            for name, field in steps
        ]
        if sent
        else []
    )
    return _chart(
        "Campaign funnel",
        "All campaigns; a reader who opens ten times counts once a campaign",
        "No campaign has been sent.",
        ("Step", "Messages · share of sent"),
        points,
        lambda: (charts.bars(points, "Campaign funnel", _listed(points), 2 * HALF),),
    )


def _service(found: figures.Figures) -> Chart:
    rows = found.all("tickets")
    reply, solve = (
        [_month(row, index, len(rows), row[field], text.hours(row[field])) for index, row in enumerate(rows)]
        for field in ("first_reply", "resolution")
    )
    chart = _chart(
        "Ticket handling by month",
        f"Median by the month of opening: above to the first reply, below to solved{_unfinished(reply)}",
        "No tickets: no service desk is set up, or it has sent none.",
        ("Month", "First reply", "Solved"),
        reply,
        lambda: (
            charts.columns(reply, "Median hours to the first reply", _range(reply), HALF, _axis_hours),
            charts.columns(solve, "Median hours to solved", _range(solve), HALF, _axis_hours),
        ),
    )
    table = tuple((one.name, one.shown, other.shown) for one, other in zip(reply, solve, strict=True))
    return Chart(chart.title, chart.note, chart.drawings, chart.headings, table)


def _chart(
    title: str,
    note: str,
    empty: str,
    headings: tuple[str, ...],
    points: Sequence[Point],
    draw: Callable[[], tuple[Markup, ...]],
) -> Chart:
    if not points:
        return Chart(title, empty, (), headings, ())
    return Chart(title, note, draw(), headings, tuple((point.name, point.shown) for point in points))


def _month(row: figures.Row, index: int, months: int, value: float | None, shown: str) -> Point:
    """One month of a chart over time; one that is not over says so by its name."""
    name = f"{row['month']:%B %Y}" if row["is_over"] else f"{row['month']:%B %Y}, not over"
    return Point(name, value, shown, _tick(row["month"], index, months), not row["is_over"])


def _unfinished(points: Sequence[Point]) -> str:
    """What to say of the months that are not over."""
    running = [point.name.partition(",")[0] for point in points if point.is_running]
    return f"; {' and '.join(running)} is not over" if running else ""


def _tick(month: date, index: int, months: int) -> str:
    """Name every month of a short axis, and every third of a long one, January by its year."""
    if months > 8 and month.month % 3 != 1:
        return ""
    return f"{month:%Y}" if month.month == 1 else f"{month:%b}"


def _range(points: Sequence[Point]) -> str:
    """Say a chart over time in words: from where to where, the least and the most of what is over."""
    known = [point for point in points if point.value is not None and not point.is_running]
    if not known:
        return "no month is over" if points else "no values"
    least, most = min(known, key=_value), max(known, key=_value)
    return (
        f"{len(points)} months from {points[0].name} to {points[-1].name}. "
        f"Least {least.shown} in {least.name}, most {most.shown} in {most.name}"
    )


def _value(point: Point) -> float:
    return point.value or 0.0


def _listed(points: Sequence[Point]) -> str:
    return "; ".join(f"{text.plain(point.name, 40)}: {point.shown}" for point in points)


def _axis_hours(value: float) -> str:
    return f"{value:g} h"
