"""Recurring revenue: of the simulated company as it is in truth, and of a file's subscriptions by their versions."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.company.company import Company
from tests.company import NIGHTS, PEOPLE

from .conftest import Compiled, landed

pytestmark = pytest.mark.night

CENT = Decimal("0.01")
FIELDS = {
    "contact_id": "member", "plan": "tariff", "status": "state", "amount": "fee", "billing_interval": "every",
    "started_at": "since", "ended_at": "until",
}  # fmt: skip
MAPPINGS = [{"source": "club", "stream": "members", "entity": "subscriptions", "id": None, "fields": FIELDS}]


@pytest.fixture(scope="module")
def told(shaped: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(shaped), read_only=True) as con:
        yield con


def test_what_recurs_is_what_the_company_is_paid_for(told: duckdb.DuckDBPyConnection) -> None:
    """By record, in state and money: trials, pauses, late payers, discounts, weeks, years, tiers and what is billed by use."""
    company = Company(PEOPLE, seed=7, day=len(NIGHTS) - 1)
    subscribing, at = company.subscribing, clock.horizon(company.day)
    ids = [f"sub_{number}" for number in subscribing.subscriptions.ids(company.table("stripe", "subscriptions").live())]
    truth = {ids[row]: amount for row, amount in subscribing.brings(at).items()}
    rows = told.execute("select source_id, is_paying, monthly_revenue, state from marts.subscriptions").fetchall()
    assert {row[0] for row in rows} == set(ids) and {row[3] for row in rows} > {"active", "past due", "ended", "paused"}
    found = {source_id: revenue for source_id, is_paying, revenue, _ in rows if is_paying}
    assert found.keys() == truth.keys()
    assert {name for name, amount in truth.items() if amount is None} == {n for n, v in found.items() if v is None}
    off = {
        n: (v, float(truth[n] or 0))
        for n, v in found.items()
        if v is not None and abs(float(v) - float(truth[n] or 0)) > 0.005
    }
    assert off == {} and len(truth) > 30
    months = told.execute("select month, closing_mrr, expansion_mrr from marts.mrr_by_month order by 1").fetchall()
    assert months[-1][1] == sum(v for v in found.values() if v is not None)
    assert [m[2] for m in months[:-2]] == [None] * (len(months) - 2) and months[-1][2] is not None


def version(number: str, known: str, **record: Any) -> dict[str, Any]:
    told = {"member": "1", "tariff": "Gym", "state": None, "every": "Monat", "until": None, **record}
    return {**landed(number, told, source="club", changed_at=known, batch_id=known), "stream": "members"}


def test_a_files_subscriptions_move_by_their_versions(project: Compiled, tmp_path: Path) -> None:
    rows = [
        version("a", "2026-03-05", fee="10", since="2026-02-01"),
        version("a", "2026-05-05", fee="12", since="2026-02-01", state="aktiv"),
        version("a", "2026-06-05", fee="8", since="2026-02-01"),
        version("b", "2026-04-05", fee="120", since="2026-04-01", every="jährlich", member="2"),
        version("b", "2026-06-20", fee="120", since="2026-04-01", every="jährlich", member="2", until="2026-06-10"),
        version("c", "2026-06-01", fee="3", since="2026-06-01", every="alle Jubeljahre", member="3"),
    ]
    club = project.told(tmp_path, mappings=MAPPINGS)
    con = club.build(["mrr_by_month", "data_quality"], {"mapped.subscriptions": rows})
    asked = (
        "select month::text, opening_mrr::int, new_mrr::int, expansion_mrr::int, contraction_mrr::int, churned_mrr::int, "
        "closing_mrr::int, count_of_subscriptions_without_amount from marts.mrr_by_month order by 1"
    )
    assert con.execute(asked).fetchall() == [
        ("2026-02-01", 0, 10, None, None, 0, 10, 0),
        ("2026-03-01", 10, 0, 0, 0, 0, 10, 0),
        ("2026-04-01", 10, 10, 0, 0, 0, 20, 0),
        ("2026-05-01", 20, 0, 2, 0, 0, 22, 0),
        ("2026-06-01", 22, 0, 0, 4, 10, 8, 1),
        ("2026-07-01", 8, 0, 0, 0, 0, 8, 1),
    ]
    rule = "select count_of_records from marts.data_quality where rule like 'subscription that is paid for%'"
    assert con.execute(rule).fetchall() == [(1,)]


def test_a_subscription_without_a_start_is_what_its_source_says_and_new_in_no_month(
    project: Compiled, tmp_path: Path
) -> None:
    """On a day before it was first read, too: there it was scheduled."""
    rows = [
        version("known", "2026-03-05", fee="10", since="2026-05-01"),
        version("undated", "2026-06-10", fee="5", since=None, member="2", state="active"),
        version("over", "2026-06-10", fee="5", since=None, member="3", state="cancelled"),
        version("read later", "2026-08-20", fee="3", since=None, member="4", state="active"),
        version("over, read later", "2026-08-20", fee="3", since=None, member="5", state="cancelled"),
        version("a second one", "2026-06-12", fee="2", since=None, member="1", state="active"),
    ]  # the day that is told is 2026-07-01
    con = project.told(tmp_path, mappings=MAPPINGS).build(["mrr_by_month"], {"mapped.subscriptions": rows})
    told = "select source_id, state, started_at, paid_from is null, monthly_revenue::int from marts.subscriptions order by 1"
    states = {row[0]: row[1:] for row in con.execute(told).fetchall()}
    assert {name: row[0] for name, row in states.items()} == {
        "known": "active", "undated": "active", "over": "ended", "read later": "active", "over, read later": "ended",
        "a second one": "active",
    }  # fmt: skip
    assert states["undated"][1:] == (None, True, 5) and states["read later"][1:] == (None, True, 3)
    asked = (
        "select month::text, opening_mrr::int, undated_mrr::int, new_mrr::int, added_mrr::int, churned_mrr::int, "
        "closing_mrr::int, count_of_subscribers, count_of_undated_subscribers, count_of_new_subscribers "
        "from marts.mrr_by_month order by 1"
    )
    assert con.execute(asked).fetchall() == [
        ("2026-05-01", 0, 0, 10, 0, 0, 10, 1, 0, 1),
        ("2026-06-01", 10, 7, 0, 0, 0, 17, 2, 1, 0),
        ("2026-07-01", 17, 3, 0, 0, 0, 20, 3, 1, 0),
    ]
