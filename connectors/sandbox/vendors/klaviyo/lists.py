"""Klaviyo's lists: made, read with their profiles, profiles put in and taken out.

Shapes and limits: klaviyo/openapi, openapi/stable.json of 2026-07-15. Traps that it plays: a change is answered with
204 and no word on single profiles; being in a list is no consent; a profile that there is not refuses the whole change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crm360.connectors.sandbox.company.table import LIVE
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply
from crm360.connectors.sandbox.vendors.identifiers import row_by_id

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

MOST = 1_000
JSON_API = "application/vnd.api+json"


def _list(company: Company, call: Call) -> tuple[str, str, set[int]]:
    number = call.parts["list_id"]
    if number not in company.mailing.lists:
        raise Refused(404, f"A list with id {number} does not exist.")
    return number, *company.mailing.lists[number]


def _written(call: Call, number: str, name: str) -> dict[str, Any]:
    links = {"self": f"{call.root}/klaviyo/api/lists/{number}/"}
    attributes = {"name": name, "created": None, "updated": None, "opt_in_process": "single_opt_in"}
    return {"data": {"type": "list", "id": number, "attributes": attributes, "links": links}, "links": links}


def create(company: Company, call: Call) -> Reply:
    """POST /api/lists"""
    name = (call.json().get("data") or {}).get("attributes", {}).get("name")
    if not name:
        raise Refused(400, "name is a required field for the resource 'list'.")
    number = f"Lst{len(company.mailing.lists):03}"
    company.mailing.lists[number] = (str(name), set())
    return Reply(_written(call, number, name), 201, media_type=JSON_API)


def read(company: Company, call: Call) -> Reply:
    """GET /api/lists/{id}"""
    number, name, _ = _list(company, call)
    return Reply(_written(call, number, name), media_type=JSON_API)


def rows_in(company: Company, call: Call) -> list[int]:
    """The profiles (rows) that are in a list and still there."""
    _, _, rows = _list(company, call)
    state = company.table("klaviyo", "profiles")["state"]
    return [row for row in sorted(rows) if state[row] == LIVE]


def change(company: Company, call: Call) -> Reply:
    """POST and DELETE /api/lists/{id}/relationships/profiles"""
    _, _, rows = _list(company, call)
    data = call.json().get("data")
    if not isinstance(data, list) or not 1 <= len(data) <= MOST:
        raise Refused(400, f"data must hold between 1 and {MOST} profiles")
    found = [row_by_id(company, "klaviyo", "profiles", str(one.get("id"))) for one in data]
    state = company.table("klaviyo", "profiles")["state"]
    if any(row is None or state[row] != LIVE for row in found):
        raise Refused(404, "One or more profiles do not exist.")
    known = {int(row) for row in found if row is not None}
    if call.method == "POST":
        rows |= known
    else:
        rows -= known
    return Reply(b"", 204, media_type=JSON_API)


def named(company: Company, addresses: set[str]) -> np.typing.NDArray[np.int64]:
    """The live profiles with one of these addresses, in small letters."""
    rows = company.table("klaviyo", "profiles").live()
    emails = company.mailing.emails(rows)
    return rows[[email.lower() in addresses for email in emails]]
