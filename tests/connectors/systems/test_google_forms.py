"""Google Forms: pages, what was changed or deleted there, forms that are gone, new or mistyped, questions that were taken out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from crm360.connectors.engine.errors import SourceError, SweepTooLarge
from crm360.connectors.engine.landing import Landing
from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.vendors.google_forms import api
from crm360.connectors.sandbox.vendors.google_forms.fake import CLIENT, FORMS
from crm360.connectors.systems import google_forms
from tests.connectors.battery import Bench, bench

SYSTEM, STREAM = "google_forms", "responses"
FIRST, SECOND, _EMPTY = FORMS


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path) as made:
        yield made


def asked(here: Bench) -> list[dict[str, list[str]]]:
    """What lists of responses were asked for."""
    return [parse_qs(call.query) for call in here.sandbox.log.entries("*/responses")]


def live(here: Bench, stream: str = STREAM) -> dict[str, Any]:
    return dict(Landing(here.landing).live_records(SYSTEM, stream))


def test_pages_are_read_to_their_end_and_a_night_reads_changes_and_all_ids(
    here: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(google_forms, "MOST", "7")
    here.pull(SYSTEM)
    assert here.differences(SYSTEM, STREAM) == {} and len(live(here)) > 20
    first = asked(here)
    assert len(first) > 5 and not any("filter" in one or "fields" in one for one in first)
    here.pull(SYSTEM)
    second = asked(here)[len(first) :]
    assert [one for one in second if "filter" not in one and "fields" not in one] == []
    assert sum("fields" in one for one in second) > 5


def test_what_is_answered_anew_is_read_again_and_what_is_deleted_is_missed(here: Bench) -> None:
    here.pull(SYSTEM)
    ids = sorted(live(here))
    here.company.touch(SYSTEM, STREAM, ids[3], here.company.now + clock.HOUR)
    here.company.delete(SYSTEM, STREAM, ids[5], vanish=True)
    here.company.go_to(1)
    assert here.pull(SYSTEM)[STREAM].error is None and here.differences(SYSTEM, STREAM) == {}
    landed = live(here)
    assert ids[5] not in landed and landed[ids[3]]["lastSubmittedTime"] > landed[ids[3]]["createTime"]


def test_a_form_that_is_new_is_read_from_its_beginning(here: Bench) -> None:
    here.settings = {"form_ids": FIRST}
    here.pull(SYSTEM)
    assert here.differences(SYSTEM, STREAM)["lost"] and set(live(here, "forms")) == {FIRST}
    here.settings = {}
    here.pull(SYSTEM)
    assert here.differences(SYSTEM, STREAM) == {}


def test_a_form_that_was_deleted_takes_its_answers_along_where_so_many_may_go(
    here: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.pull(SYSTEM)
    monkeypatch.setattr(api, "FORMS", {FIRST: FORMS[FIRST]})
    assert isinstance(here.pull(SYSTEM)[STREAM].error, SweepTooLarge)
    usual = Bench.source
    monkeypatch.setattr(Bench, "source", lambda *asked, **more: replace(usual(*asked, **more), max_shrink=1.0))
    for _ in range(2):
        assert [pulled.error for pulled in here.pull(SYSTEM).values()] == [None, None]
        assert {record["formId"] for record in live(here).values()} == {FIRST}


def test_a_form_that_never_was_there_is_told(here: Bench) -> None:
    here.pull(SYSTEM)
    before = live(here)
    here.settings = {"form_ids": f"{FIRST}, mistyped"}
    assert isinstance(here.pull(SYSTEM, "forms")["forms"].error, SourceError) and live(here) == before


def test_a_question_that_was_taken_out_is_kept(here: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    here.pull(SYSTEM)
    questions = live(here, "forms")[FIRST]["questions"]
    assert [(q["kind"], q["place"], q["scale_max"]) for q in questions] == [("scale", 1, 10), ("paragraph", 3, None)]
    monkeypatch.setattr(api, "ITEMS", api.ITEMS[2:])
    for _ in range(2):
        here.pull(SYSTEM)
        kept = live(here, "forms")[FIRST]["questions"]
        assert [(q["kind"], q["place"]) for q in kept] == [("paragraph", 1), ("scale", None)]


def test_only_one_client_is_let_in(here: Bench) -> None:
    here.settings = {"client_id": "another"}
    assert all(pulled.error is not None for pulled in here.pull(SYSTEM, "forms").values())
    assert CLIENT["client_id"] != "another" and not live(here, "forms")


def test_of_several_answers_all_are_told_and_files_are_not() -> None:
    several = {"textAnswers": {"answers": [{"value": "a"}, {"value": "b"}]}}
    assert google_forms.text_of(several) == "a; b"
    assert google_forms.text_of({"fileUploadAnswers": {"answers": [{"fileId": "1", "fileName": "me.png"}]}}) == ""


def test_stars_are_a_number_and_choices_are_none() -> None:
    items = [
        {"title": "CSAT", "questionItem": {"question": {"questionId": "a", "ratingQuestion": {"ratingScaleLevel": 5}}}},
        {"title": "Which?", "questionItem": {"question": {"questionId": "b", "choiceQuestion": {"type": "RADIO"}}}},
        {"title": "Rows", "questionGroupItem": {"questions": [{"questionId": "c", "rowQuestion": {"title": "x"}}]}},
    ]
    assert [(q["question_id"], q["kind"], q["scale_max"]) for q in google_forms.questions_of(items)] == [
        ("a", "rating", 5)
    ]
