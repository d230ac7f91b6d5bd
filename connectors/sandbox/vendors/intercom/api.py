"""Intercom's API 2.16: admins, companies, the searches for contacts and conversations, and what was deleted.

Shapes: intercom/Intercom-OpenAPI. Traps that it plays: a search for contacts cuts a moment to a day in the workspace's
time zone, and begins the day after; comparisons but =, > and < of a moment are refused; a page may hold 150 records at
the most; merged and deleted contacts are in no answer; without the version's header answers are of an older shape.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np

from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.support import AGENTS, CLOSED, SOLVED
from crm360.connectors.sandbox.company.table import DELETED, LIVE
from crm360.connectors.sandbox.server import cursors
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply
from crm360.connectors.sandbox.vendors.intercom.fake import written
from crm360.connectors.sandbox.vendors.zendesk import records as zendesk_records

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

Record = dict[str, Any]
ZONE = ZoneInfo("America/Los_Angeles")
VERSION, MOST, MOST_DELETED = "2.16", 150, 60
_CHANNELS = {"email": "email", "voice": "phone_call", "facebook": "facebook", "chat": "conversation"}
_SECOND = clock.SECOND


def error(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    """Intercom's error body."""
    codes = {401: "unauthorized", 404: "not_found", 429: "rate_limit_exceeded"}
    told = {"code": codes.get(status, "parameter_invalid"), "message": message}
    return Reply({"type": "error.list", "request_id": "b6d7", "errors": [told]}, status, headers or {})


def unauthorised() -> Reply:
    return error(401, "Access Token Invalid")


def _versioned(call: Call) -> None:
    if call.headers.get("intercom-version") != VERSION:
        raise Refused(400, "This fake knows version 2.16 only, which no header asks for")


def _since(asked: Record, *, is_cut: bool) -> int:
    """The moment from which a search begins, in milliseconds."""
    query = asked.get("query") or {}
    field, operator, value = query.get("field"), query.get("operator"), query.get("value")
    if field != "updated_at" or operator not in (">", "<", "=") or not isinstance(value, int | str):
        raise Refused(400, f"Invalid operator {operator} for {field}")
    if operator != ">":
        raise Refused(400, "this fake searches for what is newer alone")
    seconds = int(value)
    if not is_cut:
        return (seconds + 1) * _SECOND
    day = datetime.fromtimestamp(seconds, ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    return clock.moment((day + timedelta(days=1)).astimezone(UTC))


def _search(company: Company, call: Call, stream: str, name: str, *, is_cut: bool) -> Reply:
    _versioned(call)
    asked = call.json()
    table, paging = company.table("intercom", stream), asked.get("pagination") or {}
    size = paging.get("per_page", 50)
    if not isinstance(size, int) or not 1 <= size <= MOST:
        raise Refused(400, f"per_page must be between 1 and {MOST}")
    rows = table.by("changed")
    keep = (table["state"] == LIVE) & (table["changed"] >= _since(asked, is_cut=is_cut))
    rows = every = rows[keep[rows]]
    if cursor := paging.get("starting_after"):
        time, row = cursors.read(str(cursor))
        changed = table["changed"][rows]
        rows = rows[(changed > time) | ((changed == time) & (rows > row))]
    pages: Record = {"type": "pages", "page": 1 + (len(every) - len(rows)) // size, "per_page": size}
    pages["total_pages"] = -(-len(every) // size)
    page = rows[:size]
    if len(rows) > size:
        last = int(page[-1])
        pages["next"] = {"per_page": size, "starting_after": cursors.written(int(table["changed"][last]), last)}
    told = contacts(company, page) if stream == "contacts" else conversations(company, page)
    if call.query.get("include_merge_history") != "true":
        for record in told:
            record.pop("merge_history", None)
    kind = "list" if stream == "contacts" else "conversation.list"
    return Reply({"type": kind, name: told, "total_count": len(every), "pages": pages}, keep=True)


def search_contacts(company: Company, call: Call) -> Reply:
    """POST /contacts/search"""
    return _search(company, call, "contacts", "data", is_cut=True)


def search_conversations(company: Company, call: Call) -> Reply:
    """POST /conversations/search"""
    return _search(company, call, "conversations", "conversations", is_cut=False)


def _numbered(call: Call, count: int, most: int) -> tuple[slice, Record]:
    number, size = call.number("page", 1), call.number("per_page", 15)
    if number < 1 or not 1 <= size <= most:
        raise Refused(400, f"per_page must be between 1 and {most}")
    pages = {"type": "pages", "next": None, "page": number, "per_page": size, "total_pages": -(-count // size)}
    return slice((number - 1) * size, number * size), {"total_count": count, "pages": pages}


def deleted(company: Company, call: Call) -> Reply:
    """GET /conversations/deleted"""
    _versioned(call)
    table = company.table("intercom", "conversations")
    rows = table.having(DELETED)
    rows = rows[np.lexsort((rows, table["gone"][rows]))][::-1]
    place, around = _numbered(call, len(rows), MOST_DELETED)
    told = zip(table.ids(rows[place]).tolist(), (table["gone"][rows[place]] // _SECOND).tolist(), strict=True)
    listed = [{"type": "conversation", "id": str(n), "metrics_retained": True, "deleted_at": at} for n, at in told]
    return Reply({"type": "conversations.list", "conversations": listed} | around, keep=True)


def companies(company: Company, call: Call) -> Reply:
    """GET /companies"""
    _versioned(call)
    table = company.table("intercom", "companies")
    rows = table.having(LIVE)
    place, around = _numbered(call, len(rows), 60)
    return Reply({"type": "list", "data": _companies(company, rows[place])} | around, keep=True)


def admins(company: Company, call: Call) -> Reply:
    """GET /admins"""
    _versioned(call)
    users = zendesk_records.users(company, np.arange(AGENTS))
    told = [
        {"type": "admin", "id": str(user["id"]), "name": user["name"], "email": user["email"], "has_inbox_seat": True}
        for user in users
    ]
    return Reply({"type": "admin.list", "admins": told})


def _companies(company: Company, rows: Ints) -> list[Record]:
    table = company.table("intercom", "companies")
    columns = zip(
        rows.tolist(), table.ids(rows).tolist(), zendesk_records.organizations(company, rows) if len(rows) else [],
        (table["created"][rows] // _SECOND).tolist(), (table["changed"][rows] // _SECOND).tolist(),
        table["edition"][rows].tolist(), strict=True,
    )  # fmt: skip
    return [
        {
            "type": "company", "id": written("companies", number), "company_id": str(number), "name": told["name"],
            "website": f"https://www.{told['domain_names'][0]}/" if told["domain_names"] else None, "industry": None,
            "size": 0, "created_at": created, "updated_at": changed, "custom_attributes": {"edition": edition},
        }
        | table.overrides.get(row, {})
        for row, number, told, created, changed, edition in columns
    ]  # fmt: skip


def _company_id(company: Company, organization: int | None) -> str | None:
    row = None if organization is None else company.desk.organizations.row_of(organization)
    if row is None:
        return None
    return written("companies", int(company.table("intercom", "companies").ids(np.array([row]))[0]))


def contacts(company: Company, rows: Ints) -> list[Record]:
    """The contacts of rows, with what a test said."""
    if not len(rows):
        return []
    table = company.table("intercom", "contacts")
    columns = zip(
        rows.tolist(), table.ids(rows).tolist(), zendesk_records.users(company, rows),
        (table["created"][rows] // _SECOND).tolist(), (table["changed"][rows] // _SECOND).tolist(),
        table["edition"][rows].tolist(), strict=True,
    )  # fmt: skip
    found = []
    for row, number, told, created, changed, edition in columns:
        firm = _company_id(company, told["organization_id"])
        data = [{"id": firm, "type": "company", "url": f"/companies/{firm}"}] if firm else []
        record = {
            "type": "contact", "id": written("contacts", number), "external_id": None, "role": "user",
            "email": told["email"], "phone": told["phone"], "name": told["name"], "owner_id": None,
            "unsubscribed_from_emails": row % 13 == 0, "marked_email_as_spam": False, "has_hard_bounced": False,
            "created_at": created, "updated_at": changed, "language_override": told["locale"],
            "custom_attributes": {"edition": edition}, "merge_history": [],
            "location": {"type": "location", "country": None, "region": None, "city": None},
            "companies": {"type": "list", "data": data, "total_count": len(data), "has_more": False},
        }  # fmt: skip
        found.append(record | table.overrides.get(row, {}))
    return found


def conversations(company: Company, rows: Ints) -> list[Record]:
    """The conversations of rows, with what a test said."""
    if not len(rows):
        return []
    table, desk = company.table("intercom", "conversations"), company.desk
    people = company.table("intercom", "contacts").ids(desk.tickets["user"][rows]).tolist()
    good = desk.is_happy(rows).tolist()
    times = {
        name: (desk.tickets[name][rows] // _SECOND).tolist() for name in ("answered", "solved", "rated", "reopened")
    }
    columns = zip(
        rows.tolist(), table.ids(rows).tolist(), zendesk_records.tickets(company, rows), people,
        desk.tickets["status"][rows].tolist(), (table["created"][rows] // _SECOND).tolist(),
        (table["changed"][rows] // _SECOND).tolist(), table["edition"][rows].tolist(), strict=True,
    )  # fmt: skip
    found = []
    for at, (row, number, told, who, status, created, changed, edition) in enumerate(columns):
        is_closed = status in (SOLVED, CLOSED)
        moments = {name: column[at] or None for name, column in times.items()}
        firm = _company_id(company, told["organization_id"])
        rating = {"rating": 5 if good[at] else 1, "remark": None, "created_at": moments["solved"]}
        rating["updated_at"] = moments["rated"]
        contact = {"type": "contact", "id": written("contacts", who), "external_id": None}
        channel = _CHANNELS.get(told["via"]["channel"], "conversation")
        record = {
            "type": "conversation", "id": str(number), "title": told["subject"], "created_at": created,
            "updated_at": changed, "open": not is_closed, "read": True, "priority": "none",
            "state": "closed" if is_closed else "open", "admin_assignee_id": told["assignee_id"] or 0,
            "team_assignee_id": told["group_id"] or 0, "company": {"type": "company", "id": firm} if firm else None,
            "source": {"type": channel, "id": f"{number}1", "delivered_as": "customer_initiated", "subject": ""},
            "contacts": {"type": "contact.list", "contacts": [contact]},
            "first_contact_reply": {"created_at": created, "type": channel, "url": None},
            "conversation_rating": rating if moments["rated"] else None, "sla_applied": None,
            "custom_attributes": {"edition": edition},
            "statistics": {
                "type": "conversation_statistics", "first_contact_reply_at": created,
                "first_admin_reply_at": moments["answered"], "last_close_at": moments["solved"],
                "count_reopens": 1 if moments["reopened"] else 0, "count_conversation_parts": 4,
            },
        }  # fmt: skip
        found.append(record | table.overrides.get(row, {}))
    return found


ROUTES = [
    ("GET", "/intercom/admins", admins),
    ("GET", "/intercom/companies", companies),
    ("POST", "/intercom/contacts/search", search_contacts),
    ("POST", "/intercom/conversations/search", search_conversations),
    ("GET", "/intercom/conversations/deleted", deleted),
]
