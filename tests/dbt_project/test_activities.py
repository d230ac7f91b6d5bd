"""What sales people and readers did: HubSpot's stage history and engagements, Salesforce's tasks, Mailchimp's acts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import duckdb
import numpy as np
import pytest

from crm360.connectors.engine.landing import Landing
from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.company.pipeline import STAGES
from crm360.connectors.sandbox.vendors.hubspot.engagements import stage_history
from crm360.connectors.systems import hubspot
from tests.connectors.battery import Bench, bench

from .conftest import LANDED, Compiled
from .conftest import landed as version

TARGETS = ["int_interactions_unioned", "stg_hubspot__deal_stages", "int_records_unparseable"]


@pytest.fixture(scope="module")
def pulled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """HubSpot after three nights: the second and third by search."""
    with bench(tmp_path_factory.mktemp("hubspot"), people=80) as here:
        for day in (0, 1, 9):
            here.company.go_to(day)
            assert [str(p.error) for p in here.pull("hubspot").values() if p.error] == []
        yield here


@pytest.fixture(scope="module")
def empty(project: Compiled) -> duckdb.DuckDBPyConnection:
    return project.build(TARGETS, {})


def rows_of(here: Bench, stream: str) -> list[dict[str, Any]]:
    files = [str(path) for path, _ in Landing(here.landing).footers("hubspot", stream)]
    names = [n for n in LANDED if n != "source"]
    with duckdb.connect() as con:
        found = con.execute(f"select {', '.join(names)} from read_parquet(?)", [files]).fetchall()
    return [{"source": "hubspot", **dict(zip(names, row, strict=True))} for row in found]


def test_every_deals_stages_are_those_of_the_truth(pulled: Bench, project: Compiled) -> None:
    given = {f"hubspot.{s}": rows_of(pulled, s) for s in ("deals", "pipelines")}
    con = project.build(["stg_hubspot__deal_stages"], given)
    deals = pulled.company.table("hubspot", "deals")
    live = deals.live()
    labels = {name: (label, order) for order, (name, label, _) in enumerate(STAGES)}
    expected = {
        (f"hubspot:{number}", entry["value"], *labels[entry["value"]], clock.naive(clock.moment(entry["timestamp"])))
        for number, history in zip(deals.ids(live).tolist(), stage_history(pulled.company, live), strict=True)
        for entry in history
    }
    sql = """select deal_id, stage, stage_label, stage_order, entered_at from staging.stg_hubspot__deal_stages
             where not is_deleted"""
    assert set(con.execute(sql).fetchall()) == expected
    assert con.execute("select count(*) - count(distinct deal_stage_id) from staging.stg_hubspot__deal_stages").fetchall() == [(0,)]  # fmt: skip
    # The last entry is the stage that the deal is in.
    assert {h[0]["value"] for h in stage_history(pulled.company, live)} == {
        STAGES[s][0] for s in np.unique(deals["stage"][live])
    }


def test_every_engagement_that_took_place_is_a_touch_of_its_contact(pulled: Bench, project: Compiled) -> None:
    kinds = ("calls", "meetings", "emails", "communications")
    con = project.build(["int_interactions_unioned"], {f"hubspot.{s}": rows_of(pulled, s) for s in kinds})
    for kind in kinds:
        records = dict(Landing(pulled.landing).live_records("hubspot", kind))
        vain = ("NO_ANSWER", "CANCELED", "NO_SHOW", "BOUNCED")
        took_place = {i for i, r in records.items() if not set(r["properties"].values()) & set(vain)}
        # By the project's default as-of, the day of the first night.
        known = {i for i in took_place if records[i]["properties"]["hs_timestamp"][:10] <= "2026-07-01"}
        sql = (
            "select source_id from intermediate.int_interactions_unioned where interaction_id like ? and not is_deleted"
        )
        assert {i for (i,) in con.execute(sql, [f"hubspot:{kind}/%"]).fetchall()} == known
        assert (known and records.keys() - took_place) or kind == "communications"
    linked = con.execute("select count(contact_id), count(*) from intermediate.int_interactions_unioned").fetchall()[0]
    assert linked[0] > 0.8 * linked[1]


def test_deals_landed_without_their_history_are_read_whole_once(pulled: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Landing.newest

    def older(self: Landing, source: str, stream: str) -> Any:
        footer = real(self, source, stream)
        if footer is not None:
            footer.state.pop(hubspot.HISTORIES, None)
        return footer

    def listed() -> int:
        found = [e for e in pulled.sandbox.log.entries("*/objects/*/deals") if "propertiesWithHistory" in e.query]
        pulled.sandbox.log.clear()
        return len(found)

    listed()
    pulled.landed("hubspot", "deals")
    assert listed() == 0
    monkeypatch.setattr(Landing, "newest", older)
    pulled.landed("hubspot", "deals")
    assert listed() > 0


def deal(*entries: tuple[str, str]) -> dict[str, Any]:
    history = [{"value": stage, "timestamp": at} for stage, at in entries]
    return {"properties": {"pipeline": "p1"}, "propertiesWithHistory": {"dealstage": history}}


HISTORIES = [
    ([("won", "2026-02-01T00:00:00Z"), ("new", "2026-01-01T00:00:00Z")], [("new", "p1", 0, 1), ("won", "p1", 1, 2)]),
    # Set again to what it was: no entry. Left and entered again: one.
    ([("new", "2026-01-01T00:00:00Z"), ("new", "2026-01-05T00:00:00Z")], [("new", "p1", 0, 1)]),
    ([("new", "2026-01-01T00:00:00Z"), ("won", "2026-02-01T00:00:00Z"), ("new", "2026-03-01T00:00:00Z")],
     [("new", "p1", 0, 1), ("won", "p1", 1, 2), ("new", "p1", 0, 3)]),
    # A stage of another pipeline, and one that no pipeline has any more.
    ([("lost", "2026-01-01T00:00:00Z"), ("gone", "2026-02-01T00:00:00Z")], [("lost", "p2", 7, 1), ("gone", "p1", None, 2)]),
]  # fmt: skip


@pytest.mark.parametrize(("entries", "expected"), HISTORIES)
def test_a_history_becomes_entries(
    empty: duckdb.DuckDBPyConnection, project: Compiled, entries: list[tuple[str, str]], expected: list[tuple[Any, ...]]
) -> None:
    stages = [{"id": "new", "label": "New", "displayOrder": 0}, {"id": "won", "label": "Won", "displayOrder": 1}]
    other = [{"id": "lost", "label": "Lost", "displayOrder": 7}, {"id": "won", "label": "Sold", "displayOrder": 9}]
    given = {
        "hubspot.deals": [version("1", deal(*entries))],
        "hubspot.pipelines": [version("p1", {"stages": stages}), version("p2", {"stages": other})],
    }
    project.refill(empty, given, ["stg_hubspot__deal_stages"])
    sql = """select stage, pipeline, stage_order, month(entered_at) from staging.stg_hubspot__deal_stages
             order by entered_at"""
    assert empty.execute(sql).fetchall() == expected


def linked(kind: str, *contacts: str, **properties: Any) -> dict[str, Any]:
    ends = [{"id": c, "type": f"{kind}_to_contact"} for c in contacts]
    at = {"hs_timestamp": "2026-06-01T10:00:00Z"}
    return {"properties": at | properties, "associations": {"contacts": {"results": ends}}}


TASK = {"WhoId": "00Q1", "IsClosed": True, "Status": "Completed", "CompletedDateTime": "2026-06-01T10:00:00.000+0000"}
MEMBER = {"CampaignId": "701", "LeadId": "00Q1", "HasResponded": True, "FirstRespondedDate": "2026-06-01"}
TOUCHES = [
    ("hubspot.calls", linked("call", "7", hs_call_direction="INBOUND", hs_call_title="Hi"),
     [("hubspot:calls/1/7", "hubspot:7", "call", "inbound", "Hi")]),
    ("hubspot.calls", linked("call", "7", hs_call_status="NO_ANSWER"), []),
    ("hubspot.calls", linked("call", "7", hs_timestamp="2026-07-09T10:00:00Z"), []),
    ("hubspot.calls", linked("call"), [("hubspot:calls/1", None, "call", None, None)]),
    ("hubspot.meetings", linked("meeting", "7", "8"),
     [("hubspot:meetings/1/7", "hubspot:7", "meeting", None, None), ("hubspot:meetings/1/8", "hubspot:8", "meeting", None, None)]),
    ("hubspot.meetings", linked("meeting", "7", hs_meeting_outcome="NO_SHOW"), []),
    ("hubspot.emails", linked("email", "7", hs_email_direction="INCOMING_EMAIL"),
     [("hubspot:emails/1/7", "hubspot:7", "email", "inbound", None)]),
    ("hubspot.emails", linked("email", "7", hs_email_direction="EMAIL", hs_email_status="BOUNCED"), []),
    ("hubspot.communications", linked("communication", "7", hs_communication_channel_type="SMS"),
     [("hubspot:communications/1/7", "hubspot:7", "sms", None, None)]),
    ("hubspot.communications", linked("communication", "7", hs_communication_channel_type="WHATS_APP"),
     [("hubspot:communications/1/7", "hubspot:7", "chat", None, None)]),
    ("salesforce.tasks", {**TASK, "TaskSubtype": "Call", "CallType": "Inbound", "Subject": "Call"},
     [("salesforce:tasks/1", "salesforce:00Q1", "call", "inbound", "Call")]),
    ("salesforce.tasks", {**TASK, "TaskSubtype": "Email"}, [("salesforce:tasks/1", "salesforce:00Q1", "email", None, None)]),
    ("salesforce.tasks", {**TASK, "TaskSubtype": "Task"}, []),
    ("salesforce.tasks", {**TASK, "TaskSubtype": "Call", "IsClosed": False}, []),
    ("salesforce.campaign_members", MEMBER, [("salesforce:members/1", "salesforce:00Q1", "form", "inbound", None)]),
    ("salesforce.campaign_members", {**MEMBER, "ContactId": "0031"},
     [("salesforce:members/1", "salesforce:0031", "form", "inbound", None)]),
    ("salesforce.campaign_members", {**MEMBER, "HasResponded": False}, []),
]  # fmt: skip


@pytest.mark.parametrize(("stream", "record", "expected"), TOUCHES)
def test_what_is_a_touch(
    empty: duckdb.DuckDBPyConnection, project: Compiled, stream: str, record: dict[str, Any], expected: list[Any]
) -> None:
    row = version("1", record, source=stream.split(".")[0])
    project.refill(empty, {name: [] for name, _, _ in TOUCHES} | {stream: [row]}, ["int_interactions_unioned"])
    sql = """select interaction_id, contact_id, kind, direction, subject
             from intermediate.int_interactions_unioned order by 1"""
    assert empty.execute(sql).fetchall() == expected
    if expected:
        times = empty.execute("select distinct happened_at from intermediate.int_interactions_unioned").fetchall()
        assert times[0][0].date() == datetime(2026, 6, 1).date()


@pytest.mark.parametrize(
    ("campaign", "kind"),
    [
        ("Email", "email"),
        ("Webinar", "meeting"),
        ("Telemarketing", "call"),
        ("Social Media", "social"),
        ("Other", "form"),
    ],
)
def test_a_response_is_a_touch_of_its_campaigns_kind(
    empty: duckdb.DuckDBPyConnection, project: Compiled, campaign: str, kind: str
) -> None:
    given = {
        "salesforce.campaigns": [version("701", {"Name": "May", "Type": campaign}, source="salesforce")],
        "salesforce.campaign_members": [version("1", MEMBER, source="salesforce")],
    }
    project.refill(empty, {name: [] for name, _, _ in TOUCHES} | given, ["int_interactions_unioned"])
    sql = "select kind, subject, campaign_id from intermediate.int_interactions_unioned"
    assert empty.execute(sql).fetchall() == [(kind, "May", "salesforce:701")]


def test_what_was_said_is_not_pulled(pulled: Bench) -> None:
    for kind in ("calls", "meetings", "emails", "communications"):
        for _, record in Landing(pulled.landing).live_records("hubspot", kind):
            assert not [n for n in record["properties"] if n.endswith(("_body", "_text", "_html"))]


def test_mailchimps_acts_are_one_row_each(project: Compiled) -> None:
    """A later version holds only what is new; what is in two versions, or twice in one, is one act."""

    def recipient(member: str, email: str, *acts: dict[str, str]) -> dict[str, Any]:
        return {"campaign_id": "c", "list_id": "l", "email_id": member, "email_address": email, "activity": [*acts]}

    opened = {"action": "open", "timestamp": "2026-06-01T10:00:00+00:00"}
    clicked = {"action": "click", "timestamp": "2026-06-01T10:01:00+00:00", "url": "https://x.example"}
    bounced = {"action": "bounce", "timestamp": "noon"}
    given = [
        version("c/e", recipient("e", "A@x.example", opened), source="m"),
        version("c/e", recipient("e", "a@x.example", opened, clicked), source="m", batch_id="b2"),
        version("c/f", recipient("f", "f@x.example"), source="m"),
        version("c/g", recipient("g", "g@x.example", bounced, bounced), source="m"),
        version("c/h", recipient("h", "h@x.example"), source="m", rejected_because="too deep"),
        version("c/i", source="m"),
    ]
    con = project.build(["stg_mailchimp__email_activity"], {"mailchimp.email_activity": given})
    sql = """select contact_id, email, event, event_at, url, parse_errors, count(*) over (partition by email_event_id)
             from staging.stg_mailchimp__email_activity order by contact_id, event_at nulls first, event desc"""
    at = datetime(2026, 6, 1, 10)
    assert con.execute(sql).fetchall() == [
        ("m:l/e", "a@x.example", "sent", None, None, None, 1),
        ("m:l/e", "a@x.example", "opened", at, None, None, 1),
        ("m:l/e", "a@x.example", "clicked", at.replace(minute=1), "https://x.example", None, 1),
        ("m:l/f", "f@x.example", "sent", None, None, None, 1),
        ("m:l/g", "g@x.example", "sent", None, None, None, 1),
        ("m:l/g", "g@x.example", "bounced", None, None, "timestamp=aaaa", 1),
    ]
