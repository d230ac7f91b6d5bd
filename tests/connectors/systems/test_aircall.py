"""Aircall: pages that begin anew before the ceiling, and where one says that it ends."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from crm360.connectors.engine.errors import BadResponse
from crm360.connectors.engine.page import Page
from crm360.connectors.engine.request import Request
from crm360.connectors.sandbox.vendors.aircall import api
from crm360.connectors.systems import aircall
from tests.connectors.battery import bench


def test_the_ceiling_is_passed_by_beginning_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aircall, "MOST", 10)
    monkeypatch.setattr(api, "CEILING", 40)
    with bench(tmp_path) as here:
        here.company.share_timestamp("aircall", "calls", 25, datetime(2026, 6, 30, 1))
        here.landed("aircall", "calls")
        assert here.differences("aircall", "calls") == {}
        told = [{k: v for k, (v,) in parse_qs(e.query).items()} for e in here.sandbox.log.entries("*/calls")]
        assert len(told) > 6 and max(int(one["page"]) for one in told) in (3, 4)  # of one second alone


@pytest.mark.parametrize(
    ("answer", "asked", "said"),
    [
        ({"calls": [{"id": 1}], "meta": {"count": 1}}, {}, "whether it is the last"),
        ({"calls": [{"id": 1}], "meta": {"next_page_link": "https://x"}}, {}, "no readable 'started_at'"),
        (
            {"calls": [{"id": 1, "started_at": 7}], "meta": {"next_page_link": "https://x"}},
            {"from": "6", "page": "200"},
            "more calls began at one moment",
        ),
    ],
)
def test_a_page_that_does_not_lead_on_is_an_error(answer: dict[str, Any], asked: dict[str, str], said: str) -> None:
    with pytest.raises(BadResponse, match=said):
        aircall.PAGES.next(Request("/v1/calls", asked), Page(json.dumps(answer).encode(), "calls"))
