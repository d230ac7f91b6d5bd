"""Freshdesk: the ceiling of pages is never met, and each kind of deletion is seen, some of them within a week."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from crm360.connectors.engine.errors import BadResponse
from crm360.connectors.engine.landing import Landing
from crm360.connectors.sandbox.company.company import Company
from crm360.connectors.sandbox.vendors.freshdesk import api as freshdesk
from crm360.connectors.systems.freshdesk import STREAMS
from tests.connectors.battery import Bench, bench

SYSTEM = "freshdesk"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path) as made:
        yield made


def live(company: Company, stream: str) -> list[str]:
    return [r.id for r in company.truth().records(SYSTEM, stream) if not r.deleted]


def differences(here: Bench) -> dict[str, dict[str, set[str]]]:
    return {s.name: found for s in STREAMS if (found := here.differences(SYSTEM, s.name))}


@pytest.mark.parametrize(
    "act",
    [
        lambda c: c.delete(SYSTEM, "tickets", live(c, "tickets")[3]),
        lambda c: c.delete(SYSTEM, "contacts", live(c, "contacts")[3]),
        lambda c: c.delete(SYSTEM, "companies", live(c, "companies")[3]),
    ],
    ids=["ticket in the bin", "contact in the bin", "company gone"],
)
def test_deletions_are_seen_the_same_night(here: Bench, act: Callable[[Company], None]) -> None:
    here.pull(SYSTEM)
    act(here.company)
    here.pull(SYSTEM)
    assert differences(here) == {}


def test_a_contact_that_was_forgotten_is_missed_within_a_week(here: Bench) -> None:
    here.pull(SYSTEM)
    gone = live(here.company, "contacts")[3]
    here.company.delete(SYSTEM, "contacts", gone, vanish=True)
    here.company.go_to(1)
    here.pull(SYSTEM)
    assert here.differences(SYSTEM, "contacts") == {"extra": {gone}}
    here.company.go_to(8)
    here.pull(SYSTEM)
    assert differences(here) == {}


def test_what_left_the_bin_while_nobody_looked_is_found_by_a_full_read(here: Bench) -> None:
    here.pull(SYSTEM)
    for stream in ("tickets", "contacts"):
        here.company.delete(SYSTEM, stream, live(here.company, stream)[3], vanish=True)
    here.company.go_to(31)
    assert {p.footer.reading for p in here.pull(SYSTEM, "tickets", "contacts").values() if p.footer} == {"full"}
    assert here.differences(SYSTEM, "tickets") == here.differences(SYSTEM, "contacts") == {}


def test_more_tickets_than_the_ceiling_permits_are_all_there(here: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freshdesk, "MOST_ON_A_PAGE", 100)
    monkeypatch.setattr(freshdesk, "MOST_PAGES", 1)
    footer = here.landed(SYSTEM, "tickets")
    assert footer.pages > 2 and here.differences(SYSTEM, "tickets") == {}


def test_more_tickets_of_one_moment_than_the_ceiling_permits_fail_the_stream(
    here: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freshdesk, "MOST_PAGES", 1)
    here.company.share_timestamp(SYSTEM, "tickets", 150, datetime(2026, 6, 30, 1))
    with pytest.raises(BadResponse):
        here.landed(SYSTEM, "tickets")
    assert Landing(here.landing).newest(SYSTEM, "tickets") is None


def test_old_tickets_are_asked_for_too(here: Bench) -> None:
    here.pull(SYSTEM, "tickets")
    asked = [e.query for e in here.sandbox.log.entries("*/tickets")]
    assert asked and all("updated_since=" in query for query in asked)
    assert min(r["created_at"] for _, r in Landing(here.landing).live_records(SYSTEM, "tickets")) < "2026-01-01"
