"""Brevo: whose statistics a night asks for, what is deleted there, and that of several openings the first is kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs

import numpy as np
import pytest

from crm360.connectors.engine.landing import Landing
from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.vendors.brevo.api import FIRST_CAMPAIGN, WRITTEN_TO
from crm360.connectors.systems import brevo
from tests.connectors.battery import Bench, bench

SYSTEM = "brevo"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path) as made:
        yield made


def test_pages_follow_the_offset_and_a_night_asks_for_what_was_modified(
    here: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(brevo, "CONTACTS", "20")
    here.pull(SYSTEM, "contacts")
    told = [parse_qs(call.query) for call in here.sandbox.log.entries("/brevo/v3/contacts")]
    assert [one["offset"] for one in told] == [[str(n * 20)] for n in range(len(told))] and len(told) > 5
    assert all(one["sort"] == ["asc"] for one in told) and here.differences(SYSTEM, "contacts") == {}
    here.company.go_to(1)
    cursor = here.landed(SYSTEM, "contacts").cursor_before
    since = parse_qs(here.sandbox.log.entries("/brevo/v3/contacts")[len(told)].query)["modifiedSince"][0]
    assert cursor is not None and datetime.fromisoformat(since).replace(tzinfo=None) <= cursor - timedelta(minutes=5)


def test_what_is_deleted_is_missed_in_the_number_of_all(here: Bench) -> None:
    here.pull(SYSTEM, "contacts")
    gone = next(r.id for r in here.company.truth().records(SYSTEM, "contacts") if not r.deleted)
    here.company.delete(SYSTEM, "contacts", gone, vanish=True)
    here.company.go_to(1)
    here.landed(SYSTEM, "contacts")
    assert here.differences(SYSTEM, "contacts") == {}
    assert gone not in Landing(here.landing).live_ids(SYSTEM, "contacts")


def test_a_night_in_which_nobody_was_deleted_reads_no_list_of_all(here: Bench) -> None:
    here.pull(SYSTEM, "contacts")
    before = len(here.sandbox.log.entries("/brevo/v3/contacts"))
    here.pull(SYSTEM, "contacts")
    told = [parse_qs(call.query) for call in here.sandbox.log.entries("/brevo/v3/contacts")[before:]]
    assert [("modifiedSince" in one, one["limit"]) for one in told] == [(True, ["1000"]), (False, ["1"])]


def test_statistics_are_asked_for_those_a_recent_campaign_went_to(here: Bench) -> None:
    assert [p.error for p in here.pull(SYSTEM).values()] == [None, None, None]
    contacts = dict(Landing(here.landing).live_records(SYSTEM, "contacts"))
    written_to = {i for i, r in contacts.items() if WRITTEN_TO in (*r["listIds"], *(r["listUnsubscribed"] or ()))}
    asked = here.sandbox.log.entries("*/campaignStats")
    assert {call.path.split("/")[-2] for call in asked} == written_to and 0 < len(written_to) < len(contacts)
    days = [datetime.fromisoformat(parse_qs(asked[0].query)[name][0]) for name in ("startDate", "endDate")]
    assert days[1] - days[0] == brevo.FIRST_NIGHT
    landed = dict(Landing(here.landing).live_records(SYSTEM, "statistics"))
    mailing, members = here.company.mailing, [int(i) for i in written_to]
    rows = [row for row in map(here.company.table(SYSTEM, "contacts").row_of, members) if row is not None]
    mine = np.flatnonzero(np.isin(mailing.traces["member"], rows))
    told = {(r["contactId"], r["campaignId"]) for r in landed.values()}
    campaigns = {int(c) + FIRST_CAMPAIGN for c in mailing.traces["campaign"][mine]}
    assert len(told) == len(mine) > 50 and {campaign for _, campaign in told} == campaigns


def test_of_several_openings_the_first_is_kept_and_no_address_of_a_machine(here: Bench) -> None:
    here.pull(SYSTEM)
    records = [record for _, record in Landing(here.landing).live_records(SYSTEM, "statistics")]
    opened = {(r["contactId"], r["campaignId"]): a["at"] for r in records for a in r["acts"] if a["kind"] == "opened"}
    assert len(opened) == sum(a["kind"] == "opened" for r in records for a in r["acts"]) > 20
    traces, table = here.company.mailing.traces, here.company.table(SYSTEM, "contacts")
    times = dict(
        zip(
            zip(table.ids(traces["member"]).tolist(), (traces["campaign"] + FIRST_CAMPAIGN).tolist(), strict=True),
            clock.iso_ms(traces["opened"]),
            strict=True,
        )
    )
    assert opened == {place: times[place] for place in opened}
    assert not any("ip" in act or "192.0.2" in str(act) for r in records for act in r["acts"])


def test_a_contact_that_is_deleted_while_statistics_are_read_stops_nothing(here: Bench) -> None:
    here.pull(SYSTEM, "campaigns", "contacts")
    landed = dict(Landing(here.landing).live_records(SYSTEM, "contacts"))
    gone = next(i for i, r in landed.items() if WRITTEN_TO in r["listIds"])
    here.company.delete(SYSTEM, "contacts", gone, vanish=True)
    result = here.pull(SYSTEM, "statistics")["statistics"]
    assert result.error is None and result.footer is not None and result.footer.landed > 0


@pytest.mark.parametrize("ids", [{"lists": [], "segments": [4]}, {"lists": [8]}])
def test_a_segment_may_hold_anybody_and_a_list_whom_it_holds(here: Bench, ids: dict[str, list[int]]) -> None:
    contacts = {"1": {"listIds": [8]}, "2": {"listIds": [], "listUnsubscribed": [8]}, "3": {"listIds": [9]}}
    lists, everybody = brevo.reached([ids])
    found = {i for i, r in contacts.items() if everybody or brevo.is_in(r, lists)}
    assert found == (set(contacts) if "segments" in ids else {"1", "2"})
