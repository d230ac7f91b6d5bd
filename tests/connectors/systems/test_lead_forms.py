"""Lead forms of Meta and LinkedIn: tokens of pages, what came since, keys in a form's language, consents, who may not read."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from crm360.connectors.engine.errors import AccessDenied, BadResponse
from crm360.connectors.engine.landing import Landing
from crm360.connectors.engine.session import Session
from crm360.connectors.sandbox.company.advertising import ACCOUNTS
from crm360.connectors.sandbox.vendors.meta_ads import api as meta
from crm360.connectors.sandbox.vendors.meta_ads.fake import FORMS, PAGES
from crm360.connectors.systems import _lead_forms, _linkedin_leads
from tests.connectors.battery import Bench, bench

FIRST, SECOND, _EMPTY = FORMS
OF_META, OF_LINKEDIN = ("meta_ads", "lead_forms", "leads"), ("linkedin_ads", "accounts", "lead_forms", "leads")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setattr(Session, "backoff", lambda _self, _attempt: 0.01)
    with bench(tmp_path, people=120) as made:
        yield made


def live(here: Bench, system: str, stream: str = "leads") -> dict[str, Any]:
    return dict(Landing(here.landing).live_records(system, stream))


def said(lead: dict[str, Any], kind: str) -> list[str]:
    return [answer["said"] for answer in lead["answers"] if answer["type"] == kind]


def test_metas_leads_are_read_by_the_pages_tokens_and_a_night_asks_for_what_came_since(
    here: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meta, "MOST", 7)
    here.pull(*OF_META)
    assert here.differences("meta_ads", "leads") == {}
    first = here.sandbox.log.entries("*/leads")
    assert len(first) > len(FORMS) and not any("filtering" in call.query for call in first)
    here.company.go_to(3)
    here.sandbox.log.clear()
    here.pull(*OF_META)
    second = [parse_qs(call.query) for call in here.sandbox.log.entries("*/leads")]
    assert here.differences("meta_ads", "leads") == {}
    assert len(second) == len(FORMS) and all("time_created" in one["filtering"][0] for one in second)
    files = [path.read_bytes() for path in here.landing.rglob("*.parquet")]
    assert files and not any(token.encode() in content for content in files for token in PAGES.values())


def test_a_form_of_metas_that_is_new_is_read_from_its_beginning(here: Bench) -> None:
    here.settings = {"page_ids": FORMS[FIRST]}
    here.pull(*OF_META)
    assert {lead["form_id"] for lead in live(here, "meta_ads").values()} == {FIRST}
    here.settings = {}
    here.pull(*OF_META)
    assert here.differences("meta_ads", "leads") == {}


def test_what_an_answer_was_asked_for_stands_in_the_form_whatever_its_language(here: Bench) -> None:
    here.pull(*OF_META)
    leads = [lead for lead in live(here, "meta_ads").values() if lead["form_id"] == SECOND]
    assert leads and all("@" in email for lead in leads for email in said(lead, "EMAIL"))
    assert {answer["name"] for lead in leads for answer in lead["answers"]} == set(meta.KEYS[SECOND])
    assert any(said(lead, "PHONE") for lead in leads)


def test_only_a_box_that_was_ticked_and_is_named_is_a_consent(here: Bench) -> None:
    here.pull(*OF_META)
    told = {
        (tuple(lead["boxes"]), lead["email_consent"], lead["sms_consent"]) for lead in live(here, "meta_ads").values()
    }
    assert told == {(("news",), True, None), ((), None, None)}
    settings = {"email_boxes": "a, b", "phone_boxes": "c"}
    assert _lead_forms.agreed(settings, ["b", "x"]) == {
        "email_consent": True, "sms_consent": None, "phone_consent": None
    }  # fmt: skip


def test_without_a_page_nothing_is_asked_for_and_that_is_told(here: Bench, caplog: pytest.LogCaptureFixture) -> None:
    here.settings = {"page_ids": ""}
    with caplog.at_level(logging.WARNING):
        results = here.pull(*OF_META)
    assert [pulled.error for pulled in results.values()] == [None, None] and not here.sandbox.log.entries("/meta_ads/*")
    assert "no page is named in page_ids" in caplog.text
    here.settings = {}
    here.pull(*OF_META)
    before = live(here, "meta_ads", "lead_forms")
    here.settings = {"page_ids": ""}
    error = here.pull("meta_ads", "lead_forms")["lead_forms"].error
    assert isinstance(error, AccessDenied) and live(here, "meta_ads", "lead_forms") == before


def test_a_page_without_a_role_is_named(here: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PAGES, FORMS[SECOND], "")
    error = here.pull("meta_ads", "lead_forms")["lead_forms"].error
    assert isinstance(error, AccessDenied) and FORMS[SECOND] in str(error)
    here.settings = {"page_ids": "404"}
    assert isinstance(here.pull("meta_ads", "lead_forms")["lead_forms"].error, BadResponse)


def test_linkedins_leads_are_read_to_the_empty_page_with_what_each_was_asked_for(
    here: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_linkedin_leads, "PAGE_SIZE", "7")
    here.pull(*OF_LINKEDIN)
    assert here.differences("linkedin_ads", "leads") == {}
    leads = live(here, "linkedin_ads").values()
    assert {lead["testLead"] for lead in leads} == {True, False}
    assert all("@" in email for lead in leads for email in said(lead, "EMAIL"))
    assert all(lead["campaign_id"].isdigit() and said(lead, "CUSTOM") == ["Soon"] for lead in leads)
    assert {(tuple(lead["boxes"]), lead["email_consent"]) for lead in leads} == {(("4100",), True), ((), None)}
    assert not any({"formResponse", "form"} & set(lead) for lead in leads)
    here.company.go_to(2)
    here.sandbox.log.clear()
    here.pull(*OF_LINKEDIN)
    assert here.differences("linkedin_ads", "leads") == {}
    starts = [call.query.split("start:")[1].split(",")[0] for call in here.sandbox.log.entries("*/leadFormResponses")]
    newest = max(lead["submittedAt"] for lead in leads)
    assert starts and set(map(int, starts)) == {newest - 3_600_000}  # an hour is read again


def test_an_app_without_lead_sync_is_skipped_and_told(here: Bench, caplog: pytest.LogCaptureFixture) -> None:
    here.sandbox.faults.add("forbidden", path="*/lead*", times=None)
    with caplog.at_level(logging.WARNING):
        results = here.pull(*OF_LINKEDIN)
    assert [str(pulled.error) for pulled in results.values() if pulled.error] == []
    assert caplog.text.count("Lead Sync") == 2
    here.sandbox.faults.clear()
    here.pull(*OF_LINKEDIN)
    here.sandbox.faults.add("forbidden", path="*/lead*", times=None)
    errors = [pulled.error for name, pulled in here.pull(*OF_LINKEDIN).items() if name != "accounts"]
    assert all(isinstance(error, AccessDenied) for error in errors) and live(here, "linkedin_ads")


def test_an_account_that_tells_no_forms_any_more_is_an_error(here: Bench) -> None:
    here.pull(*OF_LINKEDIN)
    here.company.advertising.without_a_role.add(ACCOUNTS["linkedin_ads"][0].number)
    error = here.pull("linkedin_ads", "accounts", "lead_forms")["lead_forms"].error
    assert isinstance(error, AccessDenied) and "may have lost its role" in str(error)
    assert len(live(here, "linkedin_ads", "lead_forms")) == 2
