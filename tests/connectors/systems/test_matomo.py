"""Matomo: pages and days, tokens in bodies, websites that are left out, visits that go on, and what is not kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from crm360.connectors.engine.errors import AccessDenied, AuthError
from crm360.connectors.engine.landing import Landing
from crm360.connectors.engine.request import Reply
from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.vendors.matomo import api
from crm360.connectors.systems import matomo
from tests.connectors.battery import Bench, bench

SYSTEM, STREAM = "matomo", "visits"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path, people=120) as made:
        yield made


def asked(here: Bench) -> list[dict[str, list[str]]]:
    return [parse_qs(call.query) for call in here.sandbox.log.entries("*/index.php")]


def test_a_first_night_reads_all_pages_and_a_later_one_the_last_days_once(
    here: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matomo, "MOST", "20")
    here.pull(SYSTEM)
    first = asked(here)
    assert here.differences(SYSTEM, STREAM) == {} and any(one["filter_offset"] == ["20"] for one in first)
    assert not any("minTimestamp" in one or "token_auth" in one for one in first)
    here.pull(SYSTEM)
    second = asked(here)[len(first) :]
    assert {one["idSite"][0] for one in second} == {"1", "2", "3", "4"}
    assert all("minTimestamp" in one for one in second if one["idSite"][0] in "12")
    assert len({(one["idSite"][0], one["date"][0]) for one in second if one["idSite"][0] in "12"}) == 2


def test_a_visit_that_goes_on_takes_the_place_of_what_it_was(here: Bench) -> None:
    here.pull(SYSTEM)
    newest = max(here.company.truth().records(SYSTEM, STREAM), key=lambda r: r.changed_at)
    here.company.touch(SYSTEM, STREAM, newest.id, clock.moment(newest.changed_at) + clock.HOUR)
    here.company.go_to(1)
    here.pull(SYSTEM)
    assert here.differences(SYSTEM, STREAM) == {}


def test_a_website_without_a_log_is_left_out_and_told_and_one_that_was_read_is_an_error(
    here: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert here.pull(SYSTEM)[STREAM].error is None
    assert "website 3 is left out" in caplog.text and "website 4 is left out" in caplog.text
    monkeypatch.setattr(api, "WITHOUT_LOG", "2")
    error = here.pull(SYSTEM)[STREAM].error
    assert isinstance(error, AccessDenied) and "website 2" in str(error)


def test_nothing_but_websites_that_are_left_out_says_why_nothing_came(here: Bench) -> None:
    here.settings = {"site_ids": "3"}
    result = here.pull(SYSTEM)[STREAM]
    assert result.error is None and result.footer is not None and result.footer.landed == 0
    assert result.footer.end_proof == matomo.LEFT_OUT


def test_machines_and_what_follows_on_an_address_are_not_kept(here: Bench) -> None:
    here.pull(SYSTEM)
    told = json.dumps([record for _, record in Landing(here.landing).live_records(SYSTEM, STREAM)])
    assert "198.51.100.0" not in told and "fingerprint" not in told and "ref=newsletter" not in told
    assert '"userSource": "shopify"' in told and "/products/1" in told


@pytest.mark.parametrize("said", ["token_auth is not valid", "Unable to authenticate with the provided token."])
def test_an_error_in_an_answer_of_status_200_is_one(said: str) -> None:
    with pytest.raises(AuthError):
        matomo.faults_in_200(Reply(200, {}, json.dumps({"result": "error", "message": said}).encode()))


def test_other_errors_are_told_without_their_words() -> None:
    told = matomo.faults_in_200(Reply(200, {}, b'{"result":"error","message":"SQLSTATE ann@x.example"}'))
    assert told is not None and "ann" not in told
    assert matomo.faults_in_200(Reply(200, {}, b'[{"idVisit":"1","title":"error"}]')) is None


def test_settings_that_can_not_be_are_told() -> None:
    assert "whole numbers" in str(matomo.wrong({"site_ids": "all"}, None))
    assert "history_days" in str(matomo.wrong({"site_ids": "1", "history_days": "0"}, None))
    assert matomo.wrong({"site_ids": "1, 2"}, None) is None
