"""Zendesk's Support API: the incremental exports (by cursor and by time) and the satisfaction ratings.

Rules: developer.zendesk.com/api-reference/ticketing/ticket-management/incremental_exports.
The last minute is never given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import numpy as np

from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.table import LIVE, VANISHED, Table
from crm360.connectors.sandbox.server import cursors
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply
from crm360.connectors.sandbox.vendors.zendesk.records import organizations, ratings, tickets, users

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

MOST_ON_A_PAGE = 1_000
MOST_RATINGS = 100
HELD_BACK = clock.MINUTE


def error(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    """Zendesk's error body: a text for most, an object for some."""
    titles = {401: "Couldn't authenticate you", 404: "InvalidEndpoint", 400: "InvalidValue", 403: "Forbidden"}
    content: dict[str, Any] = {"error": titles.get(status, "Error"), "description": message}
    if status == 401:
        content = {"error": titles[401]}
    if status == 429:
        content = {"error": "APIRateLimitExceeded", "description": message}
    return Reply(content, status, headers or {})


def unauthorised() -> Reply:
    return error(401, "")


def _start(call: Call) -> int:
    if "start_time" not in call.query:
        raise Refused(400, "start_time is required")
    return call.number("start_time", 0) * clock.SECOND


def _until(company: Company) -> int:
    return company.now - HELD_BACK


def _ordered(table: Table, until: int) -> Ints:
    """Every row that was ever there and has not vanished, in order of change, less the last minute."""
    rows = table.by("changed")
    return rows[(table["state"][rows] != VANISHED) & (table["changed"][rows] <= until)]


def by_cursor(company: Company, call: Call) -> Reply:
    """GET /api/v2/incremental/{users|tickets}/cursor.json"""
    kind = call.parts["kind"]
    if kind not in ("users", "tickets"):
        raise Refused(404, "Not found")
    table = company.table("zendesk", kind)
    size = call.number("per_page", MOST_ON_A_PAGE)
    if not 1 <= size <= MOST_ON_A_PAGE:
        raise Refused(400, f"per_page must be between 1 and {MOST_ON_A_PAGE}")
    after = (_start(call), -1) if "cursor" not in call.query else cursors.read(call.query["cursor"])
    rows = _ordered(table, _until(company))
    changed = table["changed"][rows]
    begin = int(np.searchsorted(changed, after[0], side="left"))
    begin += int(np.count_nonzero((changed[begin:] == after[0]) & (rows[begin:] <= after[1])))
    page = rows[begin : begin + size]
    mark = cursors.written(int(table["changed"][page[-1]]), int(page[-1])) if len(page) else cursors.written(*after)
    included = call.query.get("include", "")
    query = {"cursor": mark} | {name: call.query[name] for name in ("per_page", "include") if name in call.query}
    content = {
        kind: users(company, page) if kind == "users" else tickets(company, page, "metric_sets" in included),
        "after_url": f"{call.root}{call.path}?{urlencode(query)}", "after_cursor": mark, "before_url": None,
        "before_cursor": None, "end_of_stream": begin + size >= len(rows),
    }  # fmt: skip
    return Reply(content, keep=True)


def by_time(company: Company, call: Call) -> Reply:
    """GET /api/v2/incremental/organizations.json: pages begin at a second, so rows of that second come twice."""
    table, size = company.desk.organizations, call.number("per_page", MOST_ON_A_PAGE)
    if not 1 <= size <= MOST_ON_A_PAGE:
        raise Refused(400, f"per_page must be between 1 and {MOST_ON_A_PAGE}")
    rows, start = _ordered(table, _until(company)), _start(call)
    rows = rows[table["state"][rows] == LIVE]
    begin = int(np.searchsorted(table["changed"][rows], start, side="left"))
    page = rows[begin : begin + size]
    # A page never ends within a second, or the next one, which begins at that second, would stand still.
    if len(page):
        last = table["changed"][page[-1]]
        page = rows[begin : int(np.searchsorted(table["changed"][rows], last, side="right"))]
    end = int(table["changed"][page[-1]]) // clock.SECOND if len(page) else start // clock.SECOND
    query = {"start_time": str(end)} | {name: call.query[name] for name in ("per_page",) if name in call.query}
    content = {
        "organizations": organizations(company, page), "count": len(page), "end_time": end,
        "next_page": f"{call.root}{call.path}?{urlencode(query)}", "end_of_stream": begin + len(page) >= len(rows),
    }  # fmt: skip
    return Reply(content, keep=True)


def counted(company: Company, call: Call) -> Reply:
    """GET /api/v2/{kind}/count.json"""
    table = company.table("zendesk", call.parts["kind"])
    refreshed = clock.iso_s(np.array([company.now]))[0]
    return Reply({"count": {"refreshed_at": refreshed, "value": len(table.live())}})


def satisfaction_ratings(company: Company, call: Call) -> Reply:
    """GET /api/v2/satisfaction_ratings.json, by cursor: page[size], page[after]."""
    table, size = company.desk.ratings, call.number("page[size]", MOST_RATINGS)
    if not 1 <= size <= MOST_RATINGS:
        raise Refused(400, f"page[size] must be between 1 and {MOST_RATINGS}")
    rows = table.having(LIVE)
    rows = rows[table["changed"][rows] >= call.number("start_time", 0) * clock.SECOND]
    after = cursors.read(call.query["page[after]"])[1] if call.query.get("page[after]") else -1
    begin = int(np.searchsorted(rows, after, side="right"))
    page = rows[begin : begin + size]
    more = begin + size < len(rows)
    marks = [cursors.written(0, int(row)) for row in (page[:1].tolist() + page[-1:].tolist())]
    query = dict(call.query) | {"page[after]": marks[1]} if marks else {}
    content = {
        "satisfaction_ratings": ratings(company, page),
        "meta": {
            "has_more": more,
            "after_cursor": marks[1] if marks else None,
            "before_cursor": marks[0] if marks else None,
        },
        "links": {"next": f"{call.root}{call.path}?{urlencode(query)}" if more else None, "prev": None},
    }
    return Reply(content, keep=True)


_ROOT = "/zendesk/api/v2"
ROUTES = (
    ("GET", f"{_ROOT}/incremental/{{kind}}/cursor.json", by_cursor),
    ("GET", f"{_ROOT}/incremental/{{kind}}/cursor", by_cursor),
    ("GET", f"{_ROOT}/incremental/organizations.json", by_time),
    ("GET", f"{_ROOT}/incremental/organizations", by_time),
    ("GET", f"{_ROOT}/{{kind}}/count.json", counted),
    ("GET", f"{_ROOT}/satisfaction_ratings.json", satisfaction_ratings),
    ("GET", f"{_ROOT}/satisfaction_ratings", satisfaction_ratings),
)
