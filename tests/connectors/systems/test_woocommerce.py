"""WooCommerce: how each kind of deletion is seen, and what is asked in which words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from crm360.connectors.engine.landing import Landing
from crm360.connectors.sandbox.company.company import Company
from tests.connectors.battery import STREAMS, Bench, bench

SYSTEM = "woocommerce"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path) as made:
        yield made


def live(company: Company, stream: str) -> list[str]:
    return [r.id for r in company.truth().records(SYSTEM, stream) if not r.deleted]


@pytest.mark.parametrize(
    ("act", "reads_ids"),
    [
        (lambda c: c.delete(SYSTEM, "orders", live(c, "orders")[5]), False),
        (lambda c: c.delete(SYSTEM, "products", live(c, "products")[5]), False),
        (lambda c: c.delete(SYSTEM, "orders", live(c, "orders")[5], vanish=True), True),
        (lambda c: c.delete(SYSTEM, "refunds", live(c, "refunds")[5], vanish=True), True),
        (lambda c: c.delete(SYSTEM, "customers", live(c, "customers")[5], vanish=True), False),
    ],
    ids=["order in the bin", "product in the bin", "order gone", "refund gone", "customer gone"],
)
def test_deletions_are_seen(here: Bench, act: Callable[[Company], None], reads_ids: bool) -> None:
    here.pull(SYSTEM)
    act(here.company)
    here.sandbox.log.clear()
    here.pull(SYSTEM)
    assert {s: here.differences(v, s) for v, s in STREAMS if v == SYSTEM and here.differences(v, s)} == {}
    asked = [e.query for e in here.sandbox.log.entries("*/wc/v3/*") if "customers" not in e.path]
    assert any("_fields=id" in query and "per_page=100" in query for query in asked) is reads_ids


def test_times_are_asked_for_without_an_offset(here: Bench) -> None:
    here.pull(SYSTEM)
    here.company.go_to(1)
    here.sandbox.log.clear()
    here.pull(SYSTEM)
    asked = [parse_qs(e.query) for e in here.sandbox.log.entries("*/wc/v3/*")]
    times = [q[name][0] for q in asked for name in ("modified_after", "after", "before") if name in q]
    assert times and all(len(t) == len("2026-07-01T02:00:00") for t in times)
    assert all(q["dates_are_gmt"] == ["true"] for q in asked)


def test_a_refund_belongs_to_an_order_whose_short_form_says_the_same(here: Bench) -> None:
    here.pull(SYSTEM)
    landing = Landing(here.landing)
    orders = dict(landing.live_records(SYSTEM, "orders"))
    refunds = [r for _, r in landing.live_records(SYSTEM, "refunds")]
    told = {(r["parent_id"], f"-{r['amount']}") for r in refunds}
    assert {(o["id"], r["total"]) for o in orders.values() for r in o["refunds"]} == {
        (order, total) for order, total in told if str(order) in orders
    }
    assert len(refunds) > 10
