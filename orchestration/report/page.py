"""The page itself: figures, charts and tables put into the template, with a policy that lets nothing run or load."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from crm360.expectations.results import SuiteResult
from crm360.orchestration.report import cards, customers, figures, text
from crm360.orchestration.report.style import rendered
from crm360.orchestration.run.facts import RunFacts


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
        charts=cards.all_of(found, run.as_of),
        cohorts=customers.cohorts(found.all("cohorts")),
        regions=found.all("regions"),
        campaigns=found.all("campaigns"),
        held_back=found.all("held_back"),
        anomalies=found.all("anomalies"),
        doubtful=_doubtful(found),
    )


def _doubtful(found: figures.Figures) -> list[tuple[int, str]]:
    """Return how many pairs wait in each review queue that has one, in words."""
    queues = {"doubtful": "of people", "doubtful_companies": "of companies"}
    waiting = [(found.one(name).get("pairs") or 0, words) for name, words in queues.items()]
    return [(pairs, f"{'pair' if pairs == 1 else 'pairs'} {words}") for pairs, words in waiting if pairs]


def _tiles(found: figures.Figures) -> list[tuple[str, str, str]]:
    """Return the key figures: label, value, remark."""
    customers = found.one("customers").get("customers")
    records = found.one("identities").get("records")
    revenue, service, funnel = found.one("revenue"), found.one("service"), found.one("funnel")
    year, orders, currency = revenue.get("year"), revenue.get("orders") or 0, revenue.get("currency") or ""
    before = revenue.get("year_before") if revenue.get("has_year_before") else None
    change = f"{(year - before) / before:+.0%}".replace("%", " %").replace("-", "−") if year and before else ""
    missing = revenue.get("unmeasured")
    unmeasured = f"; {text.count(missing)} purchases are without an amount" if missing else ""
    held = sum(row["records"] for row in found.all("held_back"))
    opened = funnel["opened"] / funnel["delivered"] if funnel.get("delivered") else None
    good = service.get("satisfied")
    return [
        ("Customers", text.count(customers), f"from {text.count(records)} records in the sources"),
        (
            "Net revenue, 365 days",
            text.money(year, currency) if orders else "–",
            (f"{change} on the 365 days before" if change else "no full year before to compare with") + unmeasured,
        ),
        (
            "Purchases, 365 days",
            text.count(orders) if revenue.get("currency") else "–",
            f"{text.money(year / orders, currency)} each on average" if orders and year is not None else "none",
        ),
        (
            "E-mails opened",
            text.percent(opened),
            f"of those delivered, {text.count(funnel['campaigns'])} campaigns"
            if opened is not None
            else "none was sent",
        ),
        (
            "Open tickets",
            text.count(service.get("open")),
            f"{text.percent(good)} of ratings good" if good is not None else "no ratings",
        ),
        ("Records held back", text.count(held), "see below for the rules" if held else "none"),
    ]
