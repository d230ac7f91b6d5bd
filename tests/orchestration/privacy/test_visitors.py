"""Who is forgotten is so on the website, too: before they were named, in their browsers, and not in those that they shared."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from crm360.connectors.engine import erasing
from crm360.connectors.engine.landing import LandedRecord, Landing
from crm360.orchestration.cli.console import Console
from crm360.orchestration.privacy import find
from crm360.orchestration.privacy.export import export
from crm360.orchestration.privacy.forget import forget
from crm360.orchestration.settings.config import Config, load

NOW = datetime(2026, 7, 1, 2)
TOML = """
as_of = "2026-07-01"
[sources.hubspot]
base_url = "http://127.0.0.1:9/hubspot"
[sources.web]
system = "files"
[sources.web.streams.events]
path = "events.jsonl"
preset = "segment"
[[sources.web.streams.events.entities]]
entity = "web_events"
fields = { user_source = { value = "hubspot" } }
[sources.web.streams.product]
path = "product.jsonl"
preset = "posthog"
"""
ANN, BEN = {"userId": "7000000001"}, {"traits": {"email": "ben@x.example"}}
# Browser, and who is named in the event.
EVENTS: list[tuple[str, dict[str, Any]]] = [
    ("browser-of-ann-alone", {}),
    ("browser-of-ann-alone", ANN),
    ("second-of-ann-alone", {"traits": {"email": "Ann@x.example"}, "userId": "u-of-ann-00"}),
    ("third-of-ann-alone", {"userId": "u-of-ann-00"}),
    ("browser-of-a-family", BEN),
    ("browser-of-a-family", {}),
    ("browser-of-a-family", ANN),
    ("browser-of-ben-alone", BEN),
    ("browser-of-nobody", {}),
]


def land(config: Config, source: str, stream: str, rows: list[tuple[str, dict[str, Any]]]) -> None:
    batch = Landing(config.landing).start(source, stream, NOW)
    for key, record in rows:
        batch.add(LandedRecord(key, json.dumps(record), NOW), NOW)
    batch.footer.received = batch.footer.landed = len(rows)
    batch.footer.complete, batch.footer.finished_at = True, NOW
    batch.commit()


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / "crm360.toml").write_text(TOML)
    config = load(tmp_path / "crm360.toml", tmp_path / "data")
    people = {"7000000001": "ann@x.example", "7000000002": "ben@x.example"}
    land(config, "hubspot", "contacts", [(n, {"id": n, "properties": {"email": mail}}) for n, mail in people.items()])
    events = [
        {
            "messageId": f"m{n}", "anonymousId": browser, "timestamp": (NOW + timedelta(minutes=n)).isoformat(), "type": "page",
            "context": {"ip": "203.0.113.9", "page": {"path": f"/p{n}", "url": f"https://x.example/?u={browser}"}}, **named,
        }
        for n, (browser, named) in enumerate(EVENTS)
    ]  # fmt: skip
    land(config, "web", "events", [(str(event["messageId"]), event) for event in events])
    named = {"distinct_id": "p-of-ann", "properties": {"$device_id": "device-of-ann", "email": "ann@x.example"}}
    told = [{"distinct_id": "device-of-ann", "properties": {"$device_id": "device-of-ann"}}, named]
    land(
        config, "web", "product", [(f"u{n}", {"uuid": f"u{n}", "event": "e", **event}) for n, event in enumerate(told)]
    )
    return config


def landed(config: Config) -> list[dict[str, Any]]:
    landing = Landing(config.landing)
    return [
        json.loads(row.record or "")
        for path, _ in landing.footers("web", "events", anew=True)
        for row, _ in erasing.rows(path)
    ]


def test_the_browsers_and_users_of_a_person_are_found(config: Config) -> None:
    theirs = {"browser-of-ann-alone", "second-of-ann-alone", "third-of-ann-alone", "7000000001", "u-of-ann-00"}
    theirs |= {"device-of-ann", "p-of-ann"}  # before anybody is named, PostHog tells the device as the user
    assert find.find(config, ["ann@x.example"]).visitors == {("web", name) for name in theirs}


def test_what_was_done_in_a_persons_browsers_is_nobodys_afterwards(config: Config) -> None:
    before = landed(config)
    assert forget(config, ["ann@x.example"], Console()) == 0
    after = landed(config)
    assert [event.get("anonymousId") for event in after] == [
        None, None, None, None, "browser-of-a-family", "browser-of-a-family", None, "browser-of-ben-alone", "browser-of-nobody",
    ]  # fmt: skip
    assert all(event["messageId"] == old["messageId"] for event, old in zip(after, before, strict=True))
    for place in (4, 5, 7, 8):
        assert after[place] == before[place]
    assert not {"7000000001", "u-of-ann-00", "Ann@x.example"} & set(json.dumps(after[:4] + after[6:7]).split('"'))
    assert all(event["context"]["ip"] is None for event in (after[0], after[6]))


def test_an_export_has_what_they_did_before_they_were_named(config: Config, tmp_path: Path) -> None:
    assert export(config, "ann@x.example", tmp_path / "out", Console()) == 0
    told = json.loads((tmp_path / "out" / "person.json").read_text())["from_sources"]
    paths = {r["record"]["context"]["page"]["path"] for r in told if r["stream"] == "events"}
    assert len([r for r in told if r["stream"] == "product"]) == 2
    assert paths == {"/p0", "/p1", "/p2", "/p3", "/p6"}


def test_a_published_session_of_a_person_goes_and_others_stay() -> None:
    from crm360.connectors.engine.forgotten import Forgotten
    from crm360.orchestration.privacy import tables

    of = Forgotten(b"key", 1)
    of.marks = {"customer": {of.hash("customer", "c_ann")}}
    with duckdb.connect() as con:
        con.execute(
            "create table web_sessions as select * from (values ('s1', 'c_ann', '/a'), ('s2', null, '/b')) t(session_id, customer_id, entry_page)"
        )
        columns = dict.fromkeys(("session_id", "customer_id", "entry_page"), "VARCHAR")
        sql, given = tables.select(
            "web_sessions", "web_sessions", columns, tables.look(con, "web_sessions", columns, of, None)
        )
        assert con.execute(sql, given).fetchall() == [("s2", None, "/b")]


def test_the_visits_of_a_system_that_has_them_are_looked_through_as_well(tmp_path: Path) -> None:
    (tmp_path / "crm360.toml").write_text(f"""{TOML}
[sources.matomo]
base_url = "http://127.0.0.1:9/matomo"
site_ids = "1"
user_source = "hubspot"
""")
    config = load(tmp_path / "crm360.toml", tmp_path / "data")
    land(
        config, "hubspot", "contacts", [("7000000001", {"id": "7000000001", "properties": {"email": "ann@x.example"}})]
    )
    visits = [
        ("aacd1f3a2bc99d21", None), ("aacd1f3a2bc99d21", "7000000001"), ("bbcd1f3a2bc99d21", "Ann@x.example"),
        ("cccd1f3a2bc99d21", "ben@x.example"), ("cccd1f3a2bc99d21", "7000000001"), ("dddd1f3a2bc99d21", None),
    ]  # fmt: skip
    told = [{"idVisit": str(n), "visitorId": browser, "userId": user} for n, (browser, user) in enumerate(visits)]
    land(config, "matomo", "visits", [(visit["idVisit"] or "", visit) for visit in told])
    found = {"7000000001", "aacd1f3a2bc99d21", "bbcd1f3a2bc99d21"}
    assert find.find(config, ["ann@x.example"]).visitors == {("matomo", name) for name in found}
    assert forget(config, ["ann@x.example"], Console()) == 0
    after = [
        json.loads(row.record or "")
        for path, _ in Landing(config.landing).footers("matomo", "visits", anew=True)
        for row, _ in erasing.rows(path)
    ]
    assert [(v["visitorId"], v["userId"]) for v in after] == [
        (None, None), (None, None), (None, None), ("cccd1f3a2bc99d21", "ben@x.example"), (None, None),
        ("dddd1f3a2bc99d21", None),
    ]  # fmt: skip
