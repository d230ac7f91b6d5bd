"""The page itself: figures, charts and tables put into the template, with a policy that lets nothing run or load."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from markupsafe import Markup

from expectations.results import SuiteResult
from orchestration.facts import RunFacts
from orchestration.report import charts, customers, figures, text
from orchestration.report.charts import Point
from orchestration.report.style import rendered


@dataclass(frozen=True)
class Chart:
    """A chart, or the reason why there is none, and the same data as a table."""

    title: str
    note: str
    drawings: tuple[Markup, ...]
    headings: tuple[str, ...]
    table: tuple[tuple[str, ...], ...]


def build(published_duckdb: Path, run: RunFacts, audits: Sequence[SuiteResult]) -> str:
    """Return the report on one published database as one HTML document, without script or outside address.

    The same database and facts give the same bytes. Raises duckdb.Error when a published table lacks a column.
    """
    found = figures.read(published_duckdb, run.as_of)
    return rendered(
        "page.html.j2",
        run=run,
        audits=audits,
        checks=sum(len(suite.checks) for suite in audits),
        tiles=_tiles(found),
        charts=[_revenue(found, run.as_of), _segments(found), _funnel(found), _service(found)],
        cohorts=customers.cohorts(found.all("cohorts")),
        regions=found.all("regions"),
        campaigns=found.all("campaigns"),
        held_back=found.all("held_back"),
        doubtful=found.one("doubtful").get("pairs") or 0,
    )


def _tiles(found: figures.Figures) -> list[tuple[str, str, str]]:
    """Return the key figures: label, value, remark."""
    customers = found.one("customers").get("customers")
    records = found.one("identities").get("records")
    revenue, service, funnel = found.one("revenue"), found.one("service"), found.one("funnel")
    year, orders, currency = revenue.get("year"), revenue.get("orders") or 0, revenue.get("currency") or ""
    before = revenue.get("year_before") if revenue.get("has_year_before") else None
    change = f"{(year - before) / before:+.0%}".replace("%", " %").replace("-", "−") if year and before else ""
    held = sum(row["records"] for row in found.all("held_back"))
    opened = funnel["opened"] / funnel["delivered"] if funnel.get("delivered") else None
    return [
        ("Customers", text.count(customers), f"from {text.count(records)} records in the sources"),
        (
            "Net revenue, 12 months",
            text.money(year, currency) if orders else "–",
            f"{change} on the 12 months before" if change else "no full year before to compare with",
        ),
        (
            "Orders, 12 months",
            text.count(orders) if revenue.get("currency") else "–",
            f"{text.money(year / orders, currency)} each on average" if orders and year is not None else "none",
        ),
        (
            "E-mails opened",
            text.percent(opened),
            f"of those delivered, {text.count(funnel.get('campaigns'))} campaigns",
        ),
        ("Open tickets", text.count(service.get("open")), f"{text.percent(service.get('satisfied'))} of ratings good"),
        ("Records held back", text.count(held), "see below for the rules" if held else "none"),
    ]


def _revenue(found: figures.Figures, as_of: date) -> Chart:
    rows = found.all("months")
    points = [
        Point(
            f"{row['month']:%B %Y}",
            row["net_revenue"],
            text.money(row["net_revenue"], row["currency"]),
            _tick(row["month"], index, len(rows)),
        )
        for index, row in enumerate(rows)
    ]
    return _chart(
        "Net revenue by month",
        f"24 months to {text.day(as_of)}, in the base currency, by the month of the order (UTC)",
        "No orders: no source of orders is set up, or none has sent any.",
        ("Month", "Net revenue"),
        points,
        lambda: (charts.columns(points, "Net revenue by month", _range(points)),),
    )


def _segments(found: figures.Figures) -> Chart:
    points = [Point(row["segment"], row["customers"], text.count(row["customers"])) for row in found.all("segments")]
    return _chart(
        "Customers by segment",
        "A customer can be in several segments",
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
        lambda: (charts.bars(points, "Campaign funnel", _listed(points)),),
    )


def _service(found: figures.Figures) -> Chart:
    rows = found.all("tickets")
    ticks = [_tick(row["month"], index, len(rows)) for index, row in enumerate(rows)]
    reply, solve = (
        [
            Point(f"{row['month']:%B %Y}", row[field], text.hours(row[field]), tick)
            for row, tick in zip(rows, ticks, strict=True)
        ]
        for field in ("first_reply", "resolution")
    )
    chart = _chart(
        "Ticket handling by month",
        "Median hours by the month of opening: above to the first reply, below to solved",
        "No tickets: no service desk is set up, or it has sent none.",
        ("Month", "First reply", "Solved"),
        reply,
        lambda: (
            charts.columns(reply, "Median hours to the first reply", _range(reply), 125, _axis_hours),
            charts.columns(solve, "Median hours to solved", _range(solve), 125, _axis_hours),
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


def _tick(month: date, index: int, months: int) -> str:
    """Name every month of a short axis, and every third of a long one, January by its year."""
    if months > 8 and month.month % 3 != 1:
        return ""
    return f"{month:%Y}" if month.month == 1 else f"{month:%b}"


def _range(points: Sequence[Point]) -> str:
    """Say a chart over time in words: from where to where, the least and the most."""
    known = [point for point in points if point.value is not None]
    if not known:
        return "no values"
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
