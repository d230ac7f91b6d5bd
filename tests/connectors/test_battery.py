"""One battery over every stream of every vendor: whatever is done to the pull, the landing ends up equal to the truth."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import crm360.connectors.engine.sync
import crm360.connectors.sandbox.vendors.dynamics.api
import crm360.connectors.sandbox.vendors.salesforce.api
from crm360.connectors.engine.errors import (
    AccessDenied,
    AuthError,
    BadResponse,
    LoopDetected,
    RateLimited,
    RedirectRefused,
    SourceError,
    SweepTooLarge,
)
from crm360.connectors.engine.landing import Landing
from crm360.connectors.engine.session import Limits, Session
from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.vendors import FAKES
from crm360.connectors.systems import CONNECTORS, odoo, quickbooks
from tests.connectors.battery import STREAMS, VENDORS, Bench, bare, bench

IDS = [f"{v}/{s}" for v, s in STREAMS]
EVERY = pytest.mark.parametrize(("vendor", "stream"), STREAMS, ids=IDS)


def _way(vendor: str, stream: str) -> tuple[object, ...]:
    """How a stream is read: what the engine does alike for all streams of which this is the same."""
    facts = CONNECTORS[vendor].stream(stream)
    return type(facts.pages), facts.cursor is not None, facts.deletes, facts.parent is not None


# What the engine does is tried every day with one stream of each way of paging, every night with one of each way of
# reading, and with all others in `make long`.
FIRST_OF_ITS_WAY = {_way(*named): named for named in reversed(STREAMS)}
FIRST_OF_ITS_PAGES = {way[:2]: named for way, named in reversed(FIRST_OF_ITS_WAY.items())}


def _when(named: tuple[str, str]) -> tuple[pytest.MarkDecorator, ...]:
    if named in FIRST_OF_ITS_PAGES.values():
        return ()
    return (pytest.mark.night if named in FIRST_OF_ITS_WAY.values() else pytest.mark.long,)


EACH_WAY = pytest.mark.parametrize(
    ("vendor", "stream"), [pytest.param(*named, marks=_when(named), id="/".join(named)) for named in STREAMS]
)
PATHS = {vendor: FAKES[vendor].paths for vendor in VENDORS}
# How a vendor says no is its own; how a connection breaks is not. How nights follow on each other is tried every day with
# one of each way of asking, and every night with all.
EACH_WAY_OF_ASKING = ("hubspot", "shopify", "odoo")
EVERY_VENDOR = [pytest.param(v, marks=() if v in EACH_WAY_OF_ASKING else pytest.mark.night) for v in VENDORS]


@pytest.fixture(autouse=True)
def no_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Session, "backoff", lambda _self, _attempt: 0.01)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path) as made:
        yield made


@pytest.mark.night
@pytest.mark.parametrize("vendor", VENDORS)
def test_eight_nights_leave_nothing_lost_nothing_twice_nothing_wrong(here: Bench, vendor: str) -> None:
    for day in range(8):
        here.company.go_to(day)
        results = here.pull(vendor)
        assert [str(p.error) for p in results.values() if p.error] == []
        for result in results.values():
            f = result.footer
            assert f is not None and f.complete and f.received == f.landed + f.duplicate + f.rejected
            # What it is complete up to is told by the source's clock, which here is months behind ours.
            assert f.window_to is not None and f.window_to <= clock.naive(here.company.now)
        assert {s: here.differences(v, s) for v, s in STREAMS if v == vendor and here.differences(v, s)} == {}


@pytest.mark.parametrize("vendor", EVERY_VENDOR)
def test_a_night_in_which_nothing_changed_lands_nothing(here: Bench, vendor: str) -> None:
    here.pull(vendor)
    again = here.pull(vendor)
    assert {s: p.footer.landed + p.footer.derived for s, p in again.items() if p.footer} == dict.fromkeys(again, 0)


OWN, ANYBODYS = "refused", ("reset", "short_body", "cut_chunk", "gzip_cut")
BROKEN = [
    *(pytest.param(v.values[0], OWN, marks=v.marks) for v in EVERY_VENDOR),
    *(
        pytest.param(v, k, marks=pytest.mark.night if v in EACH_WAY_OF_ASKING else pytest.mark.long)
        for v in VENDORS
        for k in ANYBODYS
    ),
]


@pytest.mark.parametrize("share", [0.3])
@pytest.mark.parametrize(("vendor", "kind"), BROKEN)
def test_faults_in_a_third_of_all_answers_change_nothing(here: Bench, vendor: str, kind: str, share: float) -> None:
    facts: dict[str, Any] = {"path": f"/{vendor}/*", "times": None, "seed": 3}
    if kind == OWN:
        here.sandbox.faults.add("status", status=503, share=share / 2, **facts)
        here.sandbox.faults.add("throttled", retry_after="0", share=share / 2, **facts)
    else:
        here.sandbox.faults.add(kind, share=share, **facts)
    limits = Limits(tries=9, rate=(1000, 1.0))  # the dice of so many requests hit one six times in a row
    for day in range(8):
        here.company.go_to(day)
        # One stream after another: which requests the dice hit is then the same every time.
        assert [str(p.error) for p in here.pull(vendor, limits=limits, at_once=1).values() if p.error] == []
        if day and any(fault.fired > 0 for fault in here.sandbox.faults.all()):
            break  # of a vendor that is asked little, the dice hit nothing for some nights
    assert {s: here.differences(v, s) for v, s in STREAMS if v == vendor and here.differences(v, s)} == {}
    assert any(fault.fired > 0 for fault in here.sandbox.faults.all())


UNMENDED: tuple[tuple[str, dict[str, object], type[SourceError]], ...] = (
    ("unauthorised", {}, AuthError),
    ("login_page", {}, AuthError),
    ("redirect", {"status": 302, "to": "https://evil.test/"}, RedirectRefused),
    ("redirect", {"status": 307, "to": "https://evil.test/"}, RedirectRefused),
    ("empty_body", {}, BadResponse),
    ("malformed_json", {}, BadResponse),
    ("null_records", {}, BadResponse),
)


@EACH_WAY
def test_what_no_retry_mends_fails_the_stream_and_moves_nothing(here: Bench, vendor: str, stream: str) -> None:
    """One after the other, so that each meets what those before it left: nothing."""
    parent = CONNECTORS[vendor].stream(stream).parent
    if parent:
        here.pull(vendor, parent)
    for fault, facts, error in UNMENDED:
        here.sandbox.faults.add(fault, path=f"/{vendor}/*", times=None, **facts)
        result = here.pull(vendor, stream)[stream]
        assert isinstance(result.error, error), (fault, result.error)
        assert Landing(here.landing).newest(vendor, stream) is None, f"{fault}: nothing may be landed"
        assert "evil.test/" not in str(result.error)
        here.sandbox.faults.clear()
    assert here.landed(vendor, stream).complete
    assert here.differences(vendor, stream) == {}


@EVERY
def test_a_wrong_token_is_named_and_never_told(
    here: Bench, vendor: str, stream: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "not-the-right-token-7f3a"
    error = here.pull(vendor, stream, token=secret)[stream].error
    parent = CONNECTORS[vendor].stream(stream).parent
    if parent is None:  # a stream that hangs under another asks nothing before that one has landed
        assert isinstance(error, AuthError)
    assert secret not in f"{error!r}{error}"
    here.pull(vendor, stream, token=secret)


def test_one_forbidden_stream_stops_no_other(here: Bench) -> None:
    here.sandbox.faults.add("forbidden", path="*/objects/*/companies*", times=None)
    went = here.pull("hubspot")
    assert isinstance(went.pop("companies").error, AccessDenied)
    assert all(p.footer is not None and p.footer.complete for p in went.values())


def test_a_wait_over_the_budget_ends_the_night_and_the_next_one_completes_it(here: Bench) -> None:
    here.sandbox.faults.add("throttled", path="*/objects/*/contacts", times=1, after=1, retry_after="86400")
    assert isinstance(here.pull("hubspot", "contacts")["contacts"].error, RateLimited)
    here.landed("hubspot", "contacts")
    assert here.differences("hubspot", "contacts") == {}


@EACH_WAY
def test_ties_are_all_there(here: Bench, vendor: str, stream: str) -> None:
    here.landed(vendor, stream)
    here.company.go_to(1)
    count = len([r for r in here.company.truth().records(vendor, stream) if not r.deleted]) * 9 // 10
    here.company.share_timestamp(vendor, stream, count, datetime(2026, 7, 2, 1))
    here.landed(vendor, stream)
    assert here.differences(vendor, stream) == {}


@EACH_WAY
def test_a_late_record_within_the_lookback_is_caught(here: Bench, vendor: str, stream: str) -> None:
    here.landed(vendor, stream)
    cursor = here.landed(vendor, stream).cursor_after
    facts = CONNECTORS[vendor].stream(stream)
    assert (cursor is not None) is facts.cursor
    cursor = cursor or clock.naive(here.company.now)  # where every night reads all
    known = next(r.id for r in here.company.truth().records(vendor, stream) if not r.deleted)
    here.company.touch(vendor, stream, known, cursor - facts.lookback / 2)
    here.company.go_to(1)
    footer = here.landed(vendor, stream)
    assert here.differences(vendor, stream) == {}
    # They say when each record changed, and a night reads its window only.
    if vendor in ("hubspot", "salesforce") and facts.cursor:
        assert 1 <= footer.reread <= footer.received


@EACH_WAY
def test_changes_between_pages_lose_nothing(
    here: Bench, vendor: str, stream: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the first night's pages are read, records change and vanish; by the second night all is as the source has it."""
    _small_pages(monkeypatch)
    company, turn = here.company, iter(range(10_000))
    deletable = CONNECTORS[vendor].stream(stream).deletes != ("none",)

    def meanwhile(_path: str) -> None:
        number = next(turn)
        live = [r.id for r in company.truth().records(vendor, stream) if not r.deleted]
        if number % 2 == 0:
            company.touch(vendor, stream, live[number % len(live)], company.now)
        elif number < 7 and deletable and stream not in ("satisfaction_ratings", "products", "organizations"):
            company.delete(vendor, stream, live[-1 - number])

    company.on_page = meanwhile
    here.landed(vendor, stream)
    company.on_page = None
    company.go_to(1)
    here.landed(vendor, stream)
    assert here.differences(vendor, stream) == {}


def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Smaller pages, so that a small company still has several."""
    monkeypatch.setattr(odoo, "LIMIT", 40)
    monkeypatch.setattr(quickbooks, "PAGE", 40)
    real = Session.send

    def send(self: Session, request, *args, **kwargs):  # type: ignore[no-untyped-def]
        params = dict(request.params)
        for name in ("limit", "per_page", "page[size]", "count", "PageSize"):
            if name in params and "offset" not in params:
                params[name] = {"count": params[name]}.get(name, "40")
        return real(self, replace(request, params=params), *args, **kwargs)

    monkeypatch.setattr(Session, "send", send)
    for fake in (
        crm360.connectors.sandbox.vendors.dynamics.api,
        crm360.connectors.sandbox.vendors.salesforce.api,
    ):  # they are not asked by a parameter
        monkeypatch.setattr(fake, "MOST_ON_A_PAGE", 40)


@pytest.mark.parametrize("fault", ["repeat_token", "cycle_token"])
@pytest.mark.parametrize(("vendor", "stream"), [("hubspot", "contacts"), ("zendesk", "users"), ("shopify", "orders")])
def test_pages_that_go_in_circles_are_noticed(
    here: Bench, vendor: str, stream: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _small_pages(monkeypatch)
    here.sandbox.faults.add(fault, path=f"/{vendor}/*", times=None)
    with pytest.raises(LoopDetected):
        here.landed(vendor, stream)


@pytest.mark.parametrize(("vendor", "stream"), [("hubspot", "contacts"), ("zendesk", "tickets"), ("shopify", "orders")])
def test_an_empty_page_in_the_middle_is_not_the_end(
    here: Bench, vendor: str, stream: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _small_pages(monkeypatch)
    here.sandbox.faults.add("empty_page", path=PATHS[vendor], after=1)
    here.landed(vendor, stream)
    assert here.differences(vendor, stream) == {}


@EVERY
def test_a_record_without_its_key_is_held_back_with_the_reason(here: Bench, vendor: str, stream: str) -> None:
    parent = CONNECTORS[vendor].stream(stream).parent
    if parent:
        here.pull(vendor, parent)
    path = PATHS[vendor] if vendor != "hubspot" else f"*/objects/*/{stream}"
    path = {
        "form_submissions": "*/form-integrations/*", "list_members": "*/memberships/*",
        "deal_products": "*/deals/products",
    }.get(stream, path)  # fmt: skip
    here.sandbox.faults.add("drop_key", path=path, records=2)
    footer = here.landed(vendor, stream)
    assert footer.rejected == 2
    assert footer.received == footer.landed + footer.duplicate + footer.rejected


@pytest.mark.parametrize(
    ("vendor", "act"),
    [
        ("hubspot", lambda c, i: c.delete("hubspot", "contacts", i[0])),
        ("hubspot", lambda c, i: c.merge("contacts", i[0], i[1])),
        (
            "hubspot",
            lambda c, i: (
                c.merge("contacts", i[0], i[1], keep_winner=True),
                c.merge("contacts", i[0], i[2], keep_winner=True),
            ),
        ),
        (
            "shopify",
            lambda c, i: c.delete("shopify", "customers", c.truth().records("shopify", "customers")[0].id, vanish=True),
        ),
        ("shopify", lambda c, i: c.delete("shopify", "orders", c.truth().records("shopify", "orders")[0].id)),
        ("mailchimp", lambda c, i: c.delete("mailchimp", "members", c.truth().records("mailchimp", "members")[0].id)),
        (
            "mailchimp",
            lambda c, i: c.delete("mailchimp", "members", c.truth().records("mailchimp", "members")[1].id, vanish=True),
        ),
        ("zendesk", lambda c, i: c.delete("zendesk", "tickets", c.truth().records("zendesk", "tickets")[0].id)),
        ("zendesk", lambda c, i: c.delete("zendesk", "users", c.truth().records("zendesk", "users")[40].id)),
    ],
    ids=["archive", "merge", "merges", "customer gone", "order destroyed", "archived", "member gone", "ticket", "user"],
)
def test_deletes_and_merges_are_seen(here: Bench, vendor: str, act: Callable[[object, list[str]], object]) -> None:
    """The other vendors have cases of their own."""
    here.pull(vendor)
    live = [r.id for r in here.company.truth().records("hubspot", "contacts") if not r.deleted]
    act(here.company, live)
    here.company.go_to(1)
    here.pull(vendor)
    found = {f"{v}/{s}": here.differences(v, s) for v, s in STREAMS if v == vendor}
    assert {name: differs for name, differs in found.items() if differs} == {}


def test_a_merge_names_its_winner(here: Bench) -> None:
    here.pull("hubspot", "contacts")
    first, second = [r.id for r in here.company.truth().records("hubspot", "contacts") if not r.deleted][:2]
    winner = here.company.merge("contacts", first, second)
    here.company.go_to(1)
    here.pull("hubspot", "contacts")
    sql = "select record_id, merged_into from ({newest}) where record_id in (?, ?) and merged_into is not null"
    found = dict(Landing(here.landing).query("hubspot", "contacts", sql, first, second))
    assert {found[i] for i in (first, second) if i != winner} == {winner}


def test_a_shrunken_key_set_deletes_nothing(here: Bench) -> None:
    here.pull("shopify")
    before = Landing(here.landing).live_ids("shopify", "customers")
    gone = [r.id for r in here.company.truth().records("shopify", "customers") if not r.deleted][: len(before) // 3]
    for record_id in gone:
        here.company.delete("shopify", "customers", record_id, vanish=True)
    here.company.go_to(1)
    error = here.pull("shopify", "customers")["customers"].error
    assert isinstance(error, SweepTooLarge)
    assert Landing(here.landing).live_ids("shopify", "customers") == before


@pytest.mark.night
def test_more_than_ten_thousand_changes_at_one_moment_pass_the_searchs_ceiling(tmp_path: Path) -> None:
    with bench(tmp_path, people=18_000) as here:
        here.landed("hubspot", "contacts")
        here.company.go_to(1)
        here.company.share_timestamp("hubspot", "contacts", 12_000, datetime(2026, 7, 2, 1))
        footer = here.landed("hubspot", "contacts")
        assert footer.reading == "changes" and footer.source_count is not None and footer.source_count >= 12_000
        assert here.differences("hubspot", "contacts") == {}


def test_a_long_first_sync_that_is_killed_goes_on_where_it_stood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crm360.connectors.engine.sync, "ROWS_IN_A_BATCH", 200)
    with bench(tmp_path, people=1_500) as here:
        here.company.share_timestamp("hubspot", "contacts", 1_000, datetime(2026, 7, 1, 1))  # more than a batch holds
        here.sandbox.faults.add("status", path="*/objects/*/contacts", status=404, after=6, times=None)
        result = here.pull("hubspot", "contacts")["contacts"]
        assert isinstance(result.error, BadResponse)
        parts = Landing(here.landing).footers("hubspot", "contacts")
        assert len(parts) >= 2 and not any(f.complete for _, f in parts)
        here.sandbox.faults.clear()
        here.sandbox.log.clear()
        footer = here.landed("hubspot", "contacts")
        assert footer.complete and footer.cursor_after is not None
        listed = [
            e
            for e in here.sandbox.log.entries()
            if "/contacts" in e.path and "/objects/" in e.path and "archived" not in e.query
        ]
        assert "after=" in listed[0].query, "it must not begin anew"
        assert here.differences("hubspot", "contacts") == {}


def test_a_far_future_change_time_does_not_blind_the_next_night(here: Bench) -> None:
    here.landed("zendesk", "users")
    strange = next(r.id for r in here.company.truth().records("zendesk", "users") if not r.deleted)
    here.company.touch("zendesk", "users", strange, datetime(2999, 1, 1))
    footer = here.landed("zendesk", "users")
    assert footer.cursor_after is not None and footer.cursor_after.year == 2026
    here.company.go_to(1)
    here.landed("zendesk", "users")
    assert bare(strange) not in here.differences("zendesk", "users").get("lost", set())
    assert here.differences("zendesk", "users").get("lost") is None


@pytest.mark.night
@pytest.mark.parametrize("minutes", [-10, pytest.param(10, marks=pytest.mark.long)])
def test_a_clock_that_goes_wrong_loses_nothing(here: Bench, minutes: int) -> None:
    here.sandbox.faults.add("clock_skew", path="*", times=None, seconds=60.0 * minutes)
    for day in range(3):
        here.company.go_to(day)
        for vendor in VENDORS:
            here.pull(vendor)
    assert {f"{v}/{s}": here.differences(v, s) for v, s in STREAMS if here.differences(v, s)} == {}


def test_the_battery_notices_damage(here: Bench) -> None:
    here.pull("zendesk", "users")
    here.company.touch(
        "zendesk", "users", next(r.id for r in here.company.truth().records("zendesk", "users") if not r.deleted)
    )
    assert here.differences("zendesk", "users").keys() == {"wrong"}
