"""QuickBooks: a token that lives once, what cdc tells and where it ends, and what a list leaves out by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs

import msgspec
import pytest

from crm360.connectors.engine.errors import AuthError, BadResponse
from crm360.connectors.engine.landing import Landing
from crm360.connectors.engine.page import Page
from crm360.connectors.engine.request import Reply, Request
from crm360.connectors.engine.session import Session
from crm360.connectors.sandbox.vendors.quickbooks import api
from crm360.connectors.sandbox.vendors.quickbooks.fake import SECRETS
from crm360.connectors.systems import quickbooks
from tests.connectors.battery import Bench, bench

SYSTEM = "quickbooks"
FIRST = datetime(2026, 7, 1)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setattr(Session, "backoff", lambda _self, _attempt: 0.01)
    with bench(tmp_path, people=60) as made:
        yield made


def asked(here: Bench) -> list[str]:
    """What was asked for, in words: the text of a query, or cdc and since when."""
    told = []
    for call in here.sandbox.log.entries():
        params = parse_qs(call.query)
        told += params.get("query", []) + [f"cdc {since}" for since in params.get("changedSince", [])]
    return told


def live(here: Bench, stream: str) -> list[str]:
    return [r.id for r in here.company.truth().records(SYSTEM, stream) if not r.deleted]


def test_each_refresh_token_lives_once_and_the_next_one_is_kept_before_it_is_used(here: Bench) -> None:
    kept = here.landing.parent / "tokens" / "quickbooks.json"
    for night in (1, 2, 3):
        assert here.pull(SYSTEM, "items")["items"].error is None
        told = msgspec.json.decode(kept.read_bytes(), type=dict[str, str])
        assert told["refresh_token"] == f"{SECRETS['refresh_token']}-{night}"
        assert kept.stat().st_mode & 0o077 == 0
    kept.unlink()  # as after a loss of the data folder: what was set up at first is dead
    error = here.pull(SYSTEM, "items")["items"].error
    assert isinstance(error, AuthError) and "invalid_grant" in str(error)


def test_a_quiet_night_asks_how_many_there_are_and_what_has_changed(here: Bench) -> None:
    here.pull(SYSTEM, "invoices", "customers")
    here.sandbox.log.clear()
    here.pull(SYSTEM, "invoices", "customers")
    assert [a.split(" ")[0] for a in asked(here)].count("cdc") == 2
    assert sorted(a for a in asked(here) if not a.startswith("cdc")) == [
        "SELECT COUNT(*) FROM Customer WHERE Active IN (true, false)",
        "SELECT COUNT(*) FROM Invoice",
    ]


def test_what_is_deleted_is_seen_by_cdc_and_what_is_gone_without_a_word_by_the_number(here: Bench) -> None:
    here.pull(SYSTEM, "invoices")
    told, silent = live(here, "invoices")[:2]
    here.company.go_to(1)
    here.company.delete(SYSTEM, "invoices", told)
    here.sandbox.log.clear()
    here.pull(SYSTEM, "invoices")
    assert told not in Landing(here.landing).live_ids(SYSTEM, "invoices")
    assert not any("SELECT Id" in a for a in asked(here))
    here.company.delete(SYSTEM, "invoices", silent, vanish=True)
    here.pull(SYSTEM, "invoices")
    assert any("SELECT Id" in a for a in asked(here))
    assert here.differences(SYSTEM, "invoices") == {}


def test_more_changes_than_cdc_gives_are_read_by_query(here: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    here.pull(SYSTEM, "invoices")
    monkeypatch.setattr(quickbooks, "MOST_CHANGES", 30)
    monkeypatch.setattr(api, "MOST_CHANGES", 30)
    here.company.go_to(1)
    for record in live(here, "invoices")[:40]:
        here.company.touch(SYSTEM, "invoices", record, FIRST + timedelta(hours=12))
    here.company.delete(SYSTEM, "invoices", live(here, "invoices")[50])
    here.sandbox.log.clear()
    here.pull(SYSTEM, "invoices")
    assert here.differences(SYSTEM, "invoices") == {}
    assert [a.split(" ")[0] + a.split(" ")[1][:2] for a in asked(here)] == ["SELECTCO", "cdc20", "SELECT*", "SELECTId"]


def test_after_longer_than_cdc_knows_all_ids_are_compared(here: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quickbooks, "REACHES_BACK", timedelta(hours=1))
    here.pull(SYSTEM, "payments")
    gone = live(here, "payments")[3]
    here.company.delete(SYSTEM, "payments", gone)
    here.company.go_to(1)
    here.sandbox.log.clear()
    assert here.pull(SYSTEM, "payments")["payments"].error is None
    assert here.differences(SYSTEM, "payments") == {}
    assert not any(a.startswith("cdc") for a in asked(here))


def test_what_has_not_changed_for_a_month_is_asked_by_cdc_since_the_last_night(here: Bench) -> None:
    here.pull(SYSTEM, "refund_receipts")
    here.company.go_to(1)
    here.company.delete(SYSTEM, "refund_receipts", live(here, "refund_receipts")[0])
    here.sandbox.log.clear()
    here.pull(SYSTEM, "refund_receipts")
    (since,) = [a for a in asked(here) if a.startswith("cdc")]
    assert since.startswith("cdc 2026-07-01T01:5") and not any("SELECT Id" in a for a in asked(here))
    assert here.differences(SYSTEM, "refund_receipts") == {}


def test_an_inactive_customer_is_read_and_stays(here: Bench) -> None:
    here.pull(SYSTEM, "customers")
    records = dict(Landing(here.landing).live_records(SYSTEM, "customers"))
    assert [r["Active"] for r in records.values()].count(False) >= 1
    one = next(i for i, r in records.items() if r["Active"])
    here.company.touch(SYSTEM, "customers", one, fields={"Active": False})
    here.company.go_to(1)
    here.pull(SYSTEM, "customers")
    assert not dict(Landing(here.landing).live_records(SYSTEM, "customers"))[one]["Active"]
    assert here.differences(SYSTEM, "customers") == {}


def test_a_company_that_has_none_of_a_kind_is_no_error(here: Bench) -> None:
    for record in live(here, "credit_memos"):
        here.company.delete(SYSTEM, "credit_memos", record)
    results = here.pull(SYSTEM, "credit_memos")
    assert results["credit_memos"].error is None and here.landed(SYSTEM, "credit_memos").source_total == 0


def test_positions_count_within_a_second_only(here: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quickbooks, "PAGE", 20)
    here.company.share_timestamp(SYSTEM, "invoices", 50, datetime(2026, 6, 30, 1))
    here.pull(SYSTEM, "invoices")
    pages = [a for a in asked(here) if a.startswith("SELECT *")]
    assert len(pages) > 5 and "STARTPOSITION 21 " in " ".join(pages) and " WHERE " not in pages[0]
    assert here.differences(SYSTEM, "invoices") == {}


def test_a_refusal_that_does_not_say_for_how_long_is_for_a_minute() -> None:
    assert quickbooks.throttled(Reply(429, {}, b"")) == 60.0
    assert quickbooks.throttled(Reply(429, {"retry-after": "3"}, b"")) is None
    assert quickbooks.throttled(Reply(200, {}, b"")) is None


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"Fault": {"Error": [{"Message": "x@y.z", "code": "3100"}], "type": "X"}}, "QuickBooks' fault 3100"),
        ({"CDCResponse": [{"Fault": {"Error": [{"code": "10000"}]}}]}, "QuickBooks' fault 10000"),
        ({"Fault": {"Error": [{"code": "who@example.com"}]}}, "a fault"),
        ({"QueryResponse": {"Item": [{"Name": '"Fault"'}]}}, None),
    ],
)
def test_a_fault_with_status_200_is_told_by_its_codes_alone(answer: object, told: str | None) -> None:
    assert quickbooks.faults_in_200(Reply(200, {}, json.dumps(answer).encode())) == told


@pytest.mark.parametrize("record", [{"Id": "1"}, {"MetaData": {"LastUpdatedTime": "soon"}}])
def test_a_full_page_that_does_not_say_where_it_ends_is_an_error(record: dict[str, object]) -> None:
    request = Request("", {"query": quickbooks._select("*", "Item", None).replace("MAXRESULTS 1000", "MAXRESULTS 1")})
    body = json.dumps({"QueryResponse": {"Item": [record]}}).encode()
    with pytest.raises(BadResponse, match=r"no readable 'MetaData\.LastUpdatedTime'"):
        quickbooks.PAGES.next(request, Page(body, "QueryResponse.Item"))


@pytest.mark.parametrize(
    ("body", "count"),
    [(b'{"A": {}}', 0), (b'{"A": {"n": 1}}', 0), (b'{"A": {"B": [1]}}', 1), (b'{"A": {"C": []}}', None), (b"{}", None)],
)
def test_a_list_may_be_left_out_of_its_object_and_of_nothing_else(body: bytes, count: int | None) -> None:
    if count is None:
        with pytest.raises(BadResponse, match=r"has no 'A\.B'"):
            Page(body, "A.B", may_lack=True)
    else:
        assert len(Page(body, "A.B", may_lack=True).records) == count


def test_a_path_leads_through_lists() -> None:
    body = b'{"A": [{"B": [{"C": [7, 8]}]}, {"B": []}]}'
    assert [bytes(r) for r in Page(body, "A.0.B.0.C").records] == [b"7", b"8"]
    assert not Page(body, "A.1.B").records
    with pytest.raises(BadResponse, match=r"has no 'A\.2\.B'"):
        Page(body, "A.2.B")
