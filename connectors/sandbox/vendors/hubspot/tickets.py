"""Tickets as HubSpot writes them, for a company that answers its customers there: the desk's, under other ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crm360.connectors.sandbox.company import causes, clock
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.names import words
from crm360.connectors.sandbox.company.pipeline import owner_ids
from crm360.connectors.sandbox.company.support import AGENTS, CLOSED, HOLD, NEW, PENDING, SOLVED, SUBJECTS

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

PROPERTIES = {
    "tickets": words(
        "subject content hs_pipeline hs_pipeline_stage hs_ticket_priority hs_ticket_category source_type createdate "
        "closed_date first_agent_reply_date hs_lastmodifieddate hs_object_id hs_merged_object_ids hubspot_owner_id "
        "hubspot_team_id"
    )
}
PIPELINE = "0"
STAGES = (
    ("1", "New", "OPEN"),
    ("2", "Waiting on contact", "OPEN"),
    ("3", "Waiting on us", "OPEN"),
    ("4", "Closed", "CLOSED"),
)
_STAGE_OF = {NEW: "1", PENDING: "2", HOLD: "2", SOLVED: "4", CLOSED: "4"}
_CHANNELS = ["EMAIL", "FORM", "CHAT", "PHONE"]
_PRIORITIES = ["LOW", "MEDIUM", "HIGH", "URGENT"]
_CATEGORIES = ["GENERAL_INQUIRY", "PRODUCT_ISSUE", "BILLING_ISSUE", None]


def properties(company: Company, rows: Ints) -> list[dict[str, str | None]]:
    """All properties of the rows."""
    desk, table, draws = company.desk.tickets, company.table("hubspot", "tickets"), company.draws
    staff = owner_ids()
    agent = causes.agent(draws, rows, AGENTS - 1) % len(staff)
    columns = zip(
        desk["status"][rows].tolist(), desk["answered"][rows].tolist(), desk["solved"][rows].tolist(),
        clock.iso_ms(desk["answered"][rows]), clock.iso_ms(desk["solved"][rows]), table["edition"][rows].tolist(),
        draws.below("subject", rows, len(SUBJECTS)).tolist(), draws.chosen("channel", rows, [40, 26, 14, 20]).tolist(),
        draws.chosen("priority", rows, [15, 60, 18, 7]).tolist(), draws.below("category", rows, 4).tolist(),
        agent.tolist(), strict=True,
    )  # fmt: skip
    return [
        {
            "subject": SUBJECTS[subject] + (f" ({edition})" if edition else ""),
            "content": "Order and details are below.", "hs_pipeline": PIPELINE,
            "hs_pipeline_stage": _STAGE_OF.get(status, "3"), "hs_ticket_priority": _PRIORITIES[priority],
            "hs_ticket_category": _CATEGORIES[category], "source_type": _CHANNELS[channel],
            "closed_date": solved_at if status in (SOLVED, CLOSED) and solved else None,
            "first_agent_reply_date": answered_at if answered else None,
            "hubspot_owner_id": str(staff[by]) if answered else None,
        }
        for status, answered, solved, answered_at, solved_at, edition, subject, channel, priority, category, by
        in columns
    ]  # fmt: skip


def contact_of(company: Company, rows: Ints) -> Ints:
    """The row of the contact who asked; -1 where HubSpot does not know the person."""
    return known_contacts(company, person_of(company, rows))


def known_contacts(company: Company, person: Ints) -> Ints:
    """The row of each person's contact; -1 where HubSpot does not know the person."""
    known = company.pipeline.contact_of.astype(np.int64)
    return np.where((person >= 0) & (person < len(known)), known[np.clip(person, 0, len(known) - 1)], -1)


def person_of(company: Company, rows: Ints) -> Ints:
    return company.desk.users["person"][company.desk.tickets["user"][rows]].astype(np.int64)


def pipelines(since: str) -> list[dict[str, Any]]:
    """The one pipeline of tickets."""
    stages = [
        {"id": name, "label": label, "displayOrder": order, "archived": False, "createdAt": since, "updatedAt": since,
         "metadata": {"ticketState": state, "isClosed": "true" if state == "CLOSED" else "false"}}
        for order, (name, label, state) in enumerate(STAGES)
    ]  # fmt: skip
    return [{"id": PIPELINE, "label": "Support Pipeline", "displayOrder": 0, "archived": False, "createdAt": since,
             "updatedAt": since, "stages": stages}]  # fmt: skip
