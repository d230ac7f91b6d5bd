"""What is Salesforce's own: the quota, the instance, the recycle bin, converted leads, rotated tokens, wide objects."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import crm360.connectors.engine.sync
import crm360.connectors.sandbox.vendors.salesforce.api
import crm360.connectors.systems.salesforce
from crm360.connectors.engine.errors import AccessDenied, AuthError, BadResponse, RateLimited, SourceError
from crm360.connectors.engine.landing import Landing
from crm360.connectors.engine.page import Page
from crm360.connectors.engine.pagination import KeysetInQuery
from crm360.connectors.engine.request import Reply, Request
from crm360.connectors.sandbox import Company, running
from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.server.reply import Refused
from crm360.connectors.sandbox.vendors.salesforce.fake import SECRETS
from crm360.connectors.sandbox.vendors.salesforce.soql import Query
from crm360.connectors.systems.salesforce import OPTIONAL, SKIPPED, throttled
from tests.connectors.battery import Bench, bench


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path) as made:
        yield made


def page(done: bool, *ids: str) -> Page:
    return Page(json.dumps({"done": done, "records": [{"Id": i} for i in ids]}).encode(), "records")


@pytest.mark.parametrize(
    ("query", "answer", "following"),
    [
        ("SELECT Id FROM X ORDER BY Id LIMIT 2", page(True, "a1", "a2"), "SELECT Id FROM X WHERE Id > 'a2' ORDER BY Id LIMIT 2"),
        ("SELECT Id FROM X WHERE S >= 1 ORDER BY Id LIMIT 2", page(True, "a1", "a2"), "SELECT Id FROM X WHERE S >= 1 AND Id > 'a2' ORDER BY Id LIMIT 2"),
        ("SELECT Id FROM X WHERE Id > 'a2' ORDER BY Id LIMIT 2", page(True, "a3", "a4"), "SELECT Id FROM X WHERE Id > 'a4' ORDER BY Id LIMIT 2"),
        ("SELECT Id FROM X WHERE S >= 1 AND Id > 'a2' ORDER BY Id LIMIT 9", page(False, "a3"), "SELECT Id FROM X WHERE S >= 1 AND Id > 'a3' ORDER BY Id LIMIT 9"),
        ("SELECT Id FROM X ORDER BY Id LIMIT 2", page(True, "a1"), None),
        ("SELECT Id FROM X ORDER BY Id LIMIT 2", page(True), None),
    ],
)  # fmt: skip
def test_the_next_query_goes_on_after_the_last_id(query: str, answer: Page, following: str | None) -> None:
    found = KeysetInQuery(int(query.rsplit(" ", 1)[1])).next(Request("/q", {"q": query}), answer)
    assert (found and found.params["q"]) == following


@pytest.mark.parametrize("answer", [page(False), page(False, "a' OR Id > '"), Page(b'{"records":[]}', "records")])
def test_a_page_that_does_not_say_how_to_go_on_is_refused(answer: Page) -> None:
    with pytest.raises(SourceError):
        KeysetInQuery(2).next(Request("/q", {"q": "SELECT Id FROM X ORDER BY Id LIMIT 2"}), answer)


@pytest.mark.parametrize(
    ("status", "usage", "body", "stops"),
    [
        (200, "api-usage=79999/100000", b"{}", False),
        (200, "api-usage=80000/100000; per-app-api-usage=1/2(appName=x)", b"{}", True),
        (200, "", b"{}", False),
        (403, "", b'[{"errorCode":"REQUEST_LIMIT_EXCEEDED"}]', True),
        (403, "", b'[{"errorCode":"INSUFFICIENT_ACCESS"}]', False),
    ],
)
def test_the_quota_leaves_head_room(status: int, usage: str, body: bytes, stops: bool) -> None:
    reply = Reply(status, {"sforce-limit-info": usage}, body)
    if not stops:
        return throttled(reply)
    with pytest.raises(RateLimited):
        throttled(reply)
    return None


def test_a_used_up_quota_ends_the_stream_cleanly_and_the_next_night_goes_on(here: Bench) -> None:
    body = '[{"message":"TotalRequests Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]'
    here.sandbox.faults.add("status", path="*/queryAll", status=403, body=body, times=None)
    error = here.pull("salesforce", "contacts")["contacts"].error
    assert isinstance(error, RateLimited) and Landing(here.landing).newest("salesforce", "contacts") is None
    here.sandbox.faults.clear()
    here.landed("salesforce", "contacts")
    assert here.differences("salesforce", "contacts") == {}


def test_a_login_that_leads_to_another_instance_is_refused(here: Bench) -> None:
    source = here.source("salesforce")
    settings = {**source.settings, "token_file": str(here.landing / "x.json")}
    auth = crm360.connectors.systems.salesforce.auth(
        {**settings, "base_url": "http://127.0.0.1:1/x"}, {"client_secret": "s"}
    )
    accept = auth.refresh.args[0].accept  # type: ignore[union-attr]
    with pytest.raises(AuthError, match="another instance"):
        accept({"instance_url": "http://127.0.0.1.evil.test:1/"})
    accept({"instance_url": "http://127.0.0.1:1/"})


def test_a_refresh_token_that_rotates_serves_two_nights(here: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM360_SALESFORCE_REFRESH_TOKEN", SECRETS["refresh_token"])
    for expected in ("+", "++"):
        assert here.pull("salesforce", "users")["users"].error is None
        kept = json.loads((here.landing.parent / "tokens" / "salesforce.json").read_text())
        assert kept["refresh_token"] == SECRETS["refresh_token"] + expected


def test_what_left_the_recycle_bin_is_found_by_counting(here: Bench) -> None:
    here.landed("salesforce", "contacts")
    victim = next(r.id for r in here.company.truth().records("salesforce", "contacts") if not r.deleted)
    here.company.delete("salesforce", "contacts", victim, vanish=True)
    here.company.go_to(1)
    here.sandbox.log.clear()
    here.landed("salesforce", "contacts")
    assert here.differences("salesforce", "contacts") == {}
    assert [e for e in here.sandbox.log.entries("*/query") if "SELECT+Id+FROM" in e.query]


def test_the_recycle_bin_is_emptied_after_fifteen_days_and_a_late_night_still_notices(here: Bench) -> None:
    here.landed("salesforce", "contacts")
    victim = next(r.id for r in here.company.truth().records("salesforce", "contacts") if not r.deleted)
    here.company.delete("salesforce", "contacts", victim)
    here.company.go_to(20)
    here.landed("salesforce", "contacts")
    assert here.differences("salesforce", "contacts") == {}


def test_an_object_with_too_many_fields_is_asked_for_as_a_whole(here: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crm360.connectors.systems.salesforce, "LONGEST_QUERY", 100)
    footer = here.landed("salesforce", "contacts")
    assert footer.pages >= 2 and here.differences("salesforce", "contacts") == {}
    record = next(Landing(here.landing).live_records("salesforce", "contacts"))[1]
    assert {"Languages__c", "MailingStreet", "SystemModstamp"} <= set(record)


def test_a_merge_names_its_winner(here: Bench) -> None:
    here.landed("salesforce", "contacts")
    first, second = [r.id for r in here.company.truth().records("hubspot", "contacts") if not r.deleted][:2]
    here.company.merge("contacts", first, second, keep_winner=True)
    here.company.go_to(1)
    here.landed("salesforce", "contacts")
    merged = {r.id: r.merged_into for r in here.company.truth().records("salesforce", "contacts") if r.merged_into}
    sql = "select record_id, merged_into from ({newest}) where merged_into is not null"
    found = dict(Landing(here.landing).query("salesforce", "contacts", sql))
    new = {k: v for k, v in merged.items() if k in found}
    assert found == new and found


def test_history_follows_the_stages_and_members_their_campaigns(here: Bench) -> None:
    for day in (0, 3):
        here.company.go_to(day)
        assert {s: str(p.error) for s, p in here.pull("salesforce").items() if p.error} == {}
    landing = Landing(here.landing)
    stages = [r for _, r in landing.live_records("salesforce", "opportunity_history")]
    deals = dict(landing.live_records("salesforce", "opportunities"))
    assert {s["OpportunityId"] for s in stages} == set(deals)
    newest = {s["OpportunityId"]: s["StageName"] for s in sorted(stages, key=lambda s: (s["CreatedDate"], s["Id"]))}
    assert newest == {key: deal["StageName"] for key, deal in deals.items()}
    assert len(landing.live_ids("salesforce", "campaigns")) == len(here.company.mailing.campaigns())
    assert len(landing.live_ids("salesforce", "users")) == 7
    assert clock.naive(here.company.now) > landing.newest("salesforce", "tasks").cursor_after  # type: ignore[union-attr,operator]


def test_a_query_that_takes_too_long_is_asked_for_in_halves(here: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    most = 60
    real = crm360.connectors.sandbox.vendors.salesforce.api.soql.places

    def places(asked: Query, *rest: Any) -> Any:
        found = real(asked, *rest)
        if len(found) > most and not asked.counts and asked.fields != ["Id"]:
            raise Refused(400, "QUERY_TIMEOUT: Your query request was running for too long.")
        return found

    monkeypatch.setattr(crm360.connectors.sandbox.vendors.salesforce.api.soql, "places", places)
    for day in (0, 4):
        here.company.go_to(day)
        footer = here.landed("salesforce", "contacts")
        assert here.differences("salesforce", "contacts") == {}
    assert footer.reading == "changes"
    here.company.share_timestamp("salesforce", "contacts", most + 10, datetime(2026, 7, 5, 1))
    here.company.go_to(5)
    error = here.pull("salesforce", "contacts")["contacts"].error
    assert isinstance(error, BadResponse), "a moment can't be halved"


def test_a_reading_in_halves_that_is_killed_goes_on_with_all_that_is_left(
    here: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crm360.connectors.engine.sync, "ROWS_IN_A_BATCH", 1)
    real = crm360.connectors.sandbox.vendors.salesforce.api.soql.places
    answers = iter(range(1_000))

    def places(asked: Query, *rest: Any) -> Any:
        found = real(asked, *rest)
        if not asked.counts and asked.fields != ["Id"]:
            if len(found) > 60:
                raise Refused(400, "QUERY_TIMEOUT: Your query request was running for too long.")
            if len(found) and next(answers) == 1:
                raise Refused(404, "gone for now")
        return found

    monkeypatch.setattr(crm360.connectors.sandbox.vendors.salesforce.api.soql, "places", places)
    assert isinstance(here.pull("salesforce", "contacts")["contacts"].error, BadResponse)
    left = Landing(here.landing).newest("salesforce", "contacts")
    assert left is not None and not left.complete and left.resume["windows"][0]["lower"] is not None
    assert here.landed("salesforce", "contacts").complete
    assert here.differences("salesforce", "contacts") == {}


OBJECTS = {
    "events": "Event", "products": "Product2", "orders": "Order", "order_items": "OrderItem",
    "price_books": "Pricebook2", "price_book_entries": "PricebookEntry",
    "opportunity_line_items": "OpportunityLineItem", "quotes": "Quote",
}  # fmt: skip


def test_what_an_organisation_never_had_is_passed_over_and_told(here: Bench, caplog: pytest.LogCaptureFixture) -> None:
    assert set(OBJECTS) == set(OPTIONAL)
    here.landed("salesforce", "products")
    for name in OBJECTS.values():
        here.sandbox.faults.add("status", path=f"*/sobjects/{name}/describe", status=404, times=None)
    caplog.set_level("WARNING")
    for _ in range(2):
        caplog.clear()
        went = here.pull("salesforce", "users", *OPTIONAL)
        error = went.pop("products").error
        assert isinstance(error, AccessDenied) and "what was read before is refused (HTTP 404)" in str(error)
        assert went.pop("users").error is None
        for stream, pulled in went.items():
            assert pulled.footer is not None and pulled.footer.received == 0 and pulled.footer.end_proof == SKIPPED
            assert f"salesforce/{stream}: {SKIPPED}" in caplog.text
    here.sandbox.faults.clear()
    went = here.pull("salesforce", *OPTIONAL)
    assert all(pulled.footer is not None and pulled.footer.complete for pulled in went.values())
    known = [stream for stream in OPTIONAL if stream != "price_books"]  # two of them, and no table behind
    assert not any(here.differences("salesforce", stream) for stream in known)


def test_an_object_that_every_organisation_has_is_never_passed_over(here: Bench) -> None:
    here.sandbox.faults.add("status", path="*/sobjects/Contact/describe", status=404, times=None)
    assert isinstance(here.pull("salesforce", "contacts")["contacts"].error, BadResponse)


@pytest.mark.parametrize("longest", [12_000, 100])
def test_what_was_written_in_an_event_is_not_landed(here: Bench, monkeypatch: pytest.MonkeyPatch, longest: int) -> None:
    monkeypatch.setattr(crm360.connectors.systems.salesforce, "LONGEST_QUERY", longest)
    first = next(r.id for r in here.company.truth().records("salesforce", "events") if not r.deleted)
    here.company.touch("salesforce", "events", first, fields={"Description": "What we said"})
    here.landed("salesforce", "events")
    found = dict(Landing(here.landing).live_records("salesforce", "events"))
    assert "Subject" in found[first] and not any("Description" in record for record in found.values())
    asked = [
        entry.query for entry in here.sandbox.log.entries() if "queryAll" in entry.path and "FROM+Event" in entry.query
    ]
    assert asked and not any("Description" in query for query in asked)


def test_the_delivered_company_has_neither_orders_nor_meetings(tmp_path: Path) -> None:
    with running(Company(60)) as sandbox:
        went = Bench(sandbox, tmp_path / "landing").pull("salesforce", *OPTIONAL)
        assert {s: p.footer and p.footer.received for s, p in went.items()} == dict.fromkeys(OPTIONAL, 0)
