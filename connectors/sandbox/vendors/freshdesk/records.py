"""Tickets, contacts, companies and ratings as Freshdesk writes them: statuses and priorities are numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.support import AGENTS
from crm360.connectors.sandbox.company.table import DELETED
from crm360.connectors.sandbox.vendors.zendesk import records as zendesk_records

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

_STATUSES = {"new": 2, "open": 2, "pending": 3, "hold": 6, "solved": 4, "closed": 5, "deleted": 2}
_PRIORITIES = {"low": 1, "normal": 2, "high": 3, "urgent": 4}
_SOURCES = {"email": 1, "web": 2, "voice": 3, "chat": 7, "facebook": 6, "api": 2}
_TYPES = {"question": "Question", "problem": "Problem", "incident": "Incident", "task": "Feature Request"}
GOOD, BAD = 103, -103
"""Extremely happy and extremely unhappy on the scale of the default question, which goes from 103 over 100 to -103."""
FIRST_AGENT = 2_043_000_000_001


def _company_of(company: Company, organization: int | None) -> int | None:
    row = None if organization is None else company.desk.organizations.row_of(organization)
    return None if row is None else int(company.table("freshdesk", "companies").ids(np.array([row]))[0])


def _agent(number: int | None) -> int | None:
    """A Zendesk agent's number as an agent's here."""
    return None if number is None else FIRST_AGENT + number % AGENTS


def _edition(table: Any, rows: Ints) -> list[str | None]:
    return [f"Edition {number}" if number else None for number in table["edition"][rows].tolist()]


def tickets(company: Company, rows: Ints) -> list[dict[str, Any]]:
    table, contacts = company.table("freshdesk", "tickets"), company.table("freshdesk", "contacts")
    columns = zip(
        rows.tolist(), table.ids(rows).tolist(), zendesk_records.tickets(company, rows, metrics=True),
        contacts.ids(company.desk.tickets["user"][rows]).tolist(), table["state"][rows].tolist(),
        clock.iso_s(table["created"][rows]), clock.iso_s(table["changed"][rows]),
        clock.iso_s(company.desk.tickets["answered"][rows]), clock.iso_s(company.desk.tickets["reopened"][rows]),
        _edition(table, rows), strict=True,
    )  # fmt: skip
    found = []
    for row, number, told, requester, state, created, changed, answered, reopened, edition in columns:
        metrics, reply = told["metric_set"], told["metric_set"]["reply_time_in_minutes"]["calendar"]
        record = {
            "cc_emails": [], "fwd_emails": [], "reply_cc_emails": [], "email_config_id": None, "fr_escalated": False,
            "group_id": told["group_id"], "priority": _PRIORITIES[told["priority"]], "requester_id": requester,
            "responder_id": _agent(told["assignee_id"]), "source": _SOURCES[told["via"]["channel"]], "spam": False,
            "status": _STATUSES[told["status"]], "subject": told["subject"],
            "company_id": _company_of(company, told["organization_id"]), "id": number, "type": _TYPES[told["type"]],
            "to_emails": None, "product_id": None, "created_at": created, "updated_at": changed, "due_by": None,
            "is_escalated": "escalated" in told["tags"], "custom_fields": {"cf_note": edition}, "tags": [],
            "stats": {
                "agent_responded_at": answered if reply is not None else None, "requester_responded_at": None,
                "first_responded_at": answered if reply is not None else None, "status_updated_at": None,
                "reopened_at": reopened if metrics["reopens"] else None, "resolved_at": metrics["solved_at"],
                "closed_at": None, "pending_since": None,
            },
        }  # fmt: skip
        if state == DELETED:
            record["deleted"] = True
        found.append(record | table.overrides.get(row, {}))
    return found


def contacts(company: Company, rows: Ints) -> list[dict[str, Any]]:
    table = company.table("freshdesk", "contacts")
    columns = zip(
        rows.tolist(), table.ids(rows).tolist(), zendesk_records.users(company, rows),
        clock.iso_s(table["created"][rows]), clock.iso_s(table["changed"][rows]), table["state"][rows].tolist(),
        _edition(table, rows), strict=True,
    )  # fmt: skip
    found = []
    for row, number, told, created, changed, state, edition in columns:
        record = {
            "active": True, "address": None, "company_id": _company_of(company, told["organization_id"]),
            "description": edition or "".join(told["tags"]) or None, "email": told["email"], "id": number,
            "job_title": None, "language": told["locale"].lower(), "mobile": None, "name": told["name"],
            "phone": told["phone"], "time_zone": told["time_zone"], "twitter_id": None, "custom_fields": {},
            "created_at": created, "updated_at": changed,
        }  # fmt: skip
        if state == DELETED:
            record["deleted"] = True
        found.append(record | table.overrides.get(row, {}))
    return found


def companies(company: Company, rows: Ints) -> list[dict[str, Any]]:
    table = company.table("freshdesk", "companies")
    columns = zip(
        rows.tolist(), table.ids(rows).tolist(), zendesk_records.organizations(company, rows),
        clock.iso_s(table["created"][rows]), clock.iso_s(table["changed"][rows]), _edition(table, rows), strict=True,
    )  # fmt: skip
    return [
        {
            "id": number, "name": told["name"], "description": edition, "note": told["notes"] or None,
            "domains": told["domain_names"], "created_at": created, "updated_at": changed, "custom_fields": {},
            "health_score": None, "account_tier": "Basic", "renewal_date": None, "industry": None,
        }
        | table.overrides.get(row, {})
        for row, number, told, created, changed, edition in columns
    ]  # fmt: skip


def satisfaction_ratings(company: Company, rows: Ints) -> list[dict[str, Any]]:
    """A rating is given once: it was created when it last changed."""
    table, desk = company.table("freshdesk", "satisfaction_ratings"), company.desk
    ticket = desk.ratings["ticket"][rows].astype(np.int64)
    columns = zip(
        rows.tolist(), table.ids(rows).tolist(), zendesk_records.ratings(company, rows),
        company.table("freshdesk", "tickets").ids(ticket).tolist(),
        company.table("freshdesk", "contacts").ids(desk.tickets["user"][ticket]).tolist(),
        clock.iso_s(table["changed"][rows]), strict=True,
    )  # fmt: skip
    return [
        {
            "id": number, "survey_id": 1, "user_id": user, "agent_id": _agent(told["assignee_id"]),
            "feedback": told["comment"], "group_id": told["group_id"], "ticket_id": about, "created_at": at,
            "updated_at": at, "ratings": {"default_question": GOOD if told["score"] == "good" else BAD},
        }
        | table.overrides.get(row, {})
        for row, number, told, about, user, at in columns
    ]  # fmt: skip
