"""Jotform: New York's time, what is edited or deleted there, a form that is new, and answers as a list."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from crm360.connectors.engine.landing import Landing
from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.vendors.jotform import api
from crm360.connectors.systems import jotform
from tests.connectors.battery import Bench, bench

SYSTEM, FIRST = "jotform", "250010000000001"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path) as made:
        yield made


def test_pages_end_with_an_empty_one_and_a_night_asks_in_new_yorks_time(
    here: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jotform, "MOST", "7")
    here.pull(SYSTEM)
    assert here.differences(SYSTEM, "submissions") == {}
    first = [parse_qs(call.query) for call in here.sandbox.log.entries(f"*/{FIRST}/submissions")]
    assert len(first) > 5 and not any("filter" in one for one in first)
    cursor = here.landed(SYSTEM, "submissions").cursor_after
    assert cursor is not None
    asked = [
        json.loads(parse_qs(call.query)["filter"][0])
        for call in here.sandbox.log.entries(f"*/{FIRST}/submissions")[len(first) :]
    ]
    assert {name for one in asked for name in one} == {"created_at:gt", "updated_at:gt"}
    since = datetime.strptime(asked[0]["created_at:gt"], "%Y-%m-%d %H:%M:%S")
    assert since == cursor - timedelta(hours=1, seconds=1) - timedelta(hours=4)  # summer there


def test_what_is_edited_is_read_again_and_what_is_deleted_is_missed(here: Bench) -> None:
    here.pull(SYSTEM)
    live = [r.id for r in here.company.truth().records(SYSTEM, "submissions") if not r.deleted]
    here.company.touch(SYSTEM, "submissions", live[3], here.company.now + clock.HOUR)
    here.company.delete(SYSTEM, "submissions", live[5], vanish=True)
    here.company.go_to(1)
    result = here.pull(SYSTEM)["submissions"]
    assert result.error is None and here.differences(SYSTEM, "submissions") == {}
    landed = dict(Landing(here.landing).live_records(SYSTEM, "submissions"))
    assert live[5] not in landed and landed[live[3]]["changed_at"] > landed[live[3]]["submitted_at"]


def test_a_night_in_which_nothing_was_deleted_reads_no_list_of_all(here: Bench) -> None:
    here.pull(SYSTEM)
    before = len(here.sandbox.log.entries("*/submissions"))
    here.pull(SYSTEM)
    told = [parse_qs(call.query) for call in here.sandbox.log.entries("*/submissions")[before:]]
    assert told and all("filter" in one for one in told)


def test_a_form_that_is_new_is_read_from_its_beginning(here: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    second = list(api.FORMS)[1]
    monkeypatch.setattr(api, "FORMS", {FIRST: api.FORMS[FIRST]})
    here.pull(SYSTEM)
    lacking = here.differences(SYSTEM, "submissions")["lost"]
    monkeypatch.setattr(api, "FORMS", {FIRST: "A month with us", second: "Almost a year with us"})
    here.pull(SYSTEM)
    assert lacking and here.differences(SYSTEM, "submissions") == {}


def test_answers_are_a_list_and_no_address_of_a_machine_is_landed(here: Bench) -> None:
    here.pull(SYSTEM)
    told = [record for _, record in Landing(here.landing).live_records(SYSTEM, "submissions")]
    assert not any("ip" in record for record in told) and len(told) > 20
    assert {type(one["said"]) for record in told for one in record["answers"]} == {str, type(None)}
    names = [one for record in told for one in record["answers"] if one["type"] == "control_fullname"]
    assert names and all(set(one["parts"]) == {"first", "last"} and one["said"] is None for one in names)
    assert jotform.answer_of({"qid": "8", "answer": ["a", "b"]})["said"] == "a; b"


def test_times_are_told_in_utc_and_a_zone_that_is_none_is_told() -> None:
    assert jotform.utc_of("2013-06-25 03:38:00", jotform.ZONE) == "2013-06-25T07:38:00Z"
    assert jotform.utc_of("2013-12-25 03:38:00", jotform.ZONE) == "2013-12-25T08:38:00Z"
    assert jotform.utc_of("soon", jotform.ZONE) == "soon" and jotform.utc_of(None, jotform.ZONE) is None
    assert "America/New_York" in str(jotform.wrong({"time_zone": "EDT-4"}, None))
    assert jotform.wrong({"time_zone": "Europe/Berlin"}, None) is None
