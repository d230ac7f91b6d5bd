"""SuiteCRM: pages that begin anew in time, what is deleted, modules that may not be seen, names as they were typed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from crm360.connectors.engine.errors import AccessDenied, BadResponse
from crm360.connectors.engine.landing import Landing
from crm360.connectors.engine.page import Page
from crm360.connectors.engine.request import Request
from crm360.connectors.sandbox.vendors.suitecrm import api
from crm360.connectors.systems import suitecrm
from tests.connectors.battery import Bench, bench

SYSTEM = "suitecrm"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path, people=60) as made:
        yield made


def live(here: Bench, stream: str) -> dict[str, Any]:
    return dict(Landing(here.landing).live_records(SYSTEM, stream))


def test_pages_begin_anew_at_the_last_time_seen(here: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suitecrm, "MOST", "5")
    here.company.share_timestamp(SYSTEM, "leads", 12, here.company.now - 7_200_000)  # more than a page holds
    here.pull(SYSTEM, "leads")
    assert here.differences(SYSTEM, "leads") == {} and len(live(here, "leads")) > 12
    asked = [parse_qs(call.query) for call in here.sandbox.log.entries("*/module/Leads")]
    assert suitecrm.SINCE not in asked[0] and all(suitecrm.SINCE in one for one in asked[1:])
    assert any(int(one[suitecrm.NUMBER][0]) > 2 for one in asked)


def test_a_quiet_night_asks_little_and_what_is_deleted_is_missed(here: Bench) -> None:
    here.pull(SYSTEM, "contacts")
    before = len(here.sandbox.log.entries("*/module/Contacts"))
    here.pull(SYSTEM, "contacts")
    assert len(here.sandbox.log.entries("*/module/Contacts")) - before <= 4
    gone = sorted(live(here, "contacts"))[2]
    here.company.delete(SYSTEM, "contacts", gone, vanish=True)
    here.company.go_to(1)
    here.pull(SYSTEM, "contacts")
    assert here.differences(SYSTEM, "contacts") == {} and gone not in live(here, "contacts")


def test_names_are_as_they_were_typed_and_texts_and_passwords_are_not_kept(here: Bench) -> None:
    first = here.company.truth().records(SYSTEM, "accounts")[0]
    here.company.touch(SYSTEM, "accounts", first.id, here.company.now, fields={"name": "R&amp;D O&#039;Neil"})
    here.pull(SYSTEM)
    assert live(here, "accounts")[first.id]["name"] == "R&D O'Neil"
    told = json.dumps([list(live(here, stream).values()) for stream in suitecrm.MODULES])
    assert "What was written" not in told and "$2y$10" not in told and '"own_c"' in told
    assert all(one["currency"] == "EUR" for one in live(here, "opportunities").values())


def test_a_module_that_may_not_be_seen_is_skipped_and_told(
    here: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(api, "HIDDEN", {"Cases"})
    result = here.pull(SYSTEM, "cases", "calls")
    assert result["cases"].error is None and result["cases"].footer is not None
    assert result["cases"].footer.end_proof == suitecrm.SKIPPED and "suitecrm/cases" in caplog.text
    monkeypatch.setattr(api, "HIDDEN", {"Calls"})
    assert isinstance(here.pull(SYSTEM, "calls")["calls"].error, AccessDenied)


def test_a_page_without_a_time_is_an_error() -> None:
    body = json.dumps({"data": [{"id": "1", "attributes": {"date_modified": ""}}]}).encode()
    with pytest.raises(BadResponse, match="date_modified"):
        suitecrm.PAGES.next(Request("/Api/V8/module/Leads", {suitecrm.NUMBER: "1"}), Page(body, "data"))
