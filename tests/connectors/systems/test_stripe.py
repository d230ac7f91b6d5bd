"""Stripe: changes come from events, each object is fetched once, and what events have forgotten is read anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from crm360.connectors.engine.landing import Landing
from crm360.connectors.sandbox.company import clock
from crm360.connectors.systems.stripe import STREAMS
from tests.connectors.battery import Bench, bench

SYSTEM = "stripe"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path) as made:
        yield made


def customers(here: Bench) -> list[str]:
    return [r.id for r in here.company.truth().records(SYSTEM, "customers") if not r.deleted]


def differences(here: Bench) -> dict[str, dict[str, set[str]]]:
    return {s.name: found for s in STREAMS if (found := here.differences(SYSTEM, s.name))}


def test_a_night_fetches_what_events_name_and_lists_nothing(here: Bench) -> None:
    here.pull(SYSTEM)
    here.company.go_to(1)
    changed = customers(here)[:3]
    for record_id in changed:
        here.company.touch(SYSTEM, "customers", record_id)
    here.sandbox.log.clear()
    footer = here.pull(SYSTEM, "customers")["customers"].footer
    assert footer is not None and footer.reading == "changes"
    asked = [e.path for e in here.sandbox.log.entries("*/customers/*")]
    assert set(asked) >= {f"/stripe/v1/customers/{i}" for i in changed}
    assert len(asked) == len(set(asked)) == footer.received, "each object is asked for once, and nothing else landed"
    assert here.differences(SYSTEM, "customers") == {}


def test_a_deleted_customer_is_told_by_its_event_and_never_landed_again(here: Bench) -> None:
    here.pull(SYSTEM)
    gone = customers(here)[4]
    here.company.touch(SYSTEM, "customers", gone)
    here.company.delete(SYSTEM, "customers", gone)
    here.pull(SYSTEM)
    assert differences(here) == {}
    assert gone not in Landing(here.landing).live_ids(SYSTEM, "customers")
    again = here.pull(SYSTEM)
    assert sum(p.footer.landed + p.footer.derived for p in again.values() if p.footer) == 0


def test_a_deleted_invoice_is_gone(here: Bench) -> None:
    here.pull(SYSTEM)
    gone = next(r.id for r in here.company.truth().records(SYSTEM, "invoices") if not r.deleted)
    here.company.delete(SYSTEM, "invoices", gone)
    here.pull(SYSTEM)
    assert differences(here) == {}


@pytest.mark.parametrize(("days", "reading"), [(20, "changes"), (40, "full")])
def test_a_cursor_older_than_the_events_means_a_full_read(here: Bench, days: int, reading: str) -> None:
    here.pull(SYSTEM)
    gone = customers(here)[7]
    here.company.delete(SYSTEM, "customers", gone, when=here.company.now + clock.DAY)
    here.company.go_to(days)
    here.sandbox.log.clear()
    footers = {name: p.footer for name, p in here.pull(SYSTEM).items()}
    assert {f.reading for f in footers.values() if f} == {reading}
    oldest = clock.naive(here.company.now) - timedelta(days=30)
    for entry in here.sandbox.log.entries("*/events"):
        since = dict(pair.split("=") for pair in entry.query.split("&"))["created%5Bgte%5D"]
        assert clock.naive(int(since) * clock.SECOND) >= oldest
    assert differences(here) == {}


def test_every_request_names_the_version_of_the_api(here: Bench) -> None:
    connector = here.source(SYSTEM).connector
    assert connector.auth is not None
    made = connector.auth(here.source(SYSTEM).settings, {"token": "a-token"})
    assert made.headers == {"Authorization": "Bearer a-token", "Stripe-Version": "2024-06-20"}


def test_an_invoice_has_all_its_lines_in_the_first_night_and_the_next(here: Bench) -> None:
    def lines() -> dict[str, int]:
        records = Landing(here.landing).live_records(SYSTEM, "invoices")
        return {i: len({line["id"] for line in record["lines"]["data"]}) for i, record in records}

    here.pull(SYSTEM, "invoices")
    first = lines()
    assert set(first.values()) == {2, 23}
    assert here.sandbox.log.entries("*/lines"), "the sandbox shows ten in one answer"
    long = [i for i, count in first.items() if count == 23][:2]
    for record_id in long:
        here.company.touch(SYSTEM, "invoices", record_id)
    footer = here.pull(SYSTEM, "invoices")["invoices"].footer
    assert footer is not None and footer.reading == "changes" and footer.landed == 2
    assert lines() == first and here.differences(SYSTEM, "invoices") == {}


def test_subscriptions_come_whole_those_that_ended_too(here: Bench) -> None:
    """The list leaves out what ended, tells discounts as ids, and shows ten items, unless it is asked for more."""
    footer = here.pull(SYSTEM, "subscriptions")["subscriptions"].footer
    assert footer is not None and footer.reading == "full" and here.differences(SYSTEM, "subscriptions") == {}
    landed = dict(Landing(here.landing).live_records(SYSTEM, "subscriptions"))
    assert {r["status"] for r in landed.values()} >= {"active", "canceled"}
    assert {len(r["items"]["data"]) for r in landed.values()} >= {1, 12}
    assert {type(one) for r in landed.values() for one in r["discounts"]} == {dict}


def test_a_subscription_that_is_cancelled_is_told_by_its_event_and_stays(here: Bench) -> None:
    told = here.company.subscribing
    ends = told.events(told.subscriptions["number"])["ended"]
    row = int(np.argmin(np.where(ends > here.company.now, ends, np.iinfo(np.int64).max)))
    its_id, day = f"sub_{told.subscriptions.ids(np.array([row]))[0]}", int((ends[row] - clock.FIRST_NIGHT) // clock.DAY)
    here.company.go_to(day)
    here.pull(SYSTEM, "subscriptions")
    landing = Landing(here.landing)
    assert dict(landing.live_records(SYSTEM, "subscriptions"))[its_id]["status"] != "canceled"
    here.company.go_to(day + 2)
    here.sandbox.log.clear()
    footer = here.pull(SYSTEM, "subscriptions")["subscriptions"].footer
    assert footer is not None and footer.reading == "changes" and here.differences(SYSTEM, "subscriptions") == {}
    assert here.sandbox.log.entries(f"*/subscriptions/{its_id}")
    assert dict(landing.live_records(SYSTEM, "subscriptions"))[its_id]["status"] == "canceled"
