"""HubSpot's lists and who is on them: those that a company of the tests keeps there, and those that were written to it.

Shapes: HubSpot's HubSpot-public-api-spec-collection, CRM, Lists. Traps that it plays: the lists are found by a search
that pages in its body; lists of companies stand among those of people; who has left a list is told by nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import numpy as np

from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.company.table import LIVE
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

MOST_LISTED, MOST_MEMBERS = 500, 250
PEOPLE, COMPANIES = "0-1", "0-2"
KEPT = {
    "11": ("Newsletter", "MANUAL", PEOPLE),
    "12": ("Came by of late", "DYNAMIC", PEOPLE),
    "13": ("Trade", "DYNAMIC", COMPANIES),
}
ON_THE_SECOND = 3  # one person in so many


def list_of(number: int) -> str:
    """The list that the contact of that number is on."""
    return "12" if number % ON_THE_SECOND == 0 else "11"


def membership_id(number: int) -> str:
    """What a pull knows a membership by: its list and its contact."""
    return f"{list_of(number)}/{number}"


def search(company: Company, call: Call) -> Reply:
    """POST /crm/lists/2026-09/search"""
    asked, since = call.json(), clock.iso_ms(np.array([clock.HISTORY_START]))[0]
    count, offset = int(asked.get("count") or 20), int(asked.get("offset") or 0)
    if not 1 <= count <= MOST_LISTED:
        raise Refused(400, f"count must be between 1 and {MOST_LISTED}")
    kept = KEPT if company.answers_in_hubspot else {}
    written = {number: (name, kind, PEOPLE) for number, (name, kind, _) in company.pipeline.lists.items()}
    every: list[dict[str, Any]] = [
        {
            "listId": number, "name": name, "processingType": kind, "objectTypeId": holds, "listVersion": 1,
            "processingStatus": "COMPLETE", "createdAt": since, "updatedAt": since,
            "additionalProperties": {"hs_list_reference_count": "0"},
        }
        for number, (name, kind, holds) in (kept | written).items()
    ]  # fmt: skip
    page = every[offset : offset + count]
    more = offset + count < len(every)
    return Reply({"lists": page, "hasMore": more, "offset": offset + len(page), "total": len(every)}, keep=True)


def join_order(company: Company, call: Call) -> Reply:
    """GET /crm/lists/2026-09/{id}/memberships/join-order"""
    number, limit, after = call.parts["list_id"], call.number("limit", 100), call.number("after", 0)
    if not 1 <= limit <= MOST_MEMBERS:
        raise Refused(400, f"limit must be between 1 and {MOST_MEMBERS}")
    told = _kept(company, number) if number in KEPT else _written(company, number)
    left = [one for one in told if int(one["recordId"]) > after]
    content: dict[str, Any] = {"results": left[:limit], "total": len(told)}
    if len(left) > limit:
        following = left[limit - 1]["recordId"]
        query = urlencode(dict(call.query) | {"after": following})
        content["paging"] = {"next": {"after": following, "link": f"{call.root}{call.path}?{query}"}}
    return Reply(content, keep=True)


def _kept(company: Company, number: str) -> list[dict[str, str]]:
    table = company.table("hubspot", "list_members")
    rows = np.flatnonzero(table["state"] == LIVE)
    joined = clock.iso_ms(table["changed"][rows])
    return [
        {"recordId": str(member), "membershipTimestamp": at}
        for member, at in zip(table.ids(rows).tolist(), joined, strict=True)
        if list_of(member) == number
    ]


def _written(company: Company, number: str) -> list[dict[str, str]]:
    if number not in company.pipeline.lists:
        raise Refused(404, f"List does not exist with ID {number}.")
    moment = clock.iso_ms(np.array([company.now]))[0]
    return [{"recordId": str(one), "membershipTimestamp": moment} for one in sorted(company.pipeline.lists[number][2])]
