"""Freshdesk's API v2: tickets, contacts, companies, satisfaction ratings; numbered pages, the next one in a header.

Shapes: developers.freshdesk.com/api. Traps that it plays: without updated_since a list of tickets goes back 30 days;
page 301 of tickets fails; without order_by tickets come newest first, whatever updated_since says; deleting a ticket
or a contact moves no time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import numpy as np

from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.table import DELETED, LIVE
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply
from crm360.connectors.sandbox.vendors.freshdesk import records as freshdesk_records

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

MOST_ON_A_PAGE, MOST_PAGES = 100, 300
DAYS_BY_DEFAULT = 30
_CODES = {401: "invalid_credentials", 403: "access_denied", 404: "not_found"}


def error(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    """Freshdesk's error body: with a list of errors for what is wrong in a request, else a code."""
    if status == 400:
        told: dict[str, Any] = {"description": "Validation failed", "errors": [{"message": message}]}
    else:
        told = {"code": _CODES.get(status, "error"), "message": message}
    return Reply(told, status, headers or {})


def unauthorised() -> Reply:
    return error(401, "You have to be logged in to perform this action.")


def _since(call: Call, name: str) -> int | None:
    text = call.query.get(name)
    try:
        return clock.moment(text) if text else None
    except ValueError:
        raise Refused(400, f"{name}: It should be a valid date in the ISO8601 format") from None


def _page(call: Call, rows: Ints, most_pages: int | None = None) -> tuple[Ints, dict[str, str]]:
    size, number = call.number("per_page", 30), call.number("page", 1)
    if not 1 <= size <= MOST_ON_A_PAGE:
        raise Refused(400, f"per_page: It should be a Positive Integer less than or equal to {MOST_ON_A_PAGE}")
    if number < 1 or (most_pages is not None and number > most_pages):
        raise Refused(400, f"page: You cannot access tickets beyond the {most_pages}th page. Please provide a filter.")
    page = rows[(number - 1) * size : number * size]
    if number * size >= len(rows):
        return page, {}
    query = urlencode(dict(call.query) | {"page": str(number + 1)})
    return page, {"Link": f'<{call.root}{call.path}?{query}>; rel="next"'}


def tickets(company: Company, call: Call) -> Reply:
    """GET /api/v2/tickets"""
    table, wanted = company.table("freshdesk", "tickets"), call.query.get("filter")
    if wanted not in (None, "deleted", "spam"):
        raise Refused(400, "filter: It should be one of these values: 'deleted,spam'")
    order = call.query.get("order_by", "created_at")
    if order not in ("created_at", "updated_at"):
        raise Refused(400, "order_by: It should be one of these values: 'created_at,updated_at'")
    rows = table.by("created" if order == "created_at" else "changed")
    keep = table["state"] == (DELETED if wanted == "deleted" else LIVE)
    since = _since(call, "updated_since")
    keep &= (
        table["created"] >= company.now - DAYS_BY_DEFAULT * clock.DAY if since is None else table["changed"] >= since
    )
    rows = rows[keep[rows]] if wanted != "spam" else rows[:0]
    rows = rows if call.query.get("order_type", "desc") == "asc" else rows[::-1]
    page, headers = _page(call, rows, MOST_PAGES)
    records = freshdesk_records.tickets(company, page) if len(page) else []
    if "stats" not in call.query.get("include", ""):
        for record in records:
            record.pop("stats", None)
    return Reply(records, headers=headers, keep=True)


def contacts(company: Company, call: Call) -> Reply:
    """GET /api/v2/contacts: in the order of their ids, deleted ones only if asked for."""
    table, state = company.table("freshdesk", "contacts"), call.query.get("state")
    if state not in (None, "deleted", "verified"):
        raise Refused(400, "state: It should be one of these values: 'verified,deleted'")
    keep = table["state"] == (DELETED if state == "deleted" else LIVE)
    since = _since(call, "_updated_since")
    if since is not None:
        keep &= table["changed"] >= since
    return _answer(company, call, "contacts", np.flatnonzero(keep))


def companies(company: Company, call: Call) -> Reply:
    """GET /api/v2/companies: all, by id."""
    return _answer(company, call, "companies", company.table("freshdesk", "companies").having(LIVE))


def satisfaction_ratings(company: Company, call: Call) -> Reply:
    """GET /api/v2/surveys/satisfaction_ratings"""
    table, since = company.table("freshdesk", "satisfaction_ratings"), _since(call, "created_since")
    keep = (table["state"] == LIVE) & (table["changed"] >= (since or 0))
    return _answer(company, call, "satisfaction_ratings", np.flatnonzero(keep))


def _answer(company: Company, call: Call, stream: str, rows: Ints) -> Reply:
    page, headers = _page(call, rows)
    write = getattr(freshdesk_records, stream)
    return Reply(write(company, page) if len(page) else [], headers=headers, keep=True)


ROUTES = (
    ("GET", "/freshdesk/api/v2/tickets", tickets),
    ("GET", "/freshdesk/api/v2/contacts", contacts),
    ("GET", "/freshdesk/api/v2/companies", companies),
    ("GET", "/freshdesk/api/v2/surveys/satisfaction_ratings", satisfaction_ratings),
)
