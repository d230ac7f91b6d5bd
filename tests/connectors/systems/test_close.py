"""Close: a search goes on by time, windows are halved where a list ends, and what is deleted or merged is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import numpy as np
import pytest

from crm360.connectors.engine.errors import BadResponse
from crm360.connectors.engine.landing import Landing
from crm360.connectors.engine.page import Page
from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.vendors.close import api
from crm360.connectors.sandbox.vendors.close.fake import written
from crm360.connectors.systems import close
from tests.connectors.battery import Bench, bench

SYSTEM = "close"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path) as made:
        yield made


def test_a_search_of_many_pages_loses_nothing_even_where_all_changed_at_once(
    here: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(close, "FOUND", 20)
    here.pull(SYSTEM, "contacts")
    assert len(here.sandbox.log.entries("*/data/search/")) > 8 and here.differences(SYSTEM, "contacts") == {}
    live = [r for r in here.company.truth().records(SYSTEM, "contacts") if not r.deleted]
    here.company.go_to(1)
    here.company.share_timestamp(SYSTEM, "contacts", len(live) * 9 // 10, datetime(2026, 7, 2, 1))
    here.pull(SYSTEM, "contacts")
    assert here.differences(SYSTEM, "contacts") == {}


def test_a_window_that_is_too_deep_is_halved(here: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "DEEPEST", 20)
    monkeypatch.setattr(close, "LISTED", "20")
    here.pull(SYSTEM, "activities")
    asked = [parse_qs(call.query) for call in here.sandbox.log.entries("*/activity/")]
    assert len({tuple(one["date_created__lt"]) for one in asked}) > 3
    assert here.differences(SYSTEM, "activities") == {}


def test_notes_and_texts_are_not_landed(here: Bench) -> None:
    here.pull(SYSTEM, "activities", "opportunities")
    told = [record for _, record in Landing(here.landing).live_records(SYSTEM, "activities")]
    assert {record["_type"] for record in told} == {"Call", "Email", "SMS", "Meeting"}
    deals = [record for _, record in Landing(here.landing).live_records(SYSTEM, "opportunities")]
    assert not any("What was said" in json.dumps(record) for record in told + deals)


@pytest.mark.parametrize("stream", ["leads", "contacts", "opportunities", "activities"])
def test_what_is_deleted_is_told_by_the_log(here: Bench, stream: str) -> None:
    here.pull(SYSTEM, stream)
    gone = next(r.id for r in here.company.truth().records(SYSTEM, stream) if not r.deleted)
    here.company.delete(SYSTEM, stream, gone)
    here.company.go_to(1)
    here.pull(SYSTEM, stream)
    assert here.differences(SYSTEM, stream) == {}
    assert gone not in Landing(here.landing).live_ids(SYSTEM, stream)


def test_a_lead_that_was_merged_names_the_other(here: Bench) -> None:
    last = [r.id for r in here.company.truth().records(SYSTEM, "leads")][-1]
    here.company.touch(SYSTEM, "leads", last, here.company.now - clock.HOUR)  # else the log does not reach back so far
    here.pull(SYSTEM, "leads")
    winner, loser = (r.id for r in here.company.truth().records("hubspot", "companies")[:2])
    rows = [here.company.table("hubspot", "companies").row_of(one) for one in (winner, loser)]
    here.company.merge("companies", winner, loser, keep_winner=True)
    here.company.go_to(1)
    here.pull(SYSTEM, "leads")
    won, lost = (written("leads", int(here.company.table(SYSTEM, "leads").ids(np.array([row]))[0])) for row in rows)
    sql = "select merged_into from ({newest}) where record_id = ? and is_deleted"
    assert Landing(here.landing).query(SYSTEM, "leads", sql, lost) == [(won,)]


def test_the_key_is_redacted_and_no_empty_text_is() -> None:
    auth = close.auth({}, {"token": "api_key.1"})
    assert "api_key.1" in auth.secrets and "" not in auth.secrets
    assert auth.headers == {"Authorization": "Basic YXBpX2tleS4xOg=="}


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"data": []}, "whether it is the last"),
        ({"data": [], "cursor": "eyJz"}, "there is more, but not where"),
        ({"data": [{"id": "lead_1", "date_updated": 7}], "cursor": "eyJz"}, "there is more, but not where"),
    ],
)
def test_a_search_that_does_not_say_where_it_ends_is_an_error(answer: dict[str, Any], said: str) -> None:
    with pytest.raises(BadResponse, match=said):
        close.SearchThenSince().next(close.search("lead", None), Page(json.dumps(answer).encode(), "data"))
