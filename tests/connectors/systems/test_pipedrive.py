"""Pipedrive: what leaves the lists is missed the same night, and what only some accounts have stops nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests

from crm360.connectors.engine.errors import AccessDenied, LoopDetected, RateLimited
from crm360.connectors.engine.landing import Landing
from crm360.connectors.engine.session import Limits, Session
from crm360.connectors.sandbox import TOKENS
from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.company.company import Company
from crm360.connectors.systems import pipedrive
from crm360.connectors.systems.pipedrive import STREAMS
from tests.connectors.battery import Bench, bench

SYSTEM = "pipedrive"
QUICK = Limits(tries=2, rate=(1000, 1.0), longest_wait=5.0)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path, people=120) as made:
        yield made


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty records a page, so that a small company has several."""
    real = Session.send

    def send(self: Session, request: Any, *args: Any, **kwargs: Any) -> Any:
        params = dict(request.params)
        if "limit" in params:
            params["limit"] = "20"
        return real(self, replace(request, params=params), *args, **kwargs)

    monkeypatch.setattr(Session, "send", send)
    monkeypatch.setattr(Session, "backoff", lambda _self, _attempt: 0.01)


def live(company: Company, stream: str) -> list[str]:
    return [r.id for r in company.truth().records(SYSTEM, stream) if not r.deleted]


def in_hubspot(company: Company, place: int) -> str:
    """The id there of a person whom both have: a merge is one of the company's, and each system shows it in its way."""
    contacts = company.pipeline.contacts
    return str(contacts.ids(contacts.live())[place])


def landed(here: Bench, stream: str) -> dict[str, dict[str, Any]]:
    return dict(Landing(here.landing).live_records(SYSTEM, stream))


def get(here: Bench, path: str, **query: str) -> requests.Response:
    headers = {"x-api-token": TOKENS[SYSTEM]}
    return requests.get(f"{here.sandbox.base_url}/{SYSTEM}{path}", query, headers=headers, timeout=5)


def test_only_deals_with_products_are_asked_for_them_a_hundred_at_a_time(
    here: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipedrive, "MOST_DEALS", 7)
    here.pull(SYSTEM, "deals", "deal_products")
    asked = [
        parse_qs(e.query)["deal_ids"][0].split(",") for e in here.sandbox.log.entries() if "/deals/products" in e.path
    ]
    named = [number for some in asked for number in some]
    archived = {number for number, deal in landed(here, "deals").items() if deal["is_archived"]}
    has = {number for number in live(here.company, "deals") if (int(number) - 1) % 3 < 2}
    assert max(map(len, asked)) == 7 and len(named) == len(set(named)) and set(named) == has | archived
    assert here.differences(SYSTEM, "deal_products") == {}
    assert not any("comments" in record for record in landed(here, "deal_products").values())


@pytest.mark.parametrize("status", [402, 403, 404])
def test_an_account_without_products_is_told_and_one_that_loses_them_fails(here: Bench, status: int) -> None:
    here.sandbox.faults.add("status", path="*/deals/products", status=status, times=None)
    footer = here.landed(SYSTEM, "deal_products")
    assert (footer.received, footer.end_proof) == (0, pipedrive.SKIPPED)
    here.sandbox.faults.clear()
    assert here.landed(SYSTEM, "deal_products").landed
    here.sandbox.faults.add("status", path="*/deals/products", status=status, times=None)
    with pytest.raises(AccessDenied, match="what was read before is refused"):
        here.landed(SYSTEM, "deal_products")


ACTS: dict[str, Callable[[Company], Any]] = {
    "a person is gone": lambda c: c.delete(SYSTEM, "persons", live(c, "persons")[3], vanish=True),
    "an organization is gone": lambda c: c.delete(SYSTEM, "organizations", live(c, "organizations")[1], vanish=True),
    "an activity is gone": lambda c: c.delete(SYSTEM, "activities", live(c, "activities")[3], vanish=True),
    "a deal is deleted": lambda c: c.delete(SYSTEM, "deals", live(c, "deals")[3]),
    "a deal is gone": lambda c: c.delete(SYSTEM, "deals", live(c, "deals")[3], vanish=True),
    "two persons are one": lambda c: c.merge("contacts", in_hubspot(c, 0), in_hubspot(c, 1), keep_winner=True),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_who_leaves_a_list_is_missed_the_same_night(here: Bench, act: Callable[[Company], Any]) -> None:
    here.pull(SYSTEM)
    before = {s.name: set(landed(here, s.name)) for s in STREAMS}
    act(here.company)
    here.pull(SYSTEM)
    assert {s.name: here.differences(SYSTEM, s.name) for s in STREAMS[3:]} == {s.name: {} for s in STREAMS[3:]}
    assert any(before[s.name] - set(landed(here, s.name)) for s in STREAMS)


def test_a_deleted_deal_says_so_for_thirty_days(here: Bench) -> None:
    gone = live(here.company, "deals")[2]
    here.company.delete(SYSTEM, "deals", gone)
    told = {str(d["id"]): d for d in get(here, "/api/v2/deals", status="deleted").json()["data"]}
    assert (told[gone]["status"], told[gone]["is_deleted"]) == ("deleted", True)
    assert gone not in {str(d["id"]) for d in get(here, "/api/v2/deals", limit="500").json()["data"]}
    here.company.go_to(31)
    assert gone not in {str(d["id"]) for d in get(here, "/api/v2/deals", status="deleted", limit="500").json()["data"]}


def test_archived_deals_are_deals(here: Bench) -> None:
    here.pull(SYSTEM, "deals")
    archived = {i for i, deal in landed(here, "deals").items() if deal["is_archived"]}
    assert archived == {str(d["id"]) for d in get(here, "/api/v2/deals/archived", limit="500").json()["data"]} != set()


def test_consent_is_asked_for_and_an_account_without_campaigns_has_none(here: Bench) -> None:
    here.pull(SYSTEM, "persons")
    assert {p["marketing_status"] for p in landed(here, "persons").values()} >= {"no_consent", "subscribed"}
    refused = '{"success":false,"error":"include_fields: marketing_status is not available"}'
    here.sandbox.faults.add("status", path="*/persons", status=400, body=refused)
    footer = here.pull(SYSTEM, "persons")["persons"].footer
    assert footer is not None and footer.complete and footer.received == len(live(here.company, "persons"))
    assert not any("marketing_status" in p for p in landed(here, "persons").values())
    assert here.differences(SYSTEM, "persons") == {}


def test_a_token_without_the_right_is_told_so(here: Bench) -> None:
    here.sandbox.faults.add("forbidden", path="*/persons", times=None)
    went = here.pull(SYSTEM)
    assert isinstance(went.pop("persons").error, AccessDenied)
    assert [str(p.error) for p in went.values() if p.error] == []


def test_what_was_said_is_not_landed(here: Bench) -> None:
    here.pull(SYSTEM, "activities")
    assert any("said" in a["note"] for a in get(here, "/api/v2/activities").json()["data"])
    found = landed(here, "activities")
    assert found and not any("said" in str(a) for a in found.values())


@pytest.mark.parametrize("fault", ["repeat_token", "cycle_token"])
@pytest.mark.usefixtures("small_pages")
def test_pages_that_go_in_circles_are_noticed(here: Bench, fault: str) -> None:
    here.sandbox.faults.add(fault, path="*/persons", times=None)
    assert isinstance(here.pull(SYSTEM, "persons")["persons"].error, LoopDetected)


@pytest.mark.usefixtures("small_pages")
def test_an_empty_page_in_the_middle_is_not_the_end(here: Bench) -> None:
    here.sandbox.faults.add("empty_page", path="*/persons", after=1)
    here.landed(SYSTEM, "persons")
    assert here.differences(SYSTEM, "persons") == {}


def test_a_limit_tells_the_wait_in_seconds_that_are_left(here: Bench) -> None:
    here.sandbox.limits.set({"pipedrive_per_second": 2})
    assert [str(p.error) for p in here.pull(SYSTEM).values() if p.error] == []
    assert here.sandbox.limits.refused["pipedrive_per_second"] > 0
    told = [get(here, "/api/v2/stages") for _ in range(3)][-1]
    assert told.status_code == 429 and "Retry-After" not in told.headers
    assert told.headers["x-ratelimit-reset"] == "1"


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (429, {"x-ratelimit-reset": "40000", "x-ratelimit-remaining": "0"}, '{"success":false}'),
        (403, {"Content-Type": "text/html; charset=UTF-8"}, "<html>Attention Required! | Cloudflare</html>"),
    ],
    ids=["the day's tokens are spent", "shut out"],
)
def test_a_wait_of_hours_ends_the_night_and_deletes_nothing(
    here: Bench, status: int, headers: dict[str, str], body: str
) -> None:
    here.pull(SYSTEM, "persons")
    before = set(landed(here, "persons"))
    here.sandbox.faults.add("status", path="*/persons", times=None, status=status, headers=headers, body=body)
    error = here.pull(SYSTEM, "persons", limits=QUICK)["persons"].error
    assert isinstance(error, RateLimited), error
    assert set(landed(here, "persons")) == before


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/api/v2/persons", {"limit": "501"}),
        ("/api/v2/persons", {"cursor": "nonsense!"}),
        ("/api/v2/persons", {"updated_since": "2026-07-01T00:00:00.000Z"}),
        ("/api/v2/deals", {"status": "all_not_deleted"}),
    ],
)
def test_the_fake_refuses_what_pipedrive_refuses(here: Bench, path: str, query: dict[str, str]) -> None:
    answer = get(here, path, **query)
    assert (answer.status_code, answer.json()["success"]) == (400, False)


def test_updated_since_is_inclusive_and_in_order(here: Bench) -> None:
    here.company.touch(SYSTEM, "persons", live(here.company, "persons")[5], clock.night(0) - clock.HOUR)
    since = "2026-07-01T01:00:00Z"
    told = get(here, "/api/v2/persons", updated_since=since, sort_by="update_time").json()["data"]
    times = [p["update_time"] for p in told]
    assert times == sorted(times) and times[0] == since
    assert not any("marketing_status" in p for p in told)
