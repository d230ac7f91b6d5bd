"""Jira: minutes of a foreign zone, a search that lags, what is deleted, pages that must say where they end, and whose an issue is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crm360.connectors.engine.errors import BadResponse
from crm360.connectors.engine.landing import Landing
from crm360.connectors.engine.page import Page
from crm360.connectors.engine.request import Request
from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.vendors.jira import api
from crm360.connectors.systems import jira
from tests.connectors.battery import Bench, bench

SYSTEM, STREAM = "jira", "issues"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path) as made:
        yield made


def asked(here: Bench) -> list[dict[str, Any]]:
    return [json.loads(e.body) for e in here.sandbox.log.entries("*/search/jql")]


def test_a_night_asks_in_the_users_zone_and_pages_by_token(here: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "MOST", 20)
    here.company.share_timestamp(SYSTEM, STREAM, 50, datetime(2026, 6, 30, 1))
    cursor = here.landed(SYSTEM, STREAM).cursor_after
    assert cursor is not None and here.differences(SYSTEM, STREAM) == {}
    assert len(asked(here)) > 3 and all(one["fields"][0] == "summary" for one in asked(here))
    here.sandbox.log.clear()
    here.landed(SYSTEM, STREAM)
    first, *_, every = asked(here)
    since = datetime.strptime(first["jql"].split('"')[1], "%Y-%m-%d %H:%M").replace(tzinfo=api.ZONE)
    told = since.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
    assert told <= cursor - jira.HOUR < told + timedelta(minutes=1)
    assert every["fields"] == ["id"] and jira.BEGINNING in every["jql"]


def test_what_the_index_did_not_have_yet_comes_the_next_night(here: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "INDEXED_AFTER", 30 * clock.MINUTE)
    here.landed(SYSTEM, STREAM)
    late = here.company.table(SYSTEM, STREAM).live()[5]
    late_id = str(here.company.table(SYSTEM, STREAM).ids(late))
    here.company.touch(SYSTEM, STREAM, late_id, here.company.now - 20 * clock.MINUTE)
    here.landed(SYSTEM, STREAM)
    here.company.go_to(1)
    here.landed(SYSTEM, STREAM)
    monkeypatch.setattr(api, "INDEXED_AFTER", 0)
    here.landed(SYSTEM, STREAM)
    assert here.differences(SYSTEM, STREAM) == {}


def test_what_is_deleted_is_missed_among_the_ids(here: Bench) -> None:
    here.landed(SYSTEM, STREAM)
    gone = [r.id for r in here.company.truth().records(SYSTEM, STREAM) if not r.deleted][3]
    here.company.delete(SYSTEM, STREAM, gone, vanish=True)
    here.company.go_to(1)
    here.landed(SYSTEM, STREAM)
    assert gone not in Landing(here.landing).live_ids(SYSTEM, STREAM) and here.differences(SYSTEM, STREAM) == {}


def test_whose_an_issue_is_stands_beside_its_fields_and_an_agents_address_does_not(here: Bench) -> None:
    here.landed(SYSTEM, STREAM)
    told = [record for _, record in Landing(here.landing).live_records(SYSTEM, STREAM)]
    for record in told:
        reporter, customer = record["fields"]["reporter"], record["customer"]
        theirs = reporter.get("emailAddress") if reporter["accountType"] == "customer" else None
        assert customer.get("email") == theirs and ("source" in customer) is ("contact_id" in customer)
        assert customer.get("contact_id") == record["fields"]["customfield_10050"]
    assert {name for record in told for name in record["customer"]} == {"email", "company_name", "contact_id", "source"}
    assert {kind for record in told for kind in record["fields"]} & {"assignee", "description", "comment"} == set()


@pytest.mark.parametrize(
    ("moment", "zone", "told"),
    [
        ("2026-07-01T00:00:59", "Australia/Adelaide", "2026-07-01 09:30"),
        ("2026-10-25T01:30:00", "Europe/Berlin", "2026-10-25 01:30"),  # 02:30 is told twice: two hours before that
        ("2026-07-01T00:00:00", None, "2026-06-30 00:00"),
    ],
)
def test_a_moment_is_never_told_later_than_it_is(moment: str, zone: str | None, told: str) -> None:
    assert jira.in_zone(datetime.fromisoformat(moment), ZoneInfo(zone) if zone else None) == told


@pytest.mark.parametrize(
    ("answer", "token"),
    [
        ({"issues": [], "isLast": True}, None),
        ({"issues": [], "nextPageToken": None}, None),
        ({"issues": [], "nextPageToken": "n", "isLast": False}, "n"),
        ({"issues": [], "isLast": False}, BadResponse),
        ({"issues": []}, BadResponse),
    ],
)
def test_a_page_says_where_it_goes_on_or_that_it_ends(answer: dict[str, Any], token: Any) -> None:
    page, request = Page(json.dumps(answer).encode(), "issues"), Request(jira.SEARCH, body={"jql": ""}, method="POST")
    if token is BadResponse:
        with pytest.raises(BadResponse, match="whether it is the last"):
            jira.PAGES.next(request, page)
    else:
        following = jira.PAGES.next(request, page)
        assert (following.body or {}).get("nextPageToken") == token if following else token is None


def test_settings_that_can_not_be_are_told() -> None:
    assert jira.wrong({"projects": "SUP, x y"}, None) == "projects: 'x y' is no key of a project"
    assert "crm does not say" in str(jira.wrong({"deal_id_field": "customfield_1"}, None))
    assert jira.wrong({"deal_id_field": "customfield_1", "crm": "hubspot", "projects": "SUP"}, None) is None
