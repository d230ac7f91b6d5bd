"""Zoho CRM v8: records of a module, deleted ones, their number, the fields, the users; and the accounts server.

Rules: zoho.com/crm/developer/docs/api/v8, "Get Records", "Get Deleted Records", "Get Record Count", "Fields Metadata",
"Get Users". Nothing to show is status 204, nothing new since If-Modified-Since is 304.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.table import DELETED, LIVE, MERGED, Table
from crm360.connectors.sandbox.server import cursors
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply
from crm360.connectors.sandbox.vendors.zoho.fake import ACCESS, CLIENT, SECRETS
from crm360.connectors.sandbox.vendors.zoho.ids import NAMING, zoho_id
from crm360.connectors.sandbox.vendors.zoho.records import ALONE, OWN_FIELDS, STREAMS, TYPES, at, users, written

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

MOST_ON_A_PAGE, MOST_BY_PAGE = 200, 2_000
MOST_BY_TOKEN = 100_000
MOST_FIELDS, MOST_IDS = 50, 100
SORTED_BY = {"id": None, "Modified_Time": "changed", "Created_Time": "created"}
_CODES = {401: "INVALID_TOKEN", 403: "OAUTH_SCOPE_MISMATCH", 404: "INVALID_URL_PATTERN", 429: "TOO_MANY_REQUESTS"}


def error(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    """Zoho's error body."""
    code = _CODES.get(status, "INVALID_DATA" if status < 500 else "INTERNAL_ERROR")
    return Reply({"code": code, "details": {}, "message": message, "status": "error"}, status, headers or {})


def unauthorised() -> Reply:
    return error(401, "invalid oauth token")


def log_in(company: Company, call: Call) -> Reply:
    """POST /oauth/v2/token of the accounts server; a refusal comes with status 200."""
    asked, login = call.form(), CLIENT | SECRETS
    if any(asked.get(name) != value for name, value in login.items()):
        return Reply(
            {"error": "invalid_code" if asked.get("client_id") == login["client_id"] else "invalid_client"}, aside=True
        )
    token = ACCESS
    told = {"access_token": token, "api_domain": f"{call.root}/zoho", "token_type": "Bearer", "expires_in": 3600}
    return Reply(told, aside=True)


def _module(company: Company, call: Call) -> tuple[str, Table]:
    module = call.parts["module"]
    if module not in STREAMS:
        raise Refused(400, "the module name given seems to be invalid")
    return module, company.table("zoho", STREAMS[module])


def _since(call: Call) -> int | None:
    text = call.headers.get("if-modified-since")
    if not text:
        return None
    try:
        return clock.moment(datetime.fromisoformat(text))
    except ValueError:
        raise Refused(400, "the If-Modified-Since header is no time") from None


def read(company: Company, call: Call) -> Reply:
    """GET /crm/v8/{module}"""
    module, table = _module(company, call)
    names = [name for name in call.query.get("fields", "").split(",") if name]
    if not names or len(names) > MOST_FIELDS:
        raise Refused(400, f"fields is mandatory, and at most {MOST_FIELDS}")
    size, page = call.number("per_page", MOST_ON_A_PAGE), call.number("page", 1)
    token, since = call.query.get("page_token"), _since(call)
    if not 1 <= size <= MOST_ON_A_PAGE:
        raise Refused(400, "per_page is at most 200")
    rows = np.flatnonzero(table["state"] == LIVE)
    if "ids" in call.query:
        return _by_ids(company, call, module, table, names)
    if since is not None:
        rows = rows[table["changed"][rows] >= since]
    column = SORTED_BY.get(call.query.get("sort_by", "id"), "none")
    if column == "none":
        raise Refused(400, "sort_by is id, Created_Time or Modified_Time")
    times = table[column][rows] if column else np.zeros(len(rows), dtype=np.int64)
    order = np.lexsort((rows, times))
    if call.query.get("sort_order", "desc") == "desc":
        raise Refused(400, "the sandbox sorts ascending only")
    rows, times = rows[order], times[order]
    if token:
        at_time, packed = cursors.read(token)
        page, row = packed // (1 << 32), packed % (1 << 32)
        start = int(np.searchsorted(times, at_time, side="left"))
        start += int(np.count_nonzero((times[start:] == at_time) & (rows[start:] <= row)))
    else:
        start = (page - 1) * size
        if start >= MOST_BY_PAGE:
            raise Refused(400, "page can fetch the first 2000 records only: use page_token")
    return _answer(company, module, rows, times, names, (start, size, page), since is not None)


def _answer(
    company: Company, module: str, rows: Ints, times: Ints, names: list[str], place: tuple[int, int, int],
    is_since: bool,
) -> Reply:  # fmt: skip
    start, size, page = place
    shown = rows[start : start + size]
    if not len(shown):
        return Reply(b"", 304 if is_since else 204)
    more = start + size < len(rows)
    if more and page * size >= MOST_BY_TOKEN + size:
        raise Refused(400, "no more than 100000 records can be fetched with page_token")
    mark = cursors.written(int(times[start + len(shown) - 1]), (page + 1) * (1 << 32) + int(shown[-1]))
    info = {
        "per_page": size, "count": len(shown), "page": page, "sort_order": "asc", "more_records": more,
        "next_page_token": mark if more else None, "previous_page_token": None,
    }  # fmt: skip
    return Reply({"data": _cut(written(company, module, shown), names), "info": info})


def _cut(records: list[dict[str, Any]], names: list[str]) -> list[dict[str, Any]]:
    """What was asked for. Lines stand in a single record only."""
    asked = dict.fromkeys(["id", *names])
    return [{name: None if name in ALONE else record.get(name) for name in asked} for record in records]


def _by_ids(company: Company, call: Call, module: str, table: Table, names: list[str]) -> Reply:
    ids = call.query["ids"].split(",")
    if len(ids) > MOST_IDS:
        raise Refused(400, f"at most {MOST_IDS} ids")
    found = [table.row_of(number) for number in (NAMING.numbered(text) for text in ids) if number is not None]
    rows = np.array(sorted(row for row in found if row is not None and table["state"][row] == LIVE), dtype=np.int64)
    if not len(rows):
        return Reply(b"", 204)
    info = {"per_page": MOST_ON_A_PAGE, "count": len(rows), "page": 1, "more_records": False}
    return Reply({"data": _cut(written(company, module, rows), names), "info": info}, aside=True)


def read_one(company: Company, call: Call) -> Reply:
    """GET /crm/v8/{module}/{id}: with all fields."""
    module, table = _module(company, call)
    number = NAMING.numbered(call.parts["id"])
    row = None if number is None else table.row_of(number)
    if row is None or table["state"][row] != LIVE:
        return Reply(b"", 204)
    return Reply({"data": written(company, module, np.array([row]))}, aside=True)


def deleted(company: Company, call: Call) -> Reply:
    """GET /crm/v8/{module}/deleted: newest last; merged records are among them, without the one that is left."""
    module, table = _module(company, call)
    size, page, since = call.number("per_page", MOST_ON_A_PAGE), call.number("page", 1), _since(call)
    rows = np.flatnonzero((table["state"] == DELETED) | (table["state"] == MERGED))
    if since is not None:
        rows = rows[table["gone"][rows] >= since]
    rows = rows[np.argsort(table["gone"][rows], kind="stable")]
    shown = rows[(page - 1) * size : page * size]
    if not len(shown):
        return Reply(b"", 304 if since is not None else 204)
    ids = company.table("zoho", STREAMS[module]).ids(shown).tolist()
    times = at(table["gone"][shown])
    data = [
        {
            "id": zoho,
            "deleted_time": time,
            "type": "recycle",
            "display_name": "-",
            "deleted_by": None,
            "created_by": None,
        }
        for zoho, time in zip((zoho_id(STREAMS[module], number) for number in ids), times, strict=True)
    ]
    info = {"per_page": size, "count": len(shown), "page": page, "more_records": page * size < len(rows)}
    return Reply({"data": data, "info": info}, aside=True)


def count(company: Company, call: Call) -> Reply:
    """GET /crm/v8/{module}/actions/count"""
    _, table = _module(company, call)
    return Reply({"count": int(np.count_nonzero(table["state"] == LIVE))}, aside=True)


def fields(company: Company, call: Call) -> Reply:
    """GET /crm/v8/settings/fields?module="""
    module = call.query.get("module", "")
    if module not in STREAMS:
        raise Refused(400, "the module name given seems to be invalid")
    table = company.table("zoho", STREAMS[module])
    known = list(written(company, module, np.zeros(1, dtype=np.int64))[0]) if len(table) else ["id", *OWN_FIELDS]
    listed = [
        {"api_name": name, "data_type": TYPES.get(name, "text"), "custom_field": name in OWN_FIELDS} for name in known
    ]
    return Reply({"fields": listed}, aside=True)


def list_users(company: Company, call: Call) -> Reply:
    """GET /crm/v8/users"""
    every = users(company)
    return Reply({"users": every, "info": {"per_page": 200, "count": len(every), "page": 1, "more_records": False}})


_CRM = "/zoho/crm/v8"
ROUTES = [
    ("POST", "/zoho/oauth/v2/token", log_in),
    ("GET", f"{_CRM}/settings/fields", fields),
    ("GET", f"{_CRM}/users", list_users),
    ("GET", f"{_CRM}/{{module}}/deleted", deleted),
    ("GET", f"{_CRM}/{{module}}/actions/count", count),
    ("GET", f"{_CRM}/{{module}}/{{id}}", read_one),
    ("GET", f"{_CRM}/{{module}}", read),
]
