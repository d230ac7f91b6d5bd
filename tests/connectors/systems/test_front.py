"""Front: pages that go on at another host, events in place of a filter, what is in the bin or merged, and no message."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import msgspec
import pytest

from crm360.connectors.engine.errors import BadResponse
from crm360.connectors.engine.landing import Landing
from crm360.connectors.engine.page import Page
from crm360.connectors.engine.request import Request
from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.company.table import LIVE
from crm360.connectors.sandbox.vendors.front import api
from crm360.connectors.sandbox.vendors.front.fake import read
from crm360.connectors.systems import front
from tests.connectors.battery import Bench, bench

SYSTEM, STREAM = "front", "conversations"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path) as made:
        yield made


def live(here: Bench, stream: str = STREAM) -> dict[str, Any]:
    return dict(Landing(here.landing).live_records(SYSTEM, stream))


def test_the_first_night_reads_all_and_later_ones_the_events_alone(
    here: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front, "MOST", "7")
    monkeypatch.setattr(api, "MOST_EVENTS", 2)
    here.pull(SYSTEM)
    assert here.differences(SYSTEM, STREAM) == here.differences(SYSTEM, "contacts") == {}
    before = len(here.sandbox.log.entries("*/conversations"))
    assert before and here.sandbox.log.entries("*/events") == []
    cursor = here.landed_so_far.newest(SYSTEM, STREAM)
    assert cursor is not None and cursor.cursor_after is not None
    for id_ in list(live(here))[:5]:
        here.company.touch(SYSTEM, STREAM, id_, here.company.now + clock.HOUR)
    here.company.go_to(1)
    assert here.pull(SYSTEM)[STREAM].error is None and here.differences(SYSTEM, STREAM) == {}
    asked = [parse_qs(call.query) for call in here.sandbox.log.entries("*/events")]
    assert len(asked) > 2 and len(here.sandbox.log.entries("*/conversations")) == before
    since = float(asked[0]["q[after]"][0])
    assert 0 < cursor.cursor_after.timestamp() - since < 86400


def test_what_goes_into_the_bin_is_deleted_and_what_comes_out_is_back(here: Bench) -> None:
    here.pull(SYSTEM)
    gone = sorted(live(here))[3]
    here.company.delete(SYSTEM, STREAM, gone)
    here.company.go_to(1)
    here.pull(SYSTEM)
    assert gone not in live(here) and here.differences(SYSTEM, STREAM) == {}
    table = here.company.table(SYSTEM, STREAM)
    row = table.row_of(read(gone))
    assert row is not None
    table["state"][row], table["told_state"][row] = LIVE, LIVE
    here.company.touch(SYSTEM, STREAM, gone, here.company.now + clock.HOUR)
    here.company.go_to(2)
    here.pull(SYSTEM)
    assert gone in live(here)


def test_what_was_merged_into_another_is_deleted(here: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    here.pull(SYSTEM)
    loser, winner = sorted(live(here))[:2]
    here.company.touch(SYSTEM, STREAM, winner, here.company.now + clock.HOUR)
    here.company.delete(SYSTEM, STREAM, loser, vanish=True)
    monkeypatch.setattr(api, "MERGED", {winner: [loser]})
    here.company.go_to(1)
    here.pull(SYSTEM)
    assert loser not in live(here) and winner in live(here) and here.differences(SYSTEM, STREAM) == {}


def test_a_contact_that_was_deleted_is_missed(here: Bench) -> None:
    here.pull(SYSTEM)
    gone = sorted(live(here, "contacts"))[3]
    here.company.delete(SYSTEM, "contacts", gone, vanish=True)
    here.pull(SYSTEM)
    assert gone not in live(here, "contacts") and here.differences(SYSTEM, "contacts") == {}


def test_no_message_is_landed_and_of_colleagues_their_ids_alone(here: Bench) -> None:
    here.pull(SYSTEM)
    here.company.go_to(1)
    here.pull(SYSTEM)
    told = list(live(here).values())
    assert len(told) > 20 and not any({"last_message", "assignee", "_links"} & set(record) for record in told)
    assert any(record["assignee_id"] for record in told) and any(record["contact_id"] for record in told)
    assert {str(record["contact_id"])[:4] for record in told} <= {"crd_", "None"}


@pytest.mark.parametrize(
    ("pagination", "said"),
    [
        ({}, "does not say whether it is the last"),
        ({"_pagination": {}}, "does not say whether it is the last"),
        ({"_pagination": {"next": "https://a.api.frontapp.example/contacts?limit=1"}}, "there is more, but not where"),
    ],
)
def test_a_page_that_does_not_say_where_it_ends_is_an_error(pagination: dict[str, object], said: str) -> None:
    page = Page(msgspec.json.encode({"_results": [{"id": "crd_1"}], **pagination}), "_results")
    with pytest.raises(BadResponse, match=said):
        front.PAGES.next(Request("/contacts"), page)


def test_of_the_next_pages_address_the_token_alone_is_taken() -> None:
    link = "https://a.api.frontapp.example/contacts?limit=25&page_token=92f3"
    page = Page(msgspec.json.encode({"_results": [], "_pagination": {"next": link}}), "_results")
    following = front.PAGES.next(Request("/contacts", {"limit": "100"}), page)
    assert following is not None and following.path == "/contacts"
    assert dict(following.params) == {"limit": "100", "page_token": "92f3"}


def test_seconds_have_a_fraction_and_a_contact_may_lack_them() -> None:
    assert front.utc_of(1453770984.123) == "2016-01-26T01:16:24.123Z"
    assert front.utc_of(None) is None and front.utc_of("soon") == "soon"
