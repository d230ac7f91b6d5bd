"""Klaviyo's records as the entities take them: whose mail an event is of, which flows sent, and who may be written to."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

from crm360.connectors.sandbox.company.letters import BOUNCED, CLICKED, COMPLAINED, LEFT, OPENED, RECEIVED
from crm360.connectors.sandbox.company.mail import PENDING, SUBSCRIBED
from crm360.connectors.sandbox.company.table import LIVE
from crm360.connectors.systems import CONNECTORS
from tests.connectors.battery import bench
from tests.dbt_project.conftest import Compiled
from tests.dbt_project.conftest import landed as version
from tests.dbt_project.test_crm_systems import landed

PLACED = ["stg_klaviyo__metrics", "stg_klaviyo__campaign_messages", "stg_klaviyo__events", "stg_klaviyo__events_placed"]
FLOWS = "stg_klaviyo__flow_messages_grouped"
WORDS = {
    RECEIVED: "delivered", OPENED: "opened", CLICKED: "clicked", BOUNCED: "bounced", LEFT: "unsubscribed",
    COMPLAINED: "complained",
}  # fmt: skip


def event(metric: str, day: int, **properties: str) -> dict[str, Any]:
    return {
        "attributes": {"datetime": f"2026-06-{day:02}T10:00:00+00:00", "event_properties": properties},
        "relationships": {"metric": {"data": {"id": metric}}, "profile": {"data": {"id": "p"}}},
    }


def test_a_mail_is_of_its_campaign_or_of_its_flows_message(project: Compiled) -> None:
    """A campaign that is gone stays one; a message that nobody knows leads nowhere, and is no flow's."""
    flow = {"$message": "f1", "$flow": "f", "Campaign Name": "Welcome", "Subject": "Hello"}
    given = {
        "klaviyo.metrics": [
            version("r", {"attributes": {"name": "Received Email"}}, source="k"),
            version("u", {"attributes": {"name": "Unsubscribed"}}, source="k"),
            version("u", source="k", changed_at="2026-06-02 00:00:00"),
        ],
        "klaviyo.campaigns": [
            version("c1", {"messages": [{"id": "m1"}]}, source="k"),
            version("c2", {"messages": [{"id": "m2"}, {"id": "m3"}]}, source="k"),
            version("c2", source="k", changed_at="2026-06-02 00:00:00"),
        ],
        "klaviyo.events": [
            version("e1", event("r", 1, **{"$message": "m1"}), source="k"),
            version("e2", event("r", 1, **{"$message": "c1"}), source="k"),
            version("e3", event("r", 1, **{"$message": "m3"}), source="k"),
            version("e4", event("r", 1, **{"$message": "lost"}), source="k"),
            version("e5", event("r", 3, **flow), source="k"),
            version("e6", event("r", 2, **flow), source="k"),
            version("e7", event("u", 1, **{"$message": "m1", "$flow": "f"}), source="k"),
            version("e8", event("u", 1), source="k"),
        ],
    }
    with project.build([*PLACED, FLOWS], given) as con:
        placed = con.execute("select source_id, campaign_id, event from staging.stg_klaviyo__events_placed").fetchall()
        flows = con.execute(f"select campaign_id, source_id, name, subject, sent_at from staging.{FLOWS}").fetchall()
    assert sorted(placed) == [
        ("e1", "k:c1", "delivered"), ("e2", "k:c1", "delivered"), ("e3", "k:c2", "delivered"),
        ("e4", "k:lost", "delivered"), ("e5", "k:f1", "delivered"), ("e6", "k:f1", "delivered"),
        ("e7", "k:c1", "unsubscribed"), ("e8", None, "unsubscribed"),
    ]  # fmt: skip
    assert flows == [("k:f1", "f1", "Welcome", "Hello", datetime(2026, 6, 2, 10))]


def test_what_the_company_knows_comes_out_of_its_klaviyo(project: Compiled, tmp_path: Path) -> None:
    with bench(tmp_path, people=300) as here:
        for day in (0, 1):
            here.company.go_to(day)
            assert [str(p.error) for p in here.pull("klaviyo").values() if p.error] == []
        streams = [stream.name for stream in CONNECTORS["klaviyo"].streams]
        given = {f"klaviyo.{stream}": landed(here, "klaviyo", stream) for stream in streams}
        company = here.company
        events, profiles = company.table("klaviyo", "events"), company.table("klaviyo", "profiles")
    with project.build([*PLACED, "stg_klaviyo__campaigns", "stg_klaviyo__profiles", FLOWS], given) as con:
        told = con.execute("select event, campaign_id from staging.stg_klaviyo__events_placed").fetchall()
        campaigns = {i for (i,) in con.execute("select campaign_id from staging.stg_klaviyo__campaigns").fetchall()}
        said = con.execute(
            "select email_consent from staging.stg_klaviyo__profiles where not is_deleted and parse_errors is null"
        ).fetchall()
        flows = con.execute(f"select count(*) from staging.{FLOWS}").fetchall()
    assert Counter(word for word, _ in told) == Counter(WORDS[kind] for kind in events["kind"].tolist())
    assert {campaign for _, campaign in told} <= campaigns and flows == [(0,)]
    status = company.mailing.members["status"][profiles["state"] == LIVE].tolist()
    wanted = [True if s == SUBSCRIBED else None if s == PENDING else False for s in status]
    assert Counter(word for (word,) in said) == Counter(wanted) and len(set(wanted)) == 3
