"""Dynamics 365: the Dataverse Web API with change tracking, and Microsoft Entra's token endpoint.

Rules: learn.microsoft.com, "Use change tracking to synchronize data with external systems", "Query data using the Web
API". A delta link holds 30 days; after that only a full read helps.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote
from weakref import WeakKeyDictionary

import numpy as np

from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.company.draws import Flags, Ints
from crm360.connectors.sandbox.company.table import LIVE, MERGED, Table
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply
from crm360.connectors.sandbox.vendors.dynamics.fake import ACCESS, CLIENT, SECRETS
from crm360.connectors.sandbox.vendors.dynamics.records import KEYS, SMALL, link, parties, written

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

MOST_ON_A_PAGE = 5_000
LINKS_HOLD = 30 * clock.DAY
_CODES = {404: "0x8006088a", 410: "0x80044352", 429: "0x80072322"}


class Point(NamedTuple):
    """A point from which changes are tracked: when, and what every row was like then."""

    kind: str
    at: int
    generation: int
    rows: Ints


_POINTS: WeakKeyDictionary[Company, dict[str, Point]] = WeakKeyDictionary()


def error(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    """An OData error body; a refused token has none."""
    if status == 401:
        return Reply(b"", 401, {"WWW-Authenticate": "Bearer", **(headers or {})})
    return Reply({"error": {"code": _CODES.get(status, "0x80040216"), "message": message}}, status, headers or {})


def unauthorised() -> Reply:
    return error(401, "")


def log_in(company: Company, call: Call) -> Reply:
    """POST /{tenant}/oauth2/v2.0/token of login.microsoftonline.com: the client credentials grant."""
    asked, login = call.form(), CLIENT | SECRETS
    if (asked.get("client_id"), asked.get("client_secret")) != (login["client_id"], login["client_secret"]):
        content = {"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret provided."}
        return Reply(content, 401, aside=True)
    if asked.get("grant_type") != "client_credentials" or not asked.get("scope", "").endswith("/.default"):
        return Reply({"error": "invalid_scope", "error_description": "AADSTS1002012"}, 400, aside=True)
    return Reply({"token_type": "Bearer", "expires_in": 3599, "access_token": ACCESS}, aside=True)


def _fingerprint(table: Table) -> Ints:
    """A number a row that is another when anything of the row is."""
    said = np.zeros(len(table), dtype=np.int64)
    for row, fields in table.overrides.items():
        said[row] = hash(repr(sorted(fields.items())))
    return table["changed"] * 64 + table["state"] * 8 + table["edition"] * 3 + (said << 8)


def read(company: Company, call: Call) -> Reply:
    """GET /api/data/v9.2/{table}: all rows, or with $deltatoken what has changed since."""
    kind = call.parts["kind"]
    if kind in SMALL:
        return Reply({"value": SMALL[kind](company)})
    if kind == "activityparties":
        return _who_took_part(company, call)
    if kind not in KEYS:
        raise Refused(404, f"Resource not found for the segment '{kind}'.")
    preferred = call.headers.get("prefer", "")
    asked = re.search(r"odata\.maxpagesize=(\d+)", preferred)
    size = min(int(asked[1]) if asked else MOST_ON_A_PAGE, MOST_ON_A_PAGE)
    table = company.table("dynamics", kind)
    opened = _POINTS.setdefault(company, {})
    since, name, after = call.query.get("$deltatoken"), "", -1
    if "$skiptoken" in call.query:
        # A page goes on from a row, and towards the point that the first page set.
        since, name, place = call.query["$skiptoken"].split("|")
        after = int(place)
    elif since or "odata.track-changes" in preferred:
        name = f"{len(opened) + 919058}!{clock.naive(company.now):%m/%d/%Y %H:%M:%S}"
        opened[name] = Point(kind, company.now, company.generation, _fingerprint(table))
    there = np.isin(table["state"], (LIVE, MERGED))
    rows = _since(company, table, kind, since) if since else np.flatnonzero(there)
    rows = rows[rows > after]
    page, left = rows[:size], len(rows) > size
    content: dict[str, Any] = {
        "@odata.context": f"{call.root}/dynamics/api/data/v9.2/$metadata#{kind}" + ("/$delta" if since else "")
    }
    chosen = (
        f"$select={call.query['$select']}&" if "$select" in call.query else ""
    )  # a link goes on with the same columns
    base = f"{call.root}{call.path}?{chosen}"
    if left:
        content["@odata.nextLink"] = f"{base}$skiptoken={quote(f'{since or str()}|{name}|{int(page[-1])}', safe='')}"
    elif name:
        content["@odata.deltaLink"] = f"{base}$deltatoken={quote(name, safe='')}"
    records = iter(_selected(call, kind, written(company, kind, page[there[page]])))
    content["value"] = [
        next(records) if is_there else _deleted(call, kind, row)
        for row, is_there in zip(page.tolist(), there[page].tolist(), strict=True)
    ]
    return Reply(content)


def _selected(call: Call, kind: str, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = call.query.get("$select", "")
    if not names:
        return records
    wanted = {"", KEYS[kind], *names.split(",")}  # with what is said beside each, and the row's @odata.etag
    return [{name: value for name, value in record.items() if name.split("@")[0] in wanted} for record in records]


def _who_took_part(company: Company, call: Call) -> Reply:
    """GET /activityparties?$filter=_activityid_value eq … or …: newest first, whatever the order of the question."""
    asked = re.findall(r"_activityid_value eq ([\w-]+)", call.query.get("$filter", ""))
    if not asked:
        raise Refused(400, "The sandbox tells parties by their activity alone.")
    return Reply({"value": [party for activity in reversed(asked) for party in parties(company, activity)]}, aside=True)


def _deleted(call: Call, kind: str, row: int) -> dict[str, Any]:
    context = f"{call.root}/dynamics/api/data/v9.2/$metadata#{kind}/$deletedEntity"
    return {"@odata.context": context, "id": link(kind, row), "reason": "deleted"}


def _since(company: Company, table: Table, kind: str, token: str) -> Ints:
    """The rows that are not as they were at a point. Raises Refused for a point that is unknown or too long ago."""
    point = _POINTS.get(company, {}).get(token)
    if (
        point is None
        or point.kind != kind
        or point.generation != company.generation
        or company.now - point.at > LINKS_HOLD
    ):
        raise Refused(410, "Version stamp associated with the client has expired. Please perform a full sync.")
    now = _fingerprint(table)
    new: Flags = np.full(len(now), True)
    new[: len(point.rows)] = now[: len(point.rows)] != point.rows
    born_gone = np.arange(len(now)) >= len(point.rows)
    return np.flatnonzero(new & ~(born_gone & ~np.isin(table["state"], (LIVE, MERGED))))


ROUTES = [
    ("POST", "/dynamics/{tenant}/oauth2/v2.0/token", log_in),
    ("GET", "/dynamics/api/data/v9.2/{kind}", read),
]
