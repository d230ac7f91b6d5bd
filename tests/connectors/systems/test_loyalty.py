"""Smile.io and LoyaltyLion: balances are what the ledger comes to, and what has been booked stays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm360.connectors.engine.landing import Landing
from crm360.connectors.engine.request import Reply
from crm360.connectors.systems import smile
from tests.connectors.battery import Bench, bench

SYSTEMS = [("smile", "points_transactions"), ("loyaltylion", "transactions")]


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path) as made:
        yield made


@pytest.mark.parametrize(("system", "ledger"), SYSTEMS)
def test_each_balance_is_the_sum_of_its_bookings_on_the_second_night_too(here: Bench, system: str, ledger: str) -> None:
    for day in (0, 1):
        here.company.go_to(day)
        assert [str(p.error) for p in here.pull(system).values() if p.error] == []
        landing, sums = Landing(here.landing), defaultdict[str, int](int)
        for _, one in landing.live_records(system, ledger):
            whose = one["customer_id"] if system == "smile" else one["customer"]["id"]
            sums[str(whose)] += one["points_change"] if system == "smile" else one["points_approved"]
        balance = "points_balance" if system == "smile" else "points_approved"
        held = {i: record[balance] for i, record in landing.live_records(system, "customers")}
        assert sum(map(bool, held.values())) > 50
        assert {i: points for i, points in held.items() if points != sums[i]} == {}


@pytest.mark.parametrize(("system", "ledger"), SYSTEMS)
def test_a_booking_stays_when_its_order_is_gone_and_a_night_asks_for_new_ones_only(
    here: Bench, system: str, ledger: str
) -> None:
    here.pull(system)
    before = Landing(here.landing).live_ids(system, ledger)
    order = next(r.id for r in here.company.truth().records("shopify", "orders") if not r.deleted)
    here.company.delete("shopify", "orders", order)
    here.company.go_to(1)
    footer = here.pull(system)[ledger].footer
    assert footer is not None and footer.reading == "changes" and footer.received < len(before) / 4
    assert before <= Landing(here.landing).live_ids(system, ledger)


def test_a_refusal_without_a_time_is_for_a_second() -> None:
    assert smile.throttled(Reply(429, {}, b"")) == 1.0
    assert smile.throttled(Reply(429, {"retry-after": "3"}, b"")) is None
    assert smile.throttled(Reply(200, {}, b"")) is None
