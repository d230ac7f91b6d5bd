"""What is Dynamics' own: delta links, what they see, when they expire, and what the last page must hold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from crm360.connectors.engine.errors import AccessDenied, BadResponse, LoopDetected, RedirectRefused, SweepTooLarge
from crm360.connectors.engine.landing import Landing
from crm360.connectors.engine.page import Page
from crm360.connectors.engine.pagination import Link
from crm360.connectors.engine.request import Request
from crm360.connectors.systems import dynamics
from tests.connectors.battery import Bench, bench

TRACKED = Link(r"@odata\.nextLink", proof=r"@odata\.deltaLink")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path) as made:
        yield made


def live(here: Bench, stream: str) -> list[str]:
    return [r.id for r in here.company.truth().records("dynamics", stream) if not r.deleted]


def test_a_delta_shows_only_what_changed_however_old_it_says_it_is(here: Bench) -> None:
    here.landed("dynamics", "contacts")
    here.company.insert("hubspot", "contacts", datetime(2024, 8, 1))  # imported with its old dates
    deleted = live(here, "contacts")[0]
    here.company.delete("dynamics", "contacts", deleted)
    footer = here.landed("dynamics", "contacts")
    assert (footer.reading, footer.received, footer.landed, footer.deleted) == ("changes", 2, 2, 1)
    assert here.differences("dynamics", "contacts") == {}


def test_an_expired_link_means_a_full_read_and_a_comparison_of_keys(here: Bench) -> None:
    here.landed("dynamics", "contacts")
    here.company.delete("dynamics", "contacts", live(here, "contacts")[0])
    here.company.go_to(31)
    footer = here.landed("dynamics", "contacts")
    assert footer.reading == "full" and footer.derived >= 1
    assert here.differences("dynamics", "contacts") == {}
    here.company.go_to(32)
    assert here.landed("dynamics", "contacts").reading == "changes"
    assert here.differences("dynamics", "contacts") == {}


@pytest.mark.parametrize(("status", "body", "full"), [
    (400, '{"error":{"code":"0x80044352","message":"Version stamp has expired. Please perform a full sync"}}', True),
    (410, "{}", True),
    (400, '{"error":{"code":"0x80040203","message":"Something else"}}', False),
])  # fmt: skip
def test_how_an_expired_link_may_be_told(here: Bench, status: int, body: str, full: bool) -> None:
    here.landed("dynamics", "leads")
    here.sandbox.faults.add("status", path="*/leads", status=status, body=body, times=1)
    result = here.pull("dynamics", "leads")["leads"]
    if full:
        assert result.footer is not None and result.footer.reading == "full"
        assert here.differences("dynamics", "leads") == {}
    else:
        assert isinstance(result.error, BadResponse)


def test_the_full_read_deletes_no_more_than_is_permitted(here: Bench) -> None:
    here.landed("dynamics", "contacts")
    for record_id in live(here, "contacts")[: len(live(here, "contacts")) // 3]:
        here.company.delete("dynamics", "contacts", record_id)
    here.company.go_to(40)
    assert isinstance(here.pull("dynamics", "contacts")["contacts"].error, SweepTooLarge)


def test_a_failed_delta_leaves_the_link_as_it_was(here: Bench) -> None:
    before = here.landed("dynamics", "contacts").state
    here.company.go_to(1)
    here.sandbox.faults.add("malformed_json", path="*/contacts", times=None)
    assert here.pull("dynamics", "contacts")["contacts"].error is not None
    here.sandbox.faults.clear()
    newest = Landing(here.landing).newest("dynamics", "contacts")
    assert newest is not None and newest.state == before
    here.landed("dynamics", "contacts")
    assert here.differences("dynamics", "contacts") == {}


def test_the_kept_link_is_relative_and_a_foreign_one_is_refused(here: Bench) -> None:
    link = here.landed("dynamics", "contacts").state["delta"]
    assert link.startswith("/api/data/v9.2/contacts?$deltatoken=") and "127.0.0.1" not in link
    body = '{"value":[],"@odata.deltaLink":"https://evil.test/api/data/v9.2/contacts?$deltatoken=1"}'
    here.sandbox.faults.add("status", path="*/contacts", status=200, body=body, times=None)
    assert isinstance(here.pull("dynamics", "contacts")["contacts"].error, RedirectRefused)


def test_a_table_without_change_tracking_is_named_as_such() -> None:
    with pytest.raises(BadResponse, match=r"lacks '@odata\.deltaLink'"):
        TRACKED.next(Request("/x"), Page(b'{"value":[]}', "value"))
    last = Page(b'{"value":[],"@odata.deltaLink":"/x?d=1"}', "value")
    assert TRACKED.next(Request("/x"), last) is None
    more = TRACKED.next(
        Request("/x", headers={"Prefer": "a"}), Page(b'{"value":[],"@odata.nextLink":"/x?s=1"}', "value")
    )
    assert more is not None and more.path == "/x?s=1" and more.headers == {"Prefer": "a"}


def test_merged_rows_name_their_master(here: Bench) -> None:
    here.landed("dynamics", "contacts")
    first, second = [r.id for r in here.company.truth().records("hubspot", "contacts") if not r.deleted][:2]
    here.company.merge("contacts", first, second, keep_winner=True)
    here.landed("dynamics", "contacts")
    truth = {r.id: r.merged_into for r in here.company.truth().records("dynamics", "contacts") if r.merged_into}
    sql = "select record_id, merged_into from ({newest}) where merged_into is not null"
    assert dict(Landing(here.landing).query("dynamics", "contacts", sql)) == truth


def test_users_come_whole_every_night(here: Bench) -> None:
    assert here.landed("dynamics", "systemusers").landed == 7
    assert here.landed("dynamics", "systemusers").duplicate == 7


def test_of_activities_no_word_is_asked_for_and_who_took_part_is(here: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dynamics, "MOST_ACTIVITIES", 7)
    for stream in ("emails", "phonecalls", "appointments"):
        here.landed("dynamics", stream)
        told = [record for _, record in Landing(here.landing).live_records("dynamics", stream)]
        assert {"description", "sender"}.isdisjoint({name for record in told for name in record})
        kinds = {party["kind"] for record in told for party in record["parties"]}
        assert {"contact", None} <= kinds <= {"contact", "lead", "account", None}
        assert "we@sandbox.example" not in {party["address"] for record in told for party in record["parties"]}
        assert len(here.sandbox.log.entries("*/activityparties")) == -(-len(told) // 7)
        here.sandbox.log.clear()
        changed = live(here, stream)[3]
        here.company.touch("dynamics", stream, changed)
        assert here.landed("dynamics", stream).reading == "changes"
        first, *parties = here.sandbox.log.entries("*/data/*")
        assert "deltatoken" in first.query and "select" in first.query and len(parties) == 1
        newest = dict(Landing(here.landing).live_records("dynamics", stream))[changed]
        assert "parties" in newest and "description" not in newest
        here.sandbox.log.clear()


def test_parties_that_cannot_be_read_end_the_stream_before_anything_is_landed(here: Bench) -> None:
    here.sandbox.faults.add("status", path="*/activityparties", status=403, times=None)
    assert isinstance(here.pull("dynamics", "emails")["emails"].error, AccessDenied)
    assert Landing(here.landing).newest("dynamics", "emails") is None


def test_parties_on_several_pages_are_all_read_and_a_page_that_leads_to_itself_is_noticed(here: Bench) -> None:
    activity = live(here, "phonecalls")[0]
    party = '{"_activityid_value":"%s","participationtypemask":2,"addressused":"%s"}'
    path = "/dynamics/api/data/v9.2/activityparties"
    link = f'"@odata.nextLink":"{here.sandbox.base_url}{path}?$skiptoken=1",'
    body = '{%s"value":[%s]}'
    here.sandbox.faults.add("status", path=f"*{path}", status=200, body=body % (link, party % (activity, "a")), times=1)
    here.sandbox.faults.add(
        "status", path=f"*{path}", status=200, body=body % ("", party % (activity, "b")), times=None
    )
    here.landed("dynamics", "phonecalls")
    record = dict(Landing(here.landing).live_records("dynamics", "phonecalls"))[activity]
    assert {p["address"] for p in record["parties"]} == {"a", "b"}
    here.sandbox.faults.clear()
    here.sandbox.faults.add("status", path=f"*{path}", status=200, body=body % (link, ""), times=None)
    assert isinstance(here.pull("dynamics", "emails")["emails"].error, LoopDetected)


def test_a_table_that_the_environment_has_not_is_told_and_the_others_are_pulled(here: Bench) -> None:
    body = '{"error":{"code":"0x8006088a","message":"Resource not found for the segment \'campaigns\'."}}'
    here.sandbox.faults.add("status", path="*/campaigns", status=404, body=body, times=None)
    results = here.pull("dynamics", "campaigns", "products")
    assert isinstance(results["campaigns"].error, AccessDenied) and "no such table" in str(results["campaigns"].error)
    assert results["products"].error is None


def test_what_a_role_never_saw_of_what_is_offered_is_passed_over_and_told(
    here: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    here.sandbox.faults.add("forbidden", path="*/v9.2/quotes*", times=None)
    caplog.set_level("WARNING")
    for _ in range(2):
        caplog.clear()
        footer = here.landed("dynamics", "quotes")
        assert (footer.received, footer.end_proof) == (0, dynamics.SKIPPED)
        assert f"dynamics/quotes: {dynamics.SKIPPED}" in caplog.text
    here.sandbox.faults.clear()
    assert here.landed("dynamics", "quotes").landed
    assert here.differences("dynamics", "quotes") == {}
    here.sandbox.faults.add("forbidden", path="*/v9.2/quotes*", times=None)
    with pytest.raises(AccessDenied):
        here.landed("dynamics", "quotes")
