"""SurveyMonkey: where a page's end is told, what is deleted there, a survey that is new or gone, and the day's calls."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from crm360.connectors.engine.errors import BadResponse, RateLimited
from crm360.connectors.engine.landing import Landing
from crm360.connectors.engine.page import Page
from crm360.connectors.engine.request import Reply, Request
from crm360.connectors.sandbox.vendors.surveymonkey import api
from crm360.connectors.systems import surveymonkey
from tests.connectors.battery import Bench, bench

SYSTEM = "surveymonkey"
FIRST, SECOND = api.SURVEYS


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path) as made:
        yield made


def asked(here: Bench, path: str) -> list[dict[str, str]]:
    """The parameters of each request for a page of a path; what only counts is left out."""
    told = [{name: value for name, (value,) in parse_qs(e.query).items()} for e in here.sandbox.log.entries(path)]
    return [one for one in told if one.get("per_page") != "1"]


def test_each_page_begins_at_the_last_time_seen_and_links_are_not_followed(
    here: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(surveymonkey, "RESPONSES", "7")
    here.company.share_timestamp(SYSTEM, "responses", 20, datetime(2026, 6, 30, 1))
    here.pull(SYSTEM)
    assert here.differences(SYSTEM, "responses") == {}
    first = asked(here, f"*/{FIRST}/responses/bulk")
    assert len(first) > 4 and "start_modified_at" not in first[0]
    assert all("start_modified_at" in one and one["sort_order"] == "ASC" for one in first[1:])
    assert {one["page"] for one in first} > {"1", "2"}  # within one second, by number
    cursor = here.landed(SYSTEM, "responses").cursor_after
    assert cursor is not None
    told = asked(here, f"*/{FIRST}/responses/bulk")[len(first)]["start_modified_at"]
    assert datetime.fromisoformat(told) <= cursor


def test_what_is_deleted_is_missed_in_the_number_of_all(here: Bench) -> None:
    here.pull(SYSTEM)
    gone = next(r.id for r in here.company.truth().records(SYSTEM, "responses") if not r.deleted)
    here.company.delete(SYSTEM, "responses", gone, vanish=True)
    here.company.go_to(1)
    assert here.pull(SYSTEM)["responses"].error is None
    assert here.differences(SYSTEM, "responses") == {}
    assert gone not in Landing(here.landing).live_ids(SYSTEM, "responses")


def test_a_new_survey_is_read_from_its_beginning_and_one_that_is_gone_is_a_great_loss_and_told(
    here: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = dict(api.SURVEYS)
    monkeypatch.delitem(api.SURVEYS, SECOND)
    here.pull(SYSTEM)
    first = Landing(here.landing).live_ids(SYSTEM, "responses")
    monkeypatch.setattr(api, "SURVEYS", both)
    here.company.go_to(1)
    here.pull(SYSTEM)
    assert here.differences(SYSTEM, "responses") == {}
    every = Landing(here.landing).live_ids(SYSTEM, "responses")
    assert len(every) > len(first)
    monkeypatch.setattr(api, "SURVEYS", {SECOND: both[SECOND]})
    here.company.go_to(2)
    errors = {name: p.error for name, p in here.pull(SYSTEM).items()}
    assert errors["surveys"] is None and "vanished at once" in str(errors["responses"])


def test_the_questions_are_asked_for_again_only_where_the_survey_has_changed(
    here: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.pull(SYSTEM, "surveys")
    here.pull(SYSTEM, "surveys")
    assert [e.path.split("/")[-2] for e in here.sandbox.log.entries("*/details")] == [FIRST, SECOND]
    monkeypatch.setattr(api, "WRITTEN", "2026-07-01T01:00:00+00:00")
    here.pull(SYSTEM, "surveys")
    assert len(here.sandbox.log.entries("*/details")) == 4
    surveys = dict(Landing(here.landing).live_records(SYSTEM, "surveys"))
    assert all(survey["definition"]["pages"][0]["questions"] for survey in surveys.values())


def test_the_days_calls_being_used_up_ends_the_reading_and_a_minutes_are_waited_for() -> None:
    day, minute = surveymonkey.DAY, surveymonkey.MINUTE
    with pytest.raises(RateLimited, match="the day's calls are used up"):
        surveymonkey.throttled(Reply(429, {f"{day}remaining": "0", f"{minute}reset": "9"}, b""))
    assert surveymonkey.throttled(Reply(429, {f"{day}remaining": "40", f"{minute}reset": "9"}, b"")) == 9.0
    assert surveymonkey.throttled(Reply(429, {f"{minute}reset": "9", "retry-after": "3"}, b"")) is None
    assert surveymonkey.throttled(Reply(200, {f"{day}remaining": "0"}, b"")) is None


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"data": [{"id": "1"}]}, "does not say whether it is the last"),
        ({"data": [], "links": {"next": "https://x.example"}}, "there is more, but not where"),
        ({"data": [{"id": "1"}], "links": {"next": "-"}}, "no readable 'date_modified'"),
    ],
)
def test_a_page_that_does_not_say_where_it_ends_is_an_error(answer: dict[str, object], said: str) -> None:
    with pytest.raises(BadResponse, match=said):
        surveymonkey.PAGES.next(Request("/v3/surveys/1/responses/bulk"), Page(json.dumps(answer).encode(), "data"))
