"""What is Zoho's own: fifty fields a call, empty answers, page tokens that end, deletes, the data centre."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import crm360.connectors.sandbox.vendors.zoho.api
import crm360.connectors.systems.zoho
from crm360.connectors.engine.errors import AccessDenied, AuthError, BadResponse, RateLimited
from crm360.connectors.engine.landing import Landing
from crm360.connectors.engine.page import Page
from crm360.connectors.engine.pagination import Numbered, TokenThenSince
from crm360.connectors.engine.request import Request
from crm360.connectors.sandbox.vendors.zoho.records import OWN_FIELDS
from tests.connectors.battery import Bench, bench

BY_TOKEN = TokenThenSince("t", "page_token", "more", "page", 3, "If-Modified-Since", "m")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path) as made:
        yield made


def page(number: int, more: bool, last: str) -> Page:
    body = {"t": "abc" if more else None, "more": more, "page": number, "r": [{"m": last}]}
    return Page(json.dumps(body).encode(), "r")


@pytest.mark.parametrize(
    ("number", "more", "since", "following"),
    [
        (1, False, None, None),
        (1, True, None, ({"page_token": "abc"}, None)),
        (3, True, None, ({}, "2026-07-01T01:59:59+00:00")),
        (3, True, "2026-07-01T01:00:00+00:00", ({}, "2026-07-01T01:59:59+00:00")),
    ],
)
def test_where_tokens_end_the_reading_begins_anew_at_the_last_time_seen(
    number: int, more: bool, since: str | None, following: tuple[dict[str, str], str | None] | None
) -> None:
    request = Request("/x", {"page_token": "old"}, headers={"If-Modified-Since": since} if since else {})
    found = BY_TOKEN.next(request, page(number, more, "2026-07-01T04:00:00+02:00"))
    assert (found and (dict(found.params), found.headers.get("If-Modified-Since"))) == following


def test_one_moment_for_all_is_told() -> None:
    request = Request("/x", headers={"If-Modified-Since": "2026-07-01T02:00:00+00:00"})
    with pytest.raises(BadResponse, match="one moment"):
        BY_TOKEN.next(request, page(3, True, "2026-07-01T04:00:00+02:00"))


def test_pages_by_a_flag() -> None:
    paged = Numbered("page", "pages", first=1, more="more")
    assert paged.next(Request("/x"), page(1, False, "")) is None
    assert paged.next(Request("/x"), page(1, True, "")) == Request("/x", {"page": "2"})
    with pytest.raises(BadResponse):
        paged.next(Request("/x"), Page(b'{"r":[]}', "r"))


def test_more_than_a_call_s_fields_are_joined_by_id(here: Bench) -> None:
    here.landed("zoho", "contacts")
    records = [r for _, r in Landing(here.landing).live_records("zoho", "contacts")]
    assert all({*OWN_FIELDS, "Email", "Full_Name", "Owner", "Modified_Time"} <= set(r) for r in records)
    asked = [e for e in here.sandbox.log.entries("*/Contacts") if "ids=" in e.query]
    assert len(asked) >= len(records) / 100 and all(e.query.count("%2C") < 50 + 100 for e in asked)


def test_a_record_that_goes_between_two_calls_is_left_out_and_then_deleted(here: Bench) -> None:
    company = here.company
    victims = [r.id for r in company.truth().records("zoho", "contacts") if not r.deleted][:3]

    def meanwhile(path: str) -> None:
        if path.endswith("/Contacts") and victims:
            company.delete("zoho", "contacts", victims.pop())

    company.on_page = meanwhile
    here.landed("zoho", "contacts")
    company.on_page = None
    assert here.differences("zoho", "contacts") == {}


def test_more_records_than_tokens_lead_to(here: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crm360.connectors.sandbox.vendors.zoho.api, "MOST_BY_TOKEN", 60)
    monkeypatch.setattr(crm360.connectors.systems.zoho, "PER_PAGE", 20)
    short = TokenThenSince(
        "info.next_page_token", "page_token", "info.more_records", "info.page", 3, "If-Modified-Since", "Modified_Time"
    )
    monkeypatch.setattr(crm360.connectors.systems.zoho, "BY_TOKEN", short)
    here.landed("zoho", "contacts")
    assert here.differences("zoho", "contacts") == {}


def test_what_vanished_is_found_by_counting(here: Bench) -> None:
    here.landed("zoho", "leads")
    victim = next(r.id for r in here.company.truth().records("zoho", "leads") if not r.deleted)
    here.company.delete("zoho", "leads", victim, vanish=True)
    here.company.go_to(1)
    here.landed("zoho", "leads")
    assert here.differences("zoho", "leads") == {}


def test_a_login_of_another_data_centre_is_refused(here: Bench) -> None:
    source = here.source("zoho")
    settings = {**source.settings, "token_file": str(here.landing / "x.json")}
    auth = crm360.connectors.systems.zoho.auth(settings, {"client_secret": "s", "refresh_token": "r"})
    accept = auth.refresh.args[0].accept  # type: ignore[union-attr]
    with pytest.raises(AuthError, match="data centre"):
        accept({"api_domain": "https://www.zohoapis.eu"})
    accept({"api_domain": here.sandbox.base_url})


def test_too_many_logins_are_no_wrong_credentials(here: Bench) -> None:
    body = '{"error_description":"You have made too many requests continuously. Please try again after some time.","error":"Access Denied","status":"failure"}'
    here.sandbox.faults.add("status", path="*/oauth/v2/token", status=400, body=body, times=None)
    assert isinstance(here.pull("zoho", "users")["users"].error, RateLimited)


def test_an_order_comes_with_its_lines_and_is_asked_for_alone_once_a_change(here: Bench) -> None:
    here.landed("zoho", "sales_orders")
    orders = dict(Landing(here.landing).live_records("zoho", "sales_orders"))
    assert len(orders) > 10 and all(order["Ordered_Items"] for order in orders.values())
    assert len(here.sandbox.log.entries("*/Sales_Orders/5*")) == len(orders)
    here.sandbox.log.clear()
    changed = next(iter(orders))
    here.company.touch("zoho", "sales_orders", changed)
    here.landed("zoho", "sales_orders")
    asked = [e.path.rsplit("/", 1)[-1] for e in here.sandbox.log.entries("*/Sales_Orders/5*")]
    assert changed in asked and len(asked) < len(orders)
    assert here.differences("zoho", "sales_orders") == {}


def test_an_order_that_goes_before_its_lines_are_asked_for_is_among_the_deleted(here: Bench) -> None:
    company = here.company
    victims = [r.id for r in company.truth().records("zoho", "sales_orders") if not r.deleted][:2]

    def meanwhile(path: str) -> None:
        if path.endswith("/Sales_Orders") and victims:
            company.delete("zoho", "sales_orders", victims.pop())

    company.on_page = meanwhile
    here.landed("zoho", "sales_orders")
    company.on_page = None
    assert here.differences("zoho", "sales_orders") == {}


def test_of_calls_and_meetings_no_texts_are_asked_for(here: Bench) -> None:
    for stream in ("calls", "events"):
        here.landed("zoho", stream)
        names = {name for _, record in Landing(here.landing).live_records("zoho", stream) for name in record}
        assert {"Description", "Call_Agenda", "Own_Field_7"}.isdisjoint(names) and "Own_Field_8" in names


@pytest.mark.parametrize(
    ("status", "code"), [(400, "FEATURE_NOT_ENABLED"), (403, "NO_PERMISSION"), (400, "INVALID_MODULE")]
)
def test_a_module_that_is_switched_off_is_told_and_the_others_are_pulled(here: Bench, status: int, code: str) -> None:
    body = json.dumps({"code": code, "details": {}, "message": "the module is not there", "status": "error"})
    here.sandbox.faults.add("status", path="*/settings/fields", status=status, body=body, times=1)
    results = here.pull("zoho", "invoices")
    assert isinstance(results["invoices"].error, AccessDenied) and code in str(results["invoices"].error)
    assert here.pull("zoho", "campaigns", "invoices")["invoices"].error is None


def test_quotes_that_an_account_never_had_are_passed_over_and_told(
    here: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    zoho = crm360.connectors.systems.zoho
    here.sandbox.faults.add("forbidden", path="*/settings/fields", times=None)
    caplog.set_level("WARNING")
    footer = here.landed("zoho", "quotes")
    assert (footer.received, footer.end_proof) == (0, zoho.SKIPPED) and f"zoho/quotes: {zoho.SKIPPED}" in caplog.text
    with pytest.raises(AccessDenied):
        here.landed("zoho", "products")
    here.sandbox.faults.clear()
    assert here.landed("zoho", "quotes").landed
    assert here.differences("zoho", "quotes") == {}
    here.sandbox.faults.add("forbidden", path="*/settings/fields", times=None)
    with pytest.raises(AccessDenied):
        here.landed("zoho", "quotes")
