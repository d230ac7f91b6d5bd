"""Pipedrive's API v2: lists that go on by a cursor; and the users of API v1.

Rules: developers.pipedrive.com/docs/api/v1 and the OpenAPI descriptions of v1 and v2. Traps that it plays: deleted
persons, organizations and activities are in no list, deleted deals for thirty days in the one that is asked for them;
archived deals have a list of their own; products are listed for the deals that are named, a hundred at most; a time
with fractions of a second is refused; consent is given to those who ask for it; who asks too much is told in
`x-ratelimit-reset`, and nowhere else, how long to wait.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.table import DELETED, LIVE
from crm360.connectors.sandbox.server import cursors
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply
from crm360.connectors.sandbox.vendors.pipedrive import records as pipedrive_records

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

MOST_ON_A_PAGE, BY_DEFAULT = 500, 100
DELETED_SHOW = 30 * clock.DAY
SORTED_BY = {"id": None, "update_time": "changed", "add_time": "created"}
STATUSES = {"open", "won", "lost", "deleted"}
ON_REQUEST = {"persons": {"marketing_status", "doi_status"}, "deals": {"products_count"}}
MOST_DEALS = 100
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")
_SAID = {401: "unauthorized access", 403: "Scope and URL mismatch", 404: "Not found", 429: "request over limit"}


def error(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    """Pipedrive's error body; of a limit the seconds stand in x-ratelimit-reset."""
    told = dict(headers or {})
    if status == 429 and "Retry-After" in told:
        told |= {"x-ratelimit-remaining": "0", "x-ratelimit-reset": told.pop("Retry-After")}
    said = _SAID.get(status, message)
    return Reply({"success": False, "error": said, "errorCode": status, "error_info": message}, status, told)


def unauthorised() -> Reply:
    return error(401, "Please check developers.pipedrive.com")


def _moment(call: Call, name: str, otherwise: int) -> int:
    text = call.query.get(name)
    if not text:
        return otherwise
    if not MOMENT.fullmatch(text):
        raise Refused(400, f"{name} must be in RFC3339 format, e.g. 2025-01-01T10:20:00Z")
    return clock.moment(text)


def _shown(company: Company, call: Call, stream: str, is_archive: bool) -> Ints:
    """The rows that the call asks for."""
    table = company.table("pipedrive", stream)
    rows: Ints = np.arange(len(table), dtype=np.int64)
    keep = table["state"] == LIVE
    if stream == "deals":
        asked = {s for s in call.query.get("status", "").split(",") if s}
        if asked - STATUSES:
            raise Refused(400, f"status must be one of {', '.join(sorted(STATUSES))}")
        told = np.array([r["status"] for r in pipedrive_records.written(company, "deals", rows)], dtype=object)
        keep &= np.isin(told, sorted(asked)) if asked else True
        if "deleted" in asked:
            keep |= (table["state"] == DELETED) & (table["gone"] > company.now - DELETED_SHOW)
        keep &= np.array(pipedrive_records.is_archived(company, rows), dtype=bool) == is_archive
    if stream == "deal_products":
        named = [word for word in call.query.get("deal_ids", "").split(",") if word]
        if not 1 <= len(named) <= MOST_DEALS or not all(word.isdigit() for word in named):
            raise Refused(400, f"deal_ids must name between 1 and {MOST_DEALS} deals")
        keep &= np.isin(rows, [int(word) - 1 for word in named])
    since, until = _moment(call, "updated_since", 0), _moment(call, "updated_until", clock.night(100_000))
    return rows[keep & (table["changed"] >= since) & (table["changed"] < until)]


def _listed(company: Company, call: Call, stream: str, *, is_archive: bool = False) -> Reply:
    size, order = call.number("limit", BY_DEFAULT), call.query.get("sort_by", "id")
    if not 1 <= size <= MOST_ON_A_PAGE:
        raise Refused(400, f"limit must be at most {MOST_ON_A_PAGE}")
    if order not in SORTED_BY or call.query.get("sort_direction", "asc") != "asc":
        raise Refused(400, "the sandbox sorts by id, update_time or add_time, ascending")
    asked = {name for name in call.query.get("include_fields", "").split(",") if name}
    rows = _shown(company, call, stream, is_archive)
    column = SORTED_BY[order]
    times = company.table("pipedrive", stream)[column][rows] if column else np.zeros(len(rows), dtype=np.int64)
    ranks = np.lexsort((rows, times))
    rows, times = rows[ranks], times[ranks]
    if call.query.get("cursor"):
        time, row = cursors.read(call.query["cursor"])
        after = (times > time) | ((times == time) & (rows > row))
        rows, times = rows[after], times[after]
    page = rows[:size]
    more = len(rows) > size
    found = pipedrive_records.written(company, stream, page) if len(page) else []
    unasked = ON_REQUEST.get(stream, set()) - asked
    found = [{n: v for n, v in record.items() if n not in unasked} for record in found]
    return _page(found, cursors.written(int(times[size - 1]), int(page[-1])) if more else None)


def _page(records: list[dict[str, Any]], following: str | None) -> Reply:
    left = {"x-ratelimit-limit": "20", "x-ratelimit-remaining": "19", "x-ratelimit-reset": "2"}
    told = {"success": True, "data": records, "additional_data": {"next_cursor": following}}
    return Reply(told, headers=left, keep=True)


def persons(company: Company, call: Call) -> Reply:
    """GET /api/v2/persons"""
    return _listed(company, call, "persons")


def organizations(company: Company, call: Call) -> Reply:
    """GET /api/v2/organizations"""
    return _listed(company, call, "organizations")


def activities(company: Company, call: Call) -> Reply:
    """GET /api/v2/activities"""
    return _listed(company, call, "activities")


def deals(company: Company, call: Call) -> Reply:
    """GET /api/v2/deals: those that are not archived."""
    return _listed(company, call, "deals")


def archived_deals(company: Company, call: Call) -> Reply:
    """GET /api/v2/deals/archived"""
    return _listed(company, call, "deals", is_archive=True)


def deal_products(company: Company, call: Call) -> Reply:
    """GET /api/v2/deals/products: those of the deals that are named."""
    return _listed(company, call, "deal_products")


def pipelines(company: Company, call: Call) -> Reply:
    """GET /api/v2/pipelines"""
    return _page(pipedrive_records.pipelines(), None)


def stages(company: Company, call: Call) -> Reply:
    """GET /api/v2/stages"""
    return _page(pipedrive_records.stages(), None)


def users(company: Company, call: Call) -> Reply:
    """GET /v1/users: all at once."""
    return Reply({"success": True, "data": pipedrive_records.users(company)})


_V2 = "/pipedrive/api/v2"
ROUTES = (
    ("GET", f"{_V2}/persons", persons),
    ("GET", f"{_V2}/organizations", organizations),
    ("GET", f"{_V2}/activities", activities),
    ("GET", f"{_V2}/deals/archived", archived_deals),
    ("GET", f"{_V2}/deals/products", deal_products),
    ("GET", f"{_V2}/deals", deals),
    ("GET", f"{_V2}/pipelines", pipelines),
    ("GET", f"{_V2}/stages", stages),
    ("GET", "/pipedrive/v1/users", users),
)
