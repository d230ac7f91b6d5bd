"""The company by itself: the same for the same seed, a little different every night, and plausible."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import phonenumbers
import pytest

from crm360.connectors.sandbox import Company
from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.company.pipeline import LOST, WON
from crm360.connectors.sandbox.company.truth import TruthRecord
from crm360.connectors.sandbox.vendors.hubspot.api import written
from crm360.connectors.sandbox.vendors.hubspot.records import PROPERTIES
from crm360.connectors.sandbox.vendors.mailchimp import records as mailchimp_records
from crm360.connectors.sandbox.vendors.shopify import records as shopify_records
from crm360.connectors.sandbox.vendors.zendesk import records as zendesk_records

pytestmark = pytest.mark.night

STREAMS = Company(10).truth().streams()


def everything(company: Company) -> dict[tuple[str, str], list[TruthRecord]]:
    return {stream: company.truth().records(*stream) for stream in company.truth().streams()}


def test_same_seed_same_company() -> None:
    assert everything(Company(300, seed=3, day=2)) == everything(Company(300, seed=3, day=2))


def test_other_seed_other_company() -> None:
    assert everything(Company(300, seed=3)) != everything(Company(300, seed=4))


def test_nights_one_by_one_equal_nights_at_once() -> None:
    walked = Company(300)
    for day in (1, 2, 5):
        walked.go_to(day)
    assert everything(walked) == everything(Company(300, day=5))
    walked.go_to(2)
    assert everything(walked) == everything(Company(300, day=2))


@pytest.fixture(scope="module")
def nights() -> list[dict[tuple[str, str], dict[str, TruthRecord]]]:
    """The records by id on six mornings."""
    company, found = Company(1_500), []
    for day in range(6):
        company.go_to(day)
        found.append({stream: {r.id: r for r in records} for stream, records in everything(company).items()})
    return found


@pytest.mark.night
def test_only_what_changed_has_a_new_time(nights: list[dict[tuple[str, str], dict[str, TruthRecord]]]) -> None:
    for day, (before, after) in enumerate(pairwise(nights), 1):
        since, until = clock.naive(clock.horizon(day - 1)), clock.naive(clock.horizon(day))
        for stream in STREAMS:
            old, new = before[stream], after[stream]
            assert old.keys() <= new.keys()
            fresh = [r for r in new.values() if r.id not in old or r.changed_at != old[r.id].changed_at]
            # Merged HubSpot records begin with the time of the merge, whatever they were made of.
            late = timedelta(seconds=1)
            assert all(since - late < r.changed_at <= until for r in fresh), stream
            assert len(fresh) < len(new) * 0.1 + 5, stream


def test_every_night_brings_each_kind_of_change(
    nights: list[dict[tuple[str, str], dict[str, TruthRecord]]],
) -> None:
    for before, after in pairwise(nights):
        old, new = before["hubspot", "contacts"], after["hubspot", "contacts"]
        came = [r for r in new.values() if r.id not in old]
        merged = [r for r in new.values() if r.merged_into and not old[r.id].merged_into]
        archived = [r for r in new.values() if r.deleted and not r.merged_into and not r.vanished and r.id in old]
        changed = [r for r in new.values() if r.id in old and r.changed_at > old[r.id].changed_at]
        assert came
        assert merged
        assert changed
        assert [r for r in archived if not old[r.id].deleted]
        assert len(after["shopify", "orders"]) > len(before["shopify", "orders"])
    first, last = nights[0], nights[-1]
    for stream in (("shopify", "orders"), ("zendesk", "tickets"), ("mailchimp", "members")):
        assert sum(r.deleted for r in last[stream].values()) > 0
        assert len(last[stream]) > len(first[stream])
    assert any(r.vanished for r in last["mailchimp", "members"].values())


def test_merge_leads_to_a_live_record(nights: list[dict[tuple[str, str], dict[str, TruthRecord]]]) -> None:
    contacts = nights[-1]["hubspot", "contacts"]
    losers = [record for record in contacts.values() if record.merged_into]
    assert len(losers) > 5
    for loser in losers:
        winner = contacts[str(loser.merged_into)]
        assert winner.person == loser.person
        assert not winner.merged_into


def test_nothing_is_later_than_the_night() -> None:
    company = Company(500, day=2)
    for (system, stream), table in company.tables().items():
        assert table["changed"].max(initial=0) <= company.now, (system, stream)
        assert table["created"].max(initial=0) <= company.now
        assert (table["created"] <= table["changed"]).all(), (system, stream)


def test_shares_and_overlaps() -> None:
    people = Company(4_000).truth().people()
    held: dict[str, set[int]] = {}
    for (system, _), person in people.items():
        held.setdefault(system, set()).add(person)
    # A few have not joined yet: people come into a system up to four months after they met the company.
    expected = {"hubspot": (0.62, 0.72), "shopify": (0.47, 0.57), "mailchimp": (0.53, 0.62), "zendesk": (0.2, 0.27)}
    for system, (least, most) in expected.items():
        assert least < len(held[system]) / 4_000 < most, system
    assert len(held["hubspot"] & held["shopify"]) > 1_000
    assert len(held["hubspot"] & held["shopify"] & held["mailchimp"] & held["zendesk"]) > 150


def test_orders_make_a_good_report() -> None:
    company = Company(2_000)
    orders = company.shop.orders
    months = Counter(orders["created"].astype("datetime64[ms]").astype("datetime64[M]").astype(str).tolist())
    assert len(months) >= 24
    assert months["2026-05"] > 200
    assert months["2025-11"] > months["2025-09"]
    per_person = Counter(orders["person"].tolist())
    counts = Counter(min(n, 6) for n in per_person.values())
    assert counts[1] > 150
    assert counts[6] > 150
    stages = Counter(company.pipeline.deals["stage"].tolist())
    assert stages[WON] > 50
    assert stages[LOST] > 50
    assert len(company.mailing.campaigns()) >= 50


def test_no_two_live_records_of_a_system_share_an_address() -> None:
    company = Company(3_000, day=4)
    contacts = written(company, "contacts", company.pipeline.contacts.live(), [], [])
    emails = Counter(str(c["properties"]["email"]).lower() for c in contacts if c["properties"]["email"])
    assert [email for email, count in emails.items() if count > 1] == []
    members = company.mailing.emails(company.mailing.members.live())
    assert len({email.lower() for email in members}) == len(members)


def test_addresses_are_reserved_and_numbers_are_valid() -> None:
    company = Company(1_000)
    domains = {email.rsplit("@", 1)[1].lower() for email in company.mailing.emails(company.mailing.members.live())}
    reserved = ("example.com", "example.org", "example.net", ".example", ".test")
    assert all(domain.endswith(reserved) for domain in domains)
    people = company.people.written(np.arange(1_000))
    code = {"DE": 49, "FR": 33, "GB": 44, "US": 1}
    numbers = [phonenumbers.parse(f"+{code[p.country]}{p.phone}") for p in people]
    assert all(phonenumbers.is_valid_number(number) for number in numbers)
    assert len({(n.country_code, n.national_number) for n in numbers}) == len(numbers)


def test_errors_of_people_are_there() -> None:
    company = Company(3_000)
    contacts = company.pipeline.contacts
    rows = contacts.live()
    told = written(company, "contacts", rows, [], [])
    people = company.people.written(contacts["person"][rows].astype(np.int64))
    pairs = [(c["properties"], p) for c, p in zip(told, people, strict=True)]
    swapped = [p for c, p in pairs if c["firstname"] == p.last and c["lastname"] == p.first]
    other_first = [p for c, p in pairs if c["firstname"] not in (None, p.first, p.last)]
    old_mail = [p for c, p in pairs if c["email"] == p.old_email]
    assert len(swapped) > 10
    assert len(other_first) > 50
    assert len(old_mail) > 50


def test_a_million_is_only_columns() -> None:
    company = Company(100_000)
    taken = sum(column.nbytes for table in company.tables().values() for column in table.arrays.values())
    assert taken < 100_000 * 600
    assert len(company.shop.orders) > 150_000


def pages(company: Company) -> dict[tuple[str, str], dict[str, dict[str, Any]]]:
    """Every live record as its vendor writes it."""
    found: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
    for kind in ("contacts", "companies", "deals"):
        rows = company.table("hubspot", kind).live()
        found["hubspot", kind] = {r["id"]: r for r in written(company, kind, rows, PROPERTIES[kind], [])}
    for stream, write in (("customers", shopify_records.customers), ("orders", shopify_records.orders)):
        rows = company.table("shopify", stream).live()
        found["shopify", stream] = {r["id"]: r for r in write(company, rows)}
    for stream, records in (("users", zendesk_records.users), ("tickets", zendesk_records.tickets)):
        rows = company.table("zendesk", stream).live()
        found["zendesk", stream] = {str(r["id"]): r for r in records(company, rows)}
    rows = company.mailing.members.live()
    found["mailchimp", "members"] = {str(r["id"]): r for r in mailchimp_records.members_of(company, rows)}
    return found


def test_what_has_no_new_time_is_the_same() -> None:
    company = Company(800)
    before, times = pages(company), everything(company)
    changed = 0
    for day in (1, 2, 3, 4):
        company.go_to(day)
        after, later = pages(company), everything(company)
        for stream, records in after.items():
            old = {r.id: r.changed_at for r in times[stream]}
            new = {r.id: r.changed_at for r in later[stream]}
            for number, record in records.items():
                if number in before[stream] and old[number] == new[number]:
                    assert record == before[stream][number], (stream, number, day)
                elif number in before[stream]:
                    changed += record != before[stream][number]
        before, times = after, later
    assert changed > 50
