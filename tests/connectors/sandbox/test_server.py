"""Serving: in the background, over HTTP control, and while a test changes records between two pages."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests

from crm360.connectors.sandbox import Running
from crm360.connectors.sandbox.company import clock
from tests.connectors.sandbox import client

ROOT = Path(__file__).parents[3]


def post(served: Running, path: str, **body: Any) -> dict[str, Any]:
    return dict(requests.post(f"{served.base_url}/sandbox/{path}", json=body, timeout=10).json())


def test_days_pass_over_http(own: Running) -> None:
    before = {record["id"] for record in client.hubspot(own, "contacts")}
    assert post(own, "day", day=5) == {"day": 5}
    after = {record["id"] for record in client.hubspot(own, "contacts")}
    assert after - before
    assert own.company.now == clock.night(5)
    assert "error" in post(own, "day", day="tomorrow")
    assert post(own, "reset") == {"day": 0}
    assert {record["id"] for record in client.hubspot(own, "contacts")} == before


def test_truth_and_faults_over_http(own: Running) -> None:
    url = f"{own.base_url}/sandbox/truth"
    summary = requests.get(url, timeout=5).json()
    assert summary["streams"]["hubspot/contacts"]["live"] == len(list(client.hubspot(own, "contacts")))
    records = requests.get(url, params={"stream": "shopify/orders"}, timeout=5).json()["records"]
    assert len(records) == summary["streams"]["shopify/orders"]["records"]
    assert requests.get(url, params={"stream": "no/such"}, timeout=5).status_code == 404
    told = post(own, "faults", faults=[{"kind": "status", "status": 418}], limits={"hubspot_per_second": 3})
    assert told["faults"][0]["status"] == 418
    assert told["limits"]["hubspot_per_second"] == 3
    with client.session("hubspot") as made:
        assert made.get(f"{own.base_url}/hubspot/crm/v3/owners", timeout=5).status_code == 418
    assert post(own, "faults", clear=True)["faults"] == []
    assert "error" in post(own, "faults", limits={"none_such": 3})


def test_log_keeps_requests_but_no_tokens(own: Running) -> None:
    list(client.hubspot(own, "contacts", properties="city"))
    client.search(own, "contacts", limit=1)
    told = requests.get(f"{own.base_url}/sandbox/log", params={"path": "*/contacts*"}, timeout=5)
    entries = told.json()["requests"]
    assert [entry["method"] for entry in entries][-1] == "POST"
    assert entries[-1]["body"] == '{"limit": 1}'
    assert "properties=city" in entries[0]["query"]
    assert [entry["number"] for entry in entries] == sorted(entry["number"] for entry in entries)
    assert "sandbox-hubspot" not in told.text
    assert len(own.log.entries("*/search")) == 1


def test_records_change_between_pages(own: Running) -> None:
    company, ids = own.company, [record["id"] for record in client.hubspot(own, "contacts")]
    added: list[str] = []

    def between(path: str) -> None:
        company.on_page = None
        company.delete("hubspot", "contacts", ids[150])
        company.touch("hubspot", "contacts", ids[151], fields={"city": "Atlantis"})
        added.append(company.insert("hubspot", "contacts", fields={"firstname": "New"}))

    company.on_page = between
    seen = {record["id"]: record for record in client.hubspot(own, "contacts", properties="city")}
    assert ids[150] not in seen
    assert seen[ids[151]]["properties"]["city"] == "Atlantis"
    assert seen[ids[151]]["updatedAt"] == "2026-07-01T02:00:00.000Z"
    assert seen[added[0]]["properties"]["firstname"] == "New"
    archived = {record["id"] for record in client.hubspot(own, "contacts", archived="true")}
    assert ids[150] in archived


STREAMS = [
    ("hubspot", "contacts"), ("hubspot", "companies"), ("hubspot", "deals"), ("shopify", "customers"),
    ("shopify", "orders"), ("shopify", "products"), ("mailchimp", "members"), ("zendesk", "users"),
    ("zendesk", "tickets"), ("zendesk", "organizations"), ("zendesk", "satisfaction_ratings"),
]  # fmt: skip


def shown(served: Running, system: str, stream: str) -> dict[str, dict[str, Any]]:
    if system == "hubspot":
        records = list(client.hubspot(served, stream))
    elif system == "shopify":
        records = list(client.shopify(served, stream, "id updatedAt", 250))
    elif system == "mailchimp":
        records = list(client.mailchimp(served, f"lists/{client.list_id(served)}/members", "members"))
    elif stream in ("users", "tickets"):
        records = list(client.zendesk(served, stream))
    elif stream == "organizations":
        url = f"{served.base_url}/zendesk/api/v2/incremental/organizations.json"
        records = client.get(url, "zendesk", start_time=0)["organizations"]
    else:
        url, records = f"{served.base_url}/zendesk/api/v2/satisfaction_ratings.json", []
        while url:
            page = client.get(url, "zendesk")
            records, url = records + page["satisfaction_ratings"], page["links"]["next"]
    return {str(record["id"]): record for record in records}


@pytest.mark.parametrize(("system", "stream"), STREAMS)
def test_touch_insert_delete_in_every_stream(own: Running, system: str, stream: str) -> None:
    company, when = own.company, "2026-07-01T01:00:00Z"
    first, second, *_ = shown(own, system, stream)
    company.touch(system, stream, first, when)
    new = company.insert(system, stream, when)
    company.delete(system, stream, second, vanish=True)
    truth = {record.id: record for record in company.truth().records(system, stream)}
    now = shown(own, system, stream)
    assert new in now
    assert second not in now
    stamp = now[first].get("updatedAt") or now[first].get("updated_at") or now[first]["last_changed"]
    assert clock.moment(stamp) == clock.moment(when) == clock.moment(truth[first].changed_at)
    assert truth[second].vanished
    assert set(now) == {r.id for r in truth.values() if not r.vanished and (not r.deleted or r.id in now)}


@pytest.mark.parametrize(("system", "stream"), STREAMS)
def test_delete_as_the_vendor_does(own: Running, system: str, stream: str) -> None:
    company, before = own.company, shown(own, system, stream)
    number = next(iter(before))
    company.delete(system, stream, number, company.now - 120_000)
    after = shown(own, system, stream)
    if (system, stream) in {("zendesk", "users"), ("zendesk", "tickets"), ("mailchimp", "members")}:
        gone = after[number]
        assert gone.get("status") in ("deleted", "archived") or gone["active"] is False
    else:
        assert number not in after
    record = next(r for r in company.truth().records(system, stream) if r.id == number)
    assert record.deleted
    if stream in ("orders", "products"):
        events = list(client.shopify(own, "events", "... on BasicEvent { subjectId subjectType }"))
        assert {"subjectId": number, "subjectType": stream.upper()[:-1]} in events
    company.restore(system, stream, number)
    assert not next(r for r in company.truth().records(system, stream) if r.id == number).deleted


@pytest.mark.parametrize("keep_winner", [True, False])
def test_merge(own: Running, keep_winner: bool) -> None:
    company, ids = own.company, list(shown(own, "hubspot", "contacts"))
    left = company.merge("contacts", ids[3], ids[4], keep_winner=keep_winner)
    again = company.merge("contacts", left, ids[5], keep_winner=keep_winner)
    now = {r["id"]: r["properties"] for r in client.hubspot(own, "contacts", properties="hs_merged_object_ids")}
    lost = {ids[4], ids[5]} if keep_winner else {ids[3], ids[4], ids[5], left}
    assert not lost & set(now)
    assert set(now[again]["hs_merged_object_ids"].split(";")) == lost
    into = {r.id: r.merged_into for r in company.truth().records("hubspot", "contacts")}
    assert {into[number] for number in lost} == {again}


def test_many_records_share_one_timestamp(own: Running) -> None:
    ids = own.company.share_timestamp("hubspot", "contacts", 150, "2026-06-30T12:00:00Z")
    condition = {"propertyName": "lastmodifieddate", "operator": "EQ", "value": "2026-06-30T12:00:00.000Z"}
    found = client.search(own, "contacts", filterGroups=[{"filters": [condition]}], limit=200).json()
    assert {record["id"] for record in found["results"]} == set(ids)
    with pytest.raises(ValueError, match="live records"):
        own.company.share_timestamp("hubspot", "contacts", 10_000, "2026-06-30T12:00:00Z")


def test_unknown_record_and_stream(own: Running) -> None:
    with pytest.raises(KeyError, match="no record"):
        own.company.touch("hubspot", "contacts", "1")
    with pytest.raises(KeyError, match="no stream"):
        own.company.touch("hubspot", "nonsense", "1")


def test_serves_on_its_own() -> None:
    command = [sys.executable, "-m", "crm360.connectors.sandbox", "--people", "50", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            line = process.stdout.readline()
            url = next(word for word in line.split() if word.startswith("http")).rstrip(".")
            assert url.startswith("http://127.0.0.1:")
            assert requests.get(f"{url}/sandbox/truth", timeout=5).json()["people"] == 50
        finally:
            process.terminate()
