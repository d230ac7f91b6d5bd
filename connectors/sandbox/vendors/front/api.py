"""Front's Core API: teammates, contacts, conversations, and the events that happen on these.

Shapes: frontapp/front-api-specs, core-api.json. Traps that it plays: the next page's address is on the company's own
host; conversations are ordered by the day on which one was bumped up, which editing is not; what is in the bin is in no
list, but in events; events come fifteen a page; times are seconds with a fraction; a recipient may be no contact; a
conversation brings its last message; some conversations are colleagues' own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import numpy as np

from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.support import AGENTS, CLOSED, PENDING, SOLVED
from crm360.connectors.sandbox.company.table import DELETED, LIVE
from crm360.connectors.sandbox.server import cursors
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply
from crm360.connectors.sandbox.vendors.front.fake import written
from crm360.connectors.sandbox.vendors.zendesk import records as zendesk_records

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

Record = dict[str, Any]
BY_DEFAULT, MOST, MOST_EVENTS = 50, 100, 15
HOST = "https://sandbox.api.frontapp.example"
MERGED: dict[str, list[str]] = {}
"""Conversations, by id, into which others were merged at the last thing that happened on them."""


def error(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    """Front's error body."""
    return Reply({"_error": {"status": status, "title": message, "message": message}}, status, headers or {})


def unauthorised() -> Reply:
    return error(401, "Unauthenticated")


def _seconds(at: int) -> float:
    return at / clock.SECOND


def _listed(call: Call, records: list[Record], token: str | None, *, is_paged: bool = True) -> Reply:
    """Records, and where there are more, the whole address of the next page, which is on another host."""
    path = call.path.removeprefix("/front")
    told: Record = {"_links": {"self": f"{HOST}{path}"}, "_results": records}
    if is_paged:
        query = urlencode({"limit": call.query.get("limit", BY_DEFAULT), "page_token": token}) if token else ""
        told["_pagination"] = {"next": f"{HOST}{path}?{query}" if token else None}
    return Reply(told, keep=True)


def _size(call: Call, most: int) -> int:
    size = call.number("limit", BY_DEFAULT)
    if not 1 <= size <= MOST:
        raise Refused(400, f"limit: should be less than or equal to {MOST}")
    return min(size, most)


def _ordered(call: Call, by: tuple[str, ...]) -> None:
    if call.query.get("sort_by") not in by or call.query.get("sort_order") != "asc":
        raise Refused(400, "the sandbox orders from the oldest on")


def _page(call: Call, times: Ints, rows: Ints, most: int) -> tuple[Ints, str | None]:
    """The rows of a page in order of time, and the token of the next one."""
    size, order = _size(call, most), np.lexsort((rows, times))
    times, rows = times[order], rows[order]
    if token := call.query.get("page_token"):
        at, row = cursors.read(token)
        later = (times > at) | ((times == at) & (rows > row))
        times, rows = times[later], rows[later]
    more = cursors.written(int(times[size - 1]), int(rows[size - 1])) if len(rows) > size else None
    return rows[:size], more


def teammates(company: Company, call: Call) -> Reply:
    """GET /teammates"""
    return _listed(
        call, [_teammate(user) for user in zendesk_records.users(company, np.arange(AGENTS))], None, is_paged=False
    )


def _teammate(user: Record) -> Record:
    first, _, last = user["name"].partition(" ")
    return {
        "_links": {"self": f"{HOST}/teammates/tea_{user['id']}"}, "id": f"tea_{user['id']}", "email": user["email"],
        "username": first.lower(), "first_name": first, "last_name": last, "is_admin": False, "is_available": True,
        "is_blocked": False, "type": "user", "license_type": "full", "custom_fields": {},
    }  # fmt: skip


def contacts(company: Company, call: Call) -> Reply:
    """GET /contacts"""
    _ordered(call, ("created_at", "updated_at"))
    table = company.table("front", "contacts")
    rows = table.having(LIVE)
    page, token = _page(call, table["created"][rows], rows, MOST)
    return _listed(call, _contacts(company, page), token)


def conversations(company: Company, call: Call) -> Reply:
    """GET /conversations"""
    _ordered(call, ("date",))
    table = company.table("front", "conversations")
    rows = table.having(LIVE)
    page, token = _page(call, table["created"][rows], rows, MOST)
    return _listed(call, _conversations(company, page), token)


def events(company: Company, call: Call) -> Reply:
    """GET /events: of each conversation that it came in, and the last thing that happened."""
    _ordered(call, ("created_at",))
    table = company.table("front", "conversations")
    rows = np.flatnonzero((table["state"] == LIVE) | (table["state"] == DELETED))
    edited = rows[table["changed"][rows] > table["created"][rows]]
    numbers = np.concatenate((rows * 2, edited * 2 + 1))
    times = np.concatenate((table["created"][rows], table["changed"][edited]))
    wanted = times > float(call.query.get("q[after]", 0)) * clock.SECOND
    page, token = _page(call, times[wanted], numbers[wanted], MOST_EVENTS)
    found = []
    for number, told in zip(page.tolist(), _conversations(company, page // 2), strict=True):
        row, is_edit = divmod(number, 2)
        kind = "inbound" if not is_edit else "trash" if table["state"][row] == DELETED else "archive"
        at = _seconds(int(table["changed" if is_edit else "created"][row]))
        event: Record = {
            "_links": {"self": f"{HOST}/events/evt_{number}"}, "id": f"evt_{number}", "type": kind, "emitted_at": at,
            "source": {"_meta": {"type": "api"}}, "conversation": told,
        }  # fmt: skip
        if is_edit and told["id"] in MERGED:
            meta = {"type": "deleted_conversation_ids"}
            event |= {"type": "conversations_merged", "target": {"_meta": meta, "data": MERGED[told["id"]]}}
        found.append(event)
    return _listed(call, found, token)


def _contacts(company: Company, rows: Ints) -> list[Record]:
    """The contacts of rows, with what a test said."""
    if not len(rows):
        return []
    table = company.table("front", "contacts")
    columns = zip(
        rows.tolist(), table.ids(rows).tolist(), zendesk_records.users(company, rows), table["changed"][rows].tolist(),
        table["edition"][rows].tolist(), strict=True,
    )  # fmt: skip
    found = []
    for row, number, told, changed, edition in columns:
        name = written("contacts", number)
        handles = [(told["email"], "email"), (told["phone"], "phone")]
        record = {
            "_links": {"self": f"{HOST}/contacts/{name}"}, "id": name, "name": told["name"], "description": "",
            "avatar_url": "", "links": [], "lists": [], "groups": [], "custom_fields": {"edition": edition},
            "is_private": False, "updated_at": _seconds(changed),
            "handles": [{"handle": handle, "source": kind} for handle, kind in handles if handle],
        }  # fmt: skip
        found.append(record | table.overrides.get(row, {}))
    return found


def _conversations(company: Company, rows: Ints) -> list[Record]:
    """The conversations of rows, with what a test said."""
    if not len(rows):
        return []
    table, desk, people = company.table("front", "conversations"), company.desk, company.table("front", "contacts")
    whom = desk.tickets["user"][rows].astype(np.int64)
    colleagues = {user["id"]: _teammate(user) for user in zendesk_records.users(company, np.arange(AGENTS))}
    columns = zip(
        rows.tolist(), table.ids(rows).tolist(), zendesk_records.tickets(company, rows),
        zendesk_records.users(company, whom), people.ids(whom).tolist(), (people["state"][whom] == LIVE).tolist(),
        desk.tickets["status"][rows].tolist(), table["state"][rows].tolist(), table["created"][rows].tolist(),
        table["changed"][rows].tolist(), table["edition"][rows].tolist(), strict=True,
    )  # fmt: skip
    found = []
    for row, number, told, user, who, is_known, status, state, created, changed, edition in columns:
        name, agent = written("conversations", number), told["assignee_id"]
        contact = f"{HOST}/contacts/{written('contacts', who)}" if is_known else None
        is_closed, assigned = status in (SOLVED, CLOSED), "assigned" if agent else "unassigned"
        record = {
            "_links": {"self": f"{HOST}/conversations/{name}"}, "id": name, "subject": told["subject"],
            "type": "discussion" if row % 19 == 0 else "conversation",
            "status": "deleted" if state == DELETED else "archived" if is_closed else assigned,
            "status_category": "resolved" if is_closed else "waiting" if status == PENDING else "open",
            "assignee": colleagues[agent] if agent else None,
            "recipient": {
                "_links": {"related": {"contact": contact}}, "name": user["name"], "role": "from",
                "handle": user["email"] or user["phone"] or "unknown",
            },
            "tags": [], "links": [], "custom_fields": {"edition": edition}, "created_at": _seconds(created),
            "updated_at": _seconds(changed), "is_private": False, "scheduled_reminders": [],
            "ticket_ids": [], "metadata": {},
            "last_message": {"id": f"msg_{number}", "body": "<p>What was written</p>"},
        }  # fmt: skip
        found.append(record | table.overrides.get(row, {}))
    return found


ROUTES = [
    ("GET", "/front/teammates", teammates),
    ("GET", "/front/contacts", contacts),
    ("GET", "/front/conversations", conversations),
    ("GET", "/front/events", events),
]
