"""Close's API, version 1: the search for leads, contacts and opportunities, activities, users and the event log.

Shapes: developer.close.com and singer-io/tap-closeio's schemas. Traps that it plays: a search gives ids alone unless it
is asked for fields, and its cursor is refused after thirty seconds; a list ends at its largest `_skip` with an error;
filters by time leave their own moment out; amounts are cents; the log gives the newest first, and keeps thirty days.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.table import DELETED, LIVE, MERGED
from crm360.connectors.sandbox.server import cursors
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply
from crm360.connectors.sandbox.vendors.close import records
from crm360.connectors.sandbox.vendors.close.fake import written

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

Record = dict[str, Any]
MOST_FOUND, MOST_LISTED, BY_DEFAULT, DEEPEST = 200, 100, 100, 2_000
KEPT = 30 * clock.DAY
STREAMS = {"lead": "leads", "contact": "contacts", "opportunity": "opportunities"}
LOGGED = STREAMS | {f"activity.{kind.lower()}": "activities" for kind in records.TYPES}


def error(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    """Close's error body; of a limit the seconds stand in the header that its own client reads."""
    told = dict(headers or {})
    if status == 429 and told.get("Retry-After", "").isdigit():
        told["RateLimit"] = f"limit=100, remaining=0, reset={told['Retry-After']}"
    return Reply({"error": message, "errors": [], "field-errors": {}}, status, told)


def unauthorised() -> Reply:
    return error(401, "The server could not verify that you are authorized to access the URL requested.")


def _chosen(found: list[Record], fields: list[str] | None) -> list[Record]:
    return [{n: v for n, v in one.items() if n in fields} for one in found] if fields else found


def search(company: Company, call: Call) -> Reply:
    """POST /api/v1/data/search/: of one kind of object, changed at a moment or later, in order of change."""
    asked = call.json()
    kind, *conditions = asked["query"]["queries"]
    stream, limit = STREAMS.get(kind.get("object_type", "")), asked.get("_limit", 50)
    if stream is None or not 1 <= limit <= MOST_FOUND:
        raise Refused(400, f"no such object_type, or _limit is more than {MOST_FOUND}")
    table = company.table("close", stream)
    sort = asked.get("sort") or [{}]
    if sort[0].get("direction") != "asc" or sort[0]["field"]["field_name"] != "date_updated":
        raise Refused(400, "the sandbox sorts by date_updated, ascending")
    rows = table.by("changed")
    rows = rows[table["state"][rows] == LIVE]
    for condition in conditions:
        since = clock.moment(condition["condition"]["on_or_after"]["value"])
        rows = rows[table["changed"][rows] >= since]
    if cursor := asked.get("cursor"):
        time, row = cursors.read(cursor)
        changed = table["changed"][rows]
        rows = rows[(changed > time) | ((changed == time) & (rows > row))]
    page, more = rows[:limit], len(rows) > limit
    fields = (asked.get("_fields") or {}).get(kind["object_type"]) or ["id"]
    told = _chosen(records.written(company, stream, page), fields) if len(page) else []
    told = [{"__object_type": kind["object_type"], **one} for one in told]
    following = cursors.written(int(table["changed"][page[-1]]), int(page[-1])) if more else None
    return Reply({"data": told, "cursor": following, "count": {"limited": len(page), "total": None}})


def _listed(found: list[Record], call: Call) -> Reply:
    limit, skip = call.number("_limit", BY_DEFAULT), call.number("_skip", 0)
    if not 1 <= limit <= MOST_LISTED:
        raise Refused(400, f"max_limit = {MOST_LISTED}")
    if skip > DEEPEST:
        raise Refused(400, f"The skip you set is larger than the maximum skip for this resource (max_skip = {DEEPEST})")
    fields = [name for name in call.query.get("_fields", "").split(",") if name]
    page = _chosen(found[skip : skip + limit], fields or None)
    return Reply({"data": page, "has_more": skip + limit < len(found)}, keep=True)


def activities(company: Company, call: Call) -> Reply:
    """GET /api/v1/activity/: newest first, within the ends of a window."""
    table = company.table("close", "activities")
    rows = table.by("changed")[::-1]
    keep = table["state"][rows] == LIVE
    for name, is_after in (("date_created__gt", True), ("date_created__lt", False)):
        if text := call.query.get(name):
            at = clock.moment(text.replace(" ", "+"))
            keep &= (table["changed"][rows] > at) if is_after else (table["changed"][rows] < at)
    rows = rows[keep]
    found: list[Record] = []
    for row, one in zip(rows.tolist(), records.written(company, "activities", rows) if len(rows) else (), strict=True):
        found += [one, records.note(one)] if row % 8 == 0 else [one]
    return _listed(found, call)


def objects(company: Company, call: Call) -> Reply:
    """GET /api/v1/lead/, /contact/, /opportunity/"""
    stream = STREAMS[call.path.strip("/").rpartition("/")[2]]
    rows = company.table("close", stream).live()
    return _listed(records.written(company, stream, rows) if len(rows) else [], call)


def users(company: Company, call: Call) -> Reply:
    """GET /api/v1/user/"""
    return _listed(records.users(company), call)


def events(company: Company, call: Call) -> Reply:
    """GET /api/v1/event/: of one kind of object what was deleted, the newest first; pages go on by a cursor."""
    kind = call.query.get("object_type", "")
    if kind not in LOGGED or call.query.get("action") != "deleted":
        raise Refused(400, "the sandbox keeps what was deleted, by object_type")
    table = company.table("close", LOGGED[kind])
    gone = np.concatenate([table.having(DELETED), table.having(MERGED)])
    if kind.startswith("activity."):
        gone = gone[[records.kind_of(row).lower() == kind.removeprefix("activity.") for row in gone.tolist()]]
    since = clock.moment(call.query.get("date_updated__gte", "1970-01-01").replace(" ", "+"))
    gone = gone[(table["gone"][gone] >= since) & (table["gone"][gone] > company.now - KEPT)]
    gone = gone[np.lexsort((gone, table["gone"][gone]))][::-1]
    if cursor := call.query.get("_cursor"):
        time, row = cursors.read(cursor)
        at = table["gone"][gone]
        gone = gone[(at < time) | ((at == time) & (gone < row))]
    limit = call.number("_limit", 50)
    page = gone[:limit]
    following = cursors.written(int(table["gone"][page[-1]]), int(page[-1])) if len(gone) > limit else None
    return Reply({"data": _events(company, kind, page), "cursor_next": following, "cursor_previous": None}, keep=True)


def _events(company: Company, kind: str, rows: Ints) -> list[Record]:
    stream = LOGGED[kind]
    table = company.table("close", stream)
    columns = zip(
        rows.tolist(), table.ids(rows).tolist(), table["state"][rows].tolist(),
        np.datetime_as_string(table["gone"][rows].astype("datetime64[ms]")).tolist(), strict=True,
    )  # fmt: skip
    found = []
    for row, number, state, at in columns:
        meta: Record = {"request_method": "DELETE"}
        if state == MERGED:
            winner = company.pipeline.standing(company.pipeline.companies, row)
            meta["merge_source_lead_id"] = written(stream, number)
            meta["merge_destination_lead_id"] = written(stream, int(table.ids(np.array([winner]))[0]))
        found.append({
            "id": f"ev_{number:022}", "object_type": kind, "object_id": written(stream, number), "action": "deleted",
            "date_created": at, "date_updated": at, "organization_id": records.ORGANIZATION, "user_id": None,
            "lead_id": None, "request_id": None, "api_key_id": None, "changed_fields": [], "meta": meta,
        })  # fmt: skip
    return found


_V1 = "/close/api/v1"
ROUTES = (
    ("POST", f"{_V1}/data/search/", search),
    *(("GET", f"{_V1}/{kind}/", objects) for kind in STREAMS),
    ("GET", f"{_V1}/activity/", activities),
    ("GET", f"{_V1}/user/", users),
    ("GET", f"{_V1}/event/", events),
)
