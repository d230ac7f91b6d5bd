"""Asana: what each project is asked, what is in the bin, a project that is new or gone, and where a page says that it ends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from crm360.connectors.engine.errors import BadResponse
from crm360.connectors.engine.landing import Landing
from crm360.connectors.engine.page import Page
from crm360.connectors.engine.request import Request
from crm360.connectors.sandbox.vendors.asana import api
from crm360.connectors.systems import asana
from tests.connectors.battery import Bench, bench

SYSTEM = "asana"
OFFERS, RENEWALS = api.PROJECTS


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path) as made:
        yield made


def asked(here: Bench) -> list[dict[str, str]]:
    return [{k: v for k, (v,) in parse_qs(e.query).items()} for e in here.sandbox.log.entries("*/tasks")]


def test_a_night_asks_each_project_for_what_has_changed_and_for_all_ids(
    here: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asana, "MOST", "10")
    here.pull(SYSTEM)
    assert here.differences(SYSTEM, "tasks") == {}
    first = asked(here)
    assert len(first) > 4 and not any("modified_since" in one for one in first)
    footer = here.landed(SYSTEM, "tasks")
    assert footer.landed == 0 and footer.cursor_after is not None
    changes = [one for one in asked(here)[len(first) :] if "modified_since" in one]
    assert [one["project"] for one in changes if "offset" not in one] == [OFFERS, RENEWALS]
    assert all(
        datetime.fromisoformat(one["modified_since"]).replace(tzinfo=None) < footer.cursor_after for one in changes
    )


def test_a_task_in_two_projects_is_one_and_what_is_in_the_bin_is_gone(here: Bench) -> None:
    first = here.pull(SYSTEM)["tasks"].footer
    assert first is not None and first.duplicate > 0
    gone = [r.id for r in here.company.truth().records(SYSTEM, "tasks") if not r.deleted][9]
    here.company.delete(SYSTEM, "tasks", gone, vanish=True)
    here.company.go_to(1)
    here.pull(SYSTEM)
    assert here.differences(SYSTEM, "tasks") == {} and gone not in Landing(here.landing).live_ids(SYSTEM, "tasks")


def test_a_new_project_is_read_from_its_beginning_and_one_that_is_gone_is_a_great_loss_and_told(
    here: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = dict(api.PROJECTS)
    monkeypatch.delitem(api.PROJECTS, RENEWALS)
    here.pull(SYSTEM)
    monkeypatch.setattr(api, "PROJECTS", both)
    here.company.go_to(1)
    here.pull(SYSTEM)
    assert here.differences(SYSTEM, "tasks") == {}
    monkeypatch.setattr(api, "PROJECTS", {RENEWALS: both[RENEWALS]})
    errors = {name: p.error for name, p in here.pull(SYSTEM).items()}
    assert errors["projects"] is None and "vanished at once" in str(errors["tasks"])


def test_whom_a_task_is_for_is_told_by_the_fields_that_settings_name(here: Bench) -> None:
    here.settings = {"deal_id_field": "1208000000000001", "email_field": ""}  # by its gid
    here.pull(SYSTEM)
    deals = {r.id for r in here.company.truth().records("hubspot", "deals")}
    told = [record["customer"] for _, record in Landing(here.landing).live_records(SYSTEM, "tasks")]
    assert told and all(one.keys() == {"deal_id", "source"} and one["deal_id"] in deals for one in told)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"data": [{"gid": "1"}]}, "whether it is the last"),
        ({"data": [], "next_page": {"path": "/tasks"}}, "there is more, but not where"),
    ],
)
def test_a_page_that_does_not_say_where_it_ends_is_an_error(answer: dict[str, Any], said: str) -> None:
    with pytest.raises(BadResponse, match=said):
        asana.PAGES.next(Request(asana.TASKS), Page(json.dumps(answer).encode(), "data"))
