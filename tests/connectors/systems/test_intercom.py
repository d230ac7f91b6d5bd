"""Intercom: days of a foreign zone, the version's header, what is deleted or merged, more companies than the list gives."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from crm360.connectors.engine.errors import BadResponse
from crm360.connectors.engine.landing import Landing
from crm360.connectors.engine.page import Page
from crm360.connectors.engine.request import Request
from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.vendors.intercom import api
from crm360.connectors.systems import intercom
from tests.connectors.battery import Bench, bench

SYSTEM = "intercom"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path) as made:
        yield made


def asked(here: Bench, stream: str) -> list[dict[str, Any]]:
    """The searches for pages of a stream; what only counts is left out."""
    told = [json.loads(e.body) for e in here.sandbox.log.entries(f"*/{stream}/search")]
    return [one for one in told if one["pagination"]["per_page"] != 1]


def test_what_changed_within_the_day_before_comes_whatever_day_it_is_there(
    here: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intercom, "MOST", 20)
    here.company.share_timestamp(SYSTEM, "contacts", 60, datetime(2026, 6, 30, 1))
    cursor = here.landed(SYSTEM, "contacts").cursor_after
    assert cursor is not None and here.differences(SYSTEM, "contacts") == {}
    first = asked(here, "contacts")
    assert len(first) > 2 and all(one["query"]["operator"] == ">" for one in first)
    older = (
        r for r in here.company.truth().records(SYSTEM, "contacts") if r.changed_at < cursor - intercom.CUT_TO_DAYS
    )
    late = next(r.id for r in older if not r.deleted)
    here.company.touch(SYSTEM, "contacts", late, clock.moment(cursor) - 23 * clock.HOUR)
    here.landed(SYSTEM, "contacts")
    assert here.differences(SYSTEM, "contacts") == {}


def test_what_is_deleted_is_told_and_what_vanishes_is_missed_in_the_number(here: Bench) -> None:
    here.pull(SYSTEM)
    told, missed = [r.id for r in here.company.truth().records(SYSTEM, "conversations") if not r.deleted][:2]
    person = next(r.id for r in here.company.truth().records(SYSTEM, "contacts") if not r.deleted)
    here.company.go_to(1)
    here.company.delete(SYSTEM, "conversations", told)
    here.sandbox.log.clear()
    here.pull(SYSTEM, "conversations")
    assert len(asked(here, "conversations")) == 1 and here.differences(SYSTEM, "conversations") == {}
    here.company.delete(SYSTEM, "conversations", missed, vanish=True)
    here.company.delete(SYSTEM, "contacts", person, vanish=True)
    here.pull(SYSTEM)
    assert here.differences(SYSTEM, "conversations") == here.differences(SYSTEM, "contacts") == {}


def test_who_was_merged_is_named_by_the_winner(here: Bench) -> None:
    here.pull(SYSTEM, "contacts")
    winner, loser = [r.id for r in here.company.truth().records(SYSTEM, "contacts") if not r.deleted][:2]
    history = [{"type": "merge_history", "source_contact_id": loser, "source_contact_role": "lead", "merged_at": None}]
    here.company.touch(SYSTEM, "contacts", winner, fields={"merge_history": history})
    here.company.delete(SYSTEM, "contacts", loser, vanish=True)
    here.company.go_to(1)
    here.landed(SYSTEM, "contacts")
    sql = "select record_id, merged_into from ({newest}) where record_id = ? and is_deleted"
    assert Landing(here.landing).query(SYSTEM, "contacts", sql, loser) == [(loser, winner)]


def test_more_companies_than_the_list_gives_are_told(here: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intercom, "CEILING", 2)
    error = here.pull(SYSTEM, "companies")["companies"].error
    assert isinstance(error, BadResponse) and "of which the list gives 2 only" in str(error)


def test_each_request_names_the_version(here: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intercom, "VERSION", "2.7")
    assert all("HTTP 400" in str(p.error) for p in here.pull(SYSTEM).values())
    assert api.VERSION == "2.16"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"data": [{"id": "1"}], "total_count": 1}, "whether it is the last"),
        ({"data": [], "pages": {"next": {"per_page": 5}}}, "there is more, but not where"),
    ],
)
def test_a_page_that_does_not_say_where_it_ends_is_an_error(answer: dict[str, Any], said: str) -> None:
    with pytest.raises(BadResponse, match=said):
        intercom.PAGES.next(Request("/contacts/search"), Page(json.dumps(answer).encode(), "data"))
