"""Aircall's API v1: calls, by pages that end at 10,000 records.

Shapes: support.aircall.io, "Pagination". Traps that it plays: pages beyond the ceiling are refused; a contact comes
only if asked for, and not every caller is one; whoever hides the number is anonymous; times are seconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import numpy as np

from crm360.connectors.sandbox.company import clock, phones
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.table import LIVE
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

BY_DEFAULT, MOST, CEILING = 20, 50, 10_000


def error(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    """Aircall's error body."""
    return Reply({"error": message, "troubleshoot": message}, status, headers or {})


def unauthorised() -> Reply:
    return error(401, "Unauthorized")


def calls(company: Company, call: Call) -> Reply:
    """GET /v1/calls"""
    number, size = call.number("page", 1), call.number("per_page", BY_DEFAULT)
    if number < 1 or not 1 <= size <= MOST:
        raise Refused(400, f"per_page is from 1 to {MOST}")
    if number * size > CEILING:
        raise Refused(400, "Pagination is limited to 10,000 records")
    table = company.table("aircall", "calls")
    rows = table.by("changed")
    keep = (table["state"] == LIVE) & (table["changed"] >= call.number("from", 0) * clock.SECOND)
    keep &= table["changed"] <= call.number("to", company.now // clock.SECOND) * clock.SECOND
    rows = rows[keep[rows]]
    rows = rows if call.query.get("order", "asc") == "asc" else rows[::-1]
    page = rows[(number - 1) * size : number * size]
    following = None
    if number * size < len(rows):
        following = f"{call.root}{call.path}?{urlencode(dict(call.query) | {'page': str(number + 1)})}"
    meta = {"count": len(page), "total": len(rows), "current_page": number, "per_page": size}
    told = _records(company, page, with_contact=call.query.get("fetch_contact") == "true")
    return Reply({"meta": meta | {"next_page_link": following, "previous_page_link": None}, "calls": told}, keep=True)


def _records(company: Company, rows: Ints, *, with_contact: bool) -> list[dict[str, Any]]:
    if not len(rows):
        return []
    table = company.table("aircall", "calls")
    columns = zip(
        rows.tolist(), table.ids(rows).tolist(), company.people.written(table["person"][rows].astype(np.int64)),
        (table["changed"][rows] // clock.SECOND).tolist(), table["edition"][rows].tolist(), strict=True,
    )  # fmt: skip
    found = []
    for row, number, person, started, edition in columns:
        digits = phones.written(person.country, person.phone, 1) if person.phone else "anonymous"
        is_missed = row % 10 == 9
        contact = None
        if with_contact and row % 4 == 0:
            emails = [{"id": number, "label": "Work", "value": person.email}] if person.email else []
            contact = {"id": number + 1, "first_name": person.first, "last_name": person.last, "emails": emails}
        record = {
            "id": number, "sid": f"CA{number:032x}", "direct_link": f"https://api.aircall.io/v1/calls/{number}",
            "direction": "inbound" if row % 3 == 0 else "outbound", "status": "done", "started_at": started,
            "answered_at": None if is_missed else started + 9, "ended_at": started + 90 + edition,
            "duration": 90 + edition, "missed_call_reason": "no_available_agent" if is_missed else None,
            "raw_digits": digits, "archived": False, "comments": [], "tags": [], "contact": contact,
        }  # fmt: skip
        found.append(record | table.overrides.get(row, {}))
    return found


ROUTES = [("GET", "/aircall/v1/calls", calls)]
