"""Typeform: where a page's end is told, what is deleted there, and a form that is new or gone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from crm360.connectors.engine.errors import BadResponse
from crm360.connectors.engine.landing import Landing
from crm360.connectors.engine.page import Page
from crm360.connectors.engine.request import Request
from crm360.connectors.sandbox.vendors.typeform import api
from crm360.connectors.systems import typeform
from tests.connectors.battery import Bench, bench

SYSTEM = "typeform"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path) as made:
        yield made


def asked(here: Bench, path: str) -> list[dict[str, list[str]]]:
    """The parameters of each request for a page of a path; what only counts is left out."""
    told = [parse_qs(call.query) for call in here.sandbox.log.entries(path)]
    return [one for one in told if one["page_size"] != ["1"]]


def test_pages_lead_to_the_oldest_and_a_night_asks_from_an_hour_before(
    here: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typeform, "ANSWERS", "7")
    here.pull(SYSTEM)
    assert here.differences(SYSTEM, "responses") == {}
    first = asked(here, "*/fIrStAsk/responses")
    assert len(first) > 5 and "before" not in first[0] and all("before" in one for one in first[1:])
    assert not any("since" in one or "sort" in one for one in first)
    cursor = here.landed(SYSTEM, "responses").cursor_after
    assert cursor is not None
    (told,) = asked(here, "*/fIrStAsk/responses")[len(first)]["since"]
    assert datetime.fromisoformat(told).replace(tzinfo=None) <= cursor - typeform.MAY_LAG


def test_what_is_deleted_is_missed_in_the_number_of_all(here: Bench) -> None:
    here.pull(SYSTEM)
    gone = next(r.id for r in here.company.truth().records(SYSTEM, "responses") if not r.deleted)
    here.company.delete(SYSTEM, "responses", gone, vanish=True)
    here.company.go_to(1)
    assert here.pull(SYSTEM)["responses"].error is None
    assert here.differences(SYSTEM, "responses") == {}
    assert gone not in Landing(here.landing).live_ids(SYSTEM, "responses")


def test_a_new_form_is_read_from_its_beginning_and_one_that_is_gone_takes_its_answers_along(
    here: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = dict(api.FORMS)
    monkeypatch.delitem(api.FORMS, "sEcNdAsk")
    here.pull(SYSTEM)
    first = Landing(here.landing).live_ids(SYSTEM, "responses")
    monkeypatch.setattr(api, "FORMS", both)
    here.company.go_to(1)
    here.pull(SYSTEM)
    assert here.differences(SYSTEM, "responses") == {}
    assert len(Landing(here.landing).live_ids(SYSTEM, "responses")) > len(first)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"items": [{"token": "a"}]}, "does not state its 'page_count'"),
        ({"page_count": "2", "items": [{"token": "a"}]}, "does not state its 'page_count'"),
        ({"page_count": 2, "items": []}, "there is more, but not where"),
        ({"page_count": 2, "items": [{"id": "a"}]}, "there is more, but not where"),
    ],
)
def test_a_page_that_does_not_say_where_it_ends_is_an_error(answer: dict[str, object], said: str) -> None:
    with pytest.raises(BadResponse, match=said):
        typeform.PAGES.next(Request("/forms/a/responses"), Page(json.dumps(answer).encode(), "items"))
