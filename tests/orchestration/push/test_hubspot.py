"""Pushes to HubSpot: properties and a static list, told per member, and what the next pull sees of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from crm360.connectors.engine import session
from crm360.connectors.engine.landing import Landing
from crm360.connectors.sandbox.company.company import Company
from crm360.connectors.sandbox.server.server import Running, running
from crm360.connectors.sandbox.server.tokens import TOKENS
from crm360.connectors.sandbox.vendors.hubspot.records import properties
from crm360.orchestration.cli.console import Console
from crm360.orchestration.run.pulling import pull_only
from tests.orchestration.push.shop import Shop

LISTED = '[push.crm]\naudience = "win-back"\nto = "hubspot"\nmode = "mirror"\nlist = "Win back / 2026"\n'


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    monkeypatch.setenv("CRM360_HUBSPOT_TOKEN", TOKENS["hubspot"])
    monkeypatch.setattr(session.Session, "backoff", lambda *_: 0.01)
    with running(Company(400)) as served:
        yield served


@pytest.fixture
def shop(tmp_path: Path, sandbox: Running) -> Shop:
    return with_push(Shop(tmp_path), sandbox, LISTED + 'fields = { loyalty_tier = "rfm_name" }\n')


def with_push(shop: Shop, sandbox: Running, push: str) -> Shop:
    return shop.write(f'[sources.hubspot]\nbase_url = "{sandbox.base_url}/hubspot"\nrate_limit = 500\n{push}')


def contacts(company: Company, *, opted_out: bool) -> list[dict[str, Any]]:
    """Contacts whose address is nobody else's."""
    every = properties(company, "contacts", company.pipeline.contacts.live())
    count: dict[str, int] = {}
    for one in every:
        for address in (one["email"], *(one["hs_additional_emails"] or "").split(";")):
            count[(address or "").lower()] = count.get((address or "").lower(), 0) + 1
    found = [one for one in every if one["email"] and count[one["email"].lower()] == 1]
    return [one for one in found if (one["hs_email_optout"] == "true") == opted_out]


def inside(company: Company) -> set[str]:
    ((_, kind, members),) = company.pipeline.lists.values()
    assert kind == "MANUAL"
    return {str(record) for record in members}


def now(company: Company, record: str, name: str) -> str | None:
    return next(
        p for p in properties(company, "contacts", company.pipeline.contacts.live()) if p["hs_object_id"] == record
    )[name]


def test_properties_are_written_the_list_is_mirrored_and_the_next_pull_sees_both(shop: Shop, sandbox: Running) -> None:
    company = sandbox.company
    yes, (no, *_) = contacts(company, opted_out=False), contacts(company, opted_out=True)
    people = {f"c_{n}": c["email"].upper() for n, c in enumerate(yes[:130])} | {
        "c_no": no["email"],
        "c_new": "x@y.example",
    }
    facts = {"c_1": (None, 0, None, []), "c_2": ("#N/A", 0, None, [])}
    before = yes[1]["loyalty_tier"], yes[2]["loyalty_tier"], no["loyalty_tier"]
    shop.publish(people, facts)
    assert pull_only(shop.config, ["hubspot/contacts"], Console(quiet=True)) == 0
    done = shop.one()
    assert done.error is None and done.counts["added"] == 130
    assert done.refusals == {"unsubscribed": 1, "unknown there": 1}
    assert inside(company) == {c["hs_object_id"] for c in yes[:130]}
    assert now(company, yes[0]["hs_object_id"], "loyalty_tier") == "gold"
    kept = [now(company, c["hs_object_id"], "loyalty_tier") for c in (yes[1], yes[2], no)]
    assert tuple(kept) == before  # neither a null nor #N/A is written over a value
    assert pull_only(shop.config, ["hubspot/contacts"], Console(quiet=True)) == 0
    landing = Landing(shop.root / "data" / "landing")
    path = [path for path, _ in landing.footers("hubspot", "contacts")][-1]
    told = {r["record_id"]: json.loads(r["record"]) for r in pq.read_table(path).to_pylist()}
    assert told[yes[0]["hs_object_id"]]["properties"]["loyalty_tier"] == "gold"
    assert shop.one().counts["unchanged"] == 130
    ((_, _, members),) = company.pipeline.lists.values()
    members.add(int(yes[200]["hs_object_id"]))  # somebody does so by hand
    shop.publish({"c_0": yes[0]["email"]}, {"c_0": ("silver", 0, None, [])})
    done = shop.one()
    assert (done.counts["added"], done.counts["removed"]) == (1, 129)
    assert inside(company) == {yes[0]["hs_object_id"], yes[200]["hs_object_id"]}
    assert now(company, yes[0]["hs_object_id"], "loyalty_tier") == "silver"


def test_two_addresses_of_one_contact_are_written_once_and_one_that_leaves_takes_nobody_out(
    shop: Shop, sandbox: Running
) -> None:
    first = contacts(sandbox.company, opted_out=False)[0]
    record = first["hs_object_id"]
    sandbox.company.touch("hubspot", "contacts", record, fields={"hs_additional_emails": "other@mail.example"})
    shop.publish({"c_1": first["email"], "c_2": "other@mail.example"})
    assert shop.one().counts["added"] == 2 and inside(sandbox.company) == {record}
    assert now(sandbox.company, record, "loyalty_tier") == "gold"
    done = shop.publish({"c_1": first["email"]}).one()
    assert (done.counts["already gone"], done.counts["removed"]) == (1, 0) and inside(sandbox.company) == {record}


def test_of_two_customers_who_are_one_contact_the_first_ones_values_are_written(shop: Shop, sandbox: Running) -> None:
    first = contacts(sandbox.company, opted_out=False)[0]
    record = first["hs_object_id"]
    sandbox.company.touch("hubspot", "contacts", record, fields={"hs_additional_emails": "other@mail.example"})
    who = {"c_2": "other@mail.example", "c_1": first["email"]}
    tiers = {"c_1": ("gold", 3, False, []), "c_2": ("silver", 3, False, [])}
    for _ in range(2):
        done = shop.publish(who, tiers).one()
        assert done.refusals == {"same record there": 1} and now(sandbox.company, record, "loyalty_tier") == "gold"
        assert inside(sandbox.company) == {record}
    done = shop.publish({"c_2": who["c_2"]}, tiers).one()
    assert done.counts["added"] == 1 and now(sandbox.company, record, "loyalty_tier") == "silver"
    assert inside(sandbox.company) == {record} and not done.refusals


@pytest.mark.night
def test_a_field_that_a_kill_kept_from_leaving_is_sent_by_the_next_push(shop: Shop, sandbox: Running) -> None:
    first = contacts(sandbox.company, opted_out=False)[0]
    shop.publish({"c_1": first["email"]}).one()
    shop.publish({"c_1": first["email"]}, {"c_1": ("silver", 0, None, [])})
    assert shop.command(CRM360_FAILPOINT="push-before-send").returncode == 137
    assert now(sandbox.company, first["hs_object_id"], "loyalty_tier") == "gold"
    assert shop.one().counts["added"] == 1
    assert now(sandbox.company, first["hs_object_id"], "loyalty_tier") == "silver"


def test_a_batch_with_errors_and_one_that_wrote_nothing_are_told_by_member(shop: Shop, sandbox: Running) -> None:
    yes = contacts(sandbox.company, opted_out=False)[:5]
    shop.publish({f"c_{n}": c["email"] for n, c in enumerate(yes)})
    body = {
        "status": "COMPLETE", "results": [{"id": c["hs_object_id"], "properties": {}} for c in yes[:3]], "numErrors": 1,
        "errors": [{"status": "error", "category": "VALIDATION_ERROR", "context": {"ids": [yes[3]["hs_object_id"]]}}],
    }  # fmt: skip
    sandbox.faults.add("status", path="*/batch/update", status=207, body=json.dumps(body))
    done = shop.one()
    assert done.refusals == {"rejected": 1, "not written": 1} and done.counts["added"] == 3
    assert shop.book()["c_3"][1:3] == ("refused", "rejected") and shop.book()["c_4"][1:3] == ("refused", "not written")
    assert inside(sandbox.company) == {c["hs_object_id"] for c in yes[:3]}
    sandbox.faults.add("status", path="*/batch/update", status=200, body='{"status": "COMPLETE", "results": []}')
    assert shop.one().refusals == {"not written": 2}
    sandbox.faults.add("status", path="*/batch/update", status=400, times=1)  # both in one batch: sent again by halves
    assert shop.one().counts["added"] == 2 and len(inside(sandbox.company)) == 5


def test_whom_hubspot_does_not_know_becomes_a_contact_where_that_is_wanted(tmp_path: Path, sandbox: Running) -> None:
    shop = with_push(Shop(tmp_path), sandbox, LISTED + "create = true\n")
    shop.publish({"c_1": "new@mail.example", "c_2": "no address"})
    done = shop.one()
    assert done.counts["added"] == 1 and done.refusals == {"rejected": 1}
    (record,) = inside(sandbox.company)
    assert now(sandbox.company, record, "email") == "new@mail.example"
    assert shop.one().counts["unchanged"] == 1


def test_what_can_not_be_written_to_is_one_sentence(shop: Shop, sandbox: Running) -> None:
    yes = contacts(sandbox.company, opted_out=False)[:3]
    shop.publish({f"c_{n}": c["email"] for n, c in enumerate(yes)})

    def said(push: str) -> str:
        return str(with_push(shop, sandbox, push).one().error)

    assert "contacts have no property shoe_size" in said(LISTED + 'fields = { shoe_size = "rfm_name" }\n')
    assert "the property hs_object_id can't be written" in said(LISTED + 'fields = { hs_object_id = "rfm_name" }\n')
    sandbox.company.pipeline.lists["7"] = ("Win back / 2026", "DYNAMIC", set())
    assert "is filled by rules of HubSpot's" in said(LISTED)
    del sandbox.company.pipeline.lists["7"]
    assert said(LISTED) == "None" and len(inside(sandbox.company)) == 3
    sandbox.faults.add("status", path="*/add-and-remove", status=404, times=None)
    shop.publish({})
    assert "the list 'Win back / 2026' was deleted" in said(LISTED)
    sandbox.faults.clear()
    sandbox.faults.add("forbidden", path="*/crm/lists/*", times=None)
    assert "may not read this (HTTP 403)" in said(LISTED)
