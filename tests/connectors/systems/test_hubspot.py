"""HubSpot: a record's associations have pages of their own, what can't be read is not passed over, owners who left stay."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crm360.connectors.engine.errors import BadResponse, LoopDetected
from crm360.connectors.engine.landing import Landing
from crm360.connectors.engine.session import Session
from crm360.connectors.systems.hubspot import HUBSPOT, NONE_FOUND
from tests.connectors.battery import Bench, bench

SYSTEM = "hubspot"


@pytest.fixture(autouse=True)
def no_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Session, "backoff", lambda _self, _attempt: 0.01)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path) as made:
        yield made


def ids(here: Bench, stream: str) -> list[int]:
    return sorted(int(r.id) for r in here.company.truth().records(SYSTEM, stream) if not r.deleted)


def linked(here: Bench, stream: str, to: str) -> dict[int, list[int]]:
    """By record: the ids it is associated with, as landed."""
    found = {}
    for record_id, record in Landing(here.landing).live_records(SYSTEM, stream):
        listed = record.get("associations", {}).get(to, {})
        assert "paging" not in listed
        found[int(record_id)] = [int(end["id"]) for end in listed.get("results", ())]
    return found


@pytest.mark.parametrize("more", [1, 2, 3, 7, 40])
def test_all_pages_of_a_record_s_associations_are_read_in_the_first_night_and_the_next(here: Bench, more: int) -> None:
    deals, people = ids(here, "deals")[:4], ids(here, "contacts")
    for at, deal in enumerate(deals[:3]):
        here.company.also_associated["deals", "contacts", deal] = people[at : at + more]
    here.company.also_associated["calls", "contacts", ids(here, "calls")[0]] = people[:more]
    for stream in ("deals", "calls"):
        here.landed(SYSTEM, stream)
    first = {stream: linked(here, stream, "contacts") for stream in ("deals", "calls")}
    for at, deal in enumerate(deals[:3]):
        assert set(first["deals"][deal]) >= set(people[at : at + more])
        assert len(first["deals"][deal]) == len(set(first["deals"][deal]))
    assert len(first["deals"][deals[3]]) <= 1
    here.company.go_to(1)
    for deal in deals:
        here.company.touch(SYSTEM, "deals", str(deal))
    footer = here.landed(SYSTEM, "deals")
    assert footer.reading == "changes" and footer.landed >= 4
    second = linked(here, "deals", "contacts")
    assert {d: second[d] for d in deals} == {d: first["deals"][d] for d in deals}


def batch(errors: list[dict[str, Any]], results: list[dict[str, Any]] | None = None) -> str:
    return json.dumps({"status": "COMPLETE", "results": results or [], "numErrors": len(errors), "errors": errors})


@pytest.mark.parametrize(
    ("error", "is_harmless"),
    [
        ({"category": "OBJECT_NOT_FOUND", "subCategory": NONE_FOUND}, True),
        ({"category": "OBJECT_NOT_FOUND"}, False),
        ({"category": "INTERNAL_ERROR", "message": "try again"}, False),
        ({"category": "ann@example.com"}, False),
        ({}, False),
    ],
)
def test_of_a_207_only_that_there_are_none_is_passed_over(
    here: Bench, error: dict[str, Any], is_harmless: bool
) -> None:
    here.landed(SYSTEM, "deals")
    here.company.go_to(1)
    here.company.touch(SYSTEM, "deals", str(ids(here, "deals")[0]))
    path = "*/crm/associations/2026-09/deals/contacts/batch/read"
    here.sandbox.faults.add("status", path=path, status=207, body=batch([error]), times=None)
    if is_harmless:
        assert here.landed(SYSTEM, "deals").landed
        return
    with pytest.raises(BadResponse, match="1 of the records asked for can't be read") as caught:
        here.landed(SYSTEM, "deals")
    assert "ann@example.com" not in str(caught.value)


def test_of_a_deal_s_history_only_that_the_deal_is_gone_is_passed_over(here: Bench) -> None:
    here.landed(SYSTEM, "deals")
    here.company.go_to(1)
    here.company.touch(SYSTEM, "deals", str(ids(here, "deals")[0]))
    told = batch([{"category": "INTERNAL_ERROR"}])
    here.sandbox.faults.add("status", path="*/deals/batch/read", status=207, body=told, times=None)
    with pytest.raises(BadResponse, match=r"can't be read \(INTERNAL_ERROR\)"):
        here.landed(SYSTEM, "deals")


def test_associations_that_repeat_a_page_are_a_loop(here: Bench) -> None:
    deal, people = ids(here, "deals")[0], ids(here, "contacts")
    here.company.also_associated["deals", "contacts", deal] = people[:9]
    ends = [{"toObjectId": str(people[0])}]
    page = {"from": {"id": str(deal)}, "to": ends, "paging": {"next": {"after": str(people[0])}}}
    path = "*/crm/associations/2026-09/deals/contacts/batch/read"
    here.sandbox.faults.add("status", path=path, status=200, body=batch([], [page]), times=None)
    with pytest.raises(LoopDetected, match="repeat the same page"):
        here.landed(SYSTEM, "deals")


def test_an_owner_who_has_left_is_still_the_owner_of_old_records(here: Bench) -> None:
    for _ in range(2):
        here.landed(SYSTEM, "owners")
        owners = dict(Landing(here.landing).live_records(SYSTEM, "owners"))
        assert [o["archived"] for o in owners.values()].count(True) == 1 and len(owners) > 1


def test_no_path_is_one_whose_end_is_announced(here: Bench) -> None:
    for stream in HUBSPOT.names:
        here.landed(SYSTEM, stream)
    here.company.go_to(1)
    for stream in HUBSPOT.names:
        here.landed(SYSTEM, stream)
    paths = {entry.path for entry in here.sandbox.log.entries("/hubspot/*")}
    undated = {path for path in paths if "/2026-09" not in path}
    assert len(paths - undated) > 20
    without_successor = (
        "/hubspot/marketing/v3/forms",
        "/hubspot/form-integrations/v1/",
        "/hubspot/email/public/v1/events",
    )
    assert all(path.startswith(without_successor) for path in undated), "HubSpot had none for these in September 2026"


def test_a_server_that_does_not_know_the_dated_version_is_spoken_to_in_the_older_one(here: Bench) -> None:
    here.sandbox.faults.add("status", path="*/2026-09*", status=404, body="{}", times=None)
    for day in (0, 1):
        here.company.go_to(day)
        for stream in HUBSPOT.names:
            here.landed(SYSTEM, stream)
        held = [int(record_id) for record_id, _ in Landing(here.landing).live_records(SYSTEM, "deals")]
        assert sorted(held) == ids(here, "deals")
    paths = {entry.path for entry in here.sandbox.log.entries("/hubspot/*")}
    assert any("/crm/v4/associations/" in path for path in paths) and any("/crm/v3/owners" in path for path in paths)


def test_what_is_in_no_version_is_not_found(here: Bench) -> None:
    here.sandbox.faults.add("status", path="*/crm/*owners*", status=404, body="{}", times=None)
    with pytest.raises(BadResponse, match="HTTP 404"):
        here.landed(SYSTEM, "owners")
    here.landed(SYSTEM, "companies")
