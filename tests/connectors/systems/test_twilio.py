"""Twilio: whole days, pages by their tokens, what is told afterwards, and messages without their words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from crm360.connectors.engine.errors import BadResponse
from crm360.connectors.engine.landing import Landing
from crm360.connectors.engine.page import Page
from crm360.connectors.engine.request import Request
from crm360.connectors.sandbox.company import clock
from crm360.connectors.systems import twilio
from tests.connectors.battery import Bench, bench

SYSTEM = "twilio"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path) as made:
        yield made


def test_pages_go_on_by_their_tokens_and_a_night_asks_for_three_days(
    here: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twilio, "MOST", "20")
    here.pull(SYSTEM)
    assert here.differences(SYSTEM, "calls") == here.differences(SYSTEM, "messages") == {}
    told = [parse_qs(e.query) for e in here.sandbox.log.entries("*/Calls.json")]
    assert len(told) > 2 and not any("StartTime>" in one for one in told)
    assert [one["Page"] for one in told[1:]] == [[str(n)] for n in range(1, len(told))]
    here.company.go_to(1)
    cursor = here.landed(SYSTEM, "calls").cursor_before
    assert cursor is not None and here.differences(SYSTEM, "calls") == {}
    day = parse_qs(here.sandbox.log.entries("*/Calls.json")[len(told)].query)["StartTime>"]
    assert day == [(cursor - timedelta(days=3)).date().isoformat()]


def test_what_is_told_afterwards_takes_the_place_of_what_was(here: Bench) -> None:
    here.pull(SYSTEM)
    newest = max(here.company.truth().records(SYSTEM, "calls"), key=lambda r: r.changed_at)
    later = clock.moment(newest.changed_at) + 2 * clock.HOUR
    here.company.touch(SYSTEM, "calls", newest.id, later, fields={"status": "completed", "price": "-0.0200"})
    here.company.go_to(1)
    here.pull(SYSTEM)
    assert dict(Landing(here.landing).live_records(SYSTEM, "calls"))[newest.id]["price"] == "-0.0200"


def test_what_was_written_is_not_landed(here: Bench) -> None:
    here.pull(SYSTEM, "messages")
    told = [record for _, record in Landing(here.landing).live_records(SYSTEM, "messages")]
    assert len(told) > 20 and not any("body" in record for record in told)


def test_settings_that_can_not_be_are_told() -> None:
    assert "32 figures" in str(twilio.wrong({"account_sid": "SK123"}, None))
    assert twilio.wrong({"account_sid": f"AC{'0a' * 16}"}, None) is None


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"calls": [{"sid": "1"}]}, "whether it is the last"),
        ({"calls": [], "next_page_uri": "/2010-04-01/Accounts/AC/Calls.json?Page=1"}, "there is more, but not where"),
        ({"calls": [], "next_page_uri": 7}, "there is more, but not where"),
    ],
)
def test_a_page_that_does_not_say_where_it_ends_is_an_error(answer: dict[str, Any], said: str) -> None:
    with pytest.raises(BadResponse, match=said):
        twilio.PAGES.next(Request("/Calls.json"), Page(json.dumps(answer).encode(), "calls"))
