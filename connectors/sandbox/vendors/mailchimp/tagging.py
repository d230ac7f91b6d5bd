"""Mailchimp's tags, which are static segments: found by name, made, and given to members or taken from them.

Shapes: mailchimp-marketing 3.0.80, list segments. Traps that it plays: 200 whatever became of it; who is not on the
list is passed over without a word; who is not subscribed is named in `errors`; 500 addresses at most; who is
unsubscribed is not shown among a segment's members unless asked for. That a tag moves `last_changed` is documented
nowhere: here it does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crm360.connectors.sandbox.company.mail import CLEANED, PENDING, SUBSCRIBED, UNSUBSCRIBED
from crm360.connectors.sandbox.company.table import LIVE
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply
from crm360.connectors.sandbox.vendors.mailchimp.records import members_of

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

MOST = 500
TOO_MANY = (
    "Maximum allowed member items exceeded, please provide at most 500 items in members_to_add field or "
    "members_to_remove field"
)


def _segment(company: Company, call: Call) -> tuple[int, str, set[int]]:
    number = call.parts["segment_id"]
    known = company.mailing.tags.get(int(number)) if number.isdigit() else None
    if call.parts.get("list_id") != company.mailing.list_id or known is None:
        raise Refused(404, f"A Static Segment with an id of {number} does not exist for this list.")
    return int(number), *known


def _require_list(company: Company, call: Call) -> None:
    if call.parts["list_id"] != company.mailing.list_id:
        raise Refused(404, "The requested resource could not be found.")


def search(company: Company, call: Call) -> Reply:
    """GET /3.0/lists/{id}/tag-search?name=: those whose names begin with it."""
    _require_list(company, call)
    wanted = call.query.get("name", "").lower()
    every = [{"id": number, "name": name} for number, (name, _) in company.mailing.tags.items()]
    found = [tag for tag in every if str(tag["name"]).lower().startswith(wanted)]
    return Reply({"tags": found, "total_items": len(found)})


def create(company: Company, call: Call) -> Reply:
    """POST /3.0/lists/{id}/segments"""
    _require_list(company, call)
    asked = call.json()
    if not asked.get("name") or not isinstance(asked.get("static_segment"), list):
        raise Refused(400, 'Must provide either an "options" field or a "static_segment" field')
    if any(name == asked["name"] for name, _ in company.mailing.tags.values()):
        raise Refused(400, "Sorry, that tag already exists.")
    number = 300 + len(company.mailing.tags)
    company.mailing.tags[number] = (str(asked["name"]), set())
    return Reply(_written(company, number))


def _written(company: Company, number: int) -> dict[str, Any]:
    name, rows = company.mailing.tags[number]
    return {"id": number, "name": name, "type": "static", "member_count": len(rows), "list_id": company.mailing.list_id}


def change(company: Company, call: Call) -> Reply:
    """POST /3.0/lists/{id}/segments/{segment}: give the tag, and take it."""
    _, _, rows = _segment(company, call)
    asked, mailing = call.json(), company.mailing
    lists = {what: [str(a).lower() for a in asked.get(what) or ()] for what in ("members_to_add", "members_to_remove")}
    if any(len(addresses) > MOST for addresses in lists.values()):
        raise Refused(400, TOO_MANY)
    known = mailing.row_of
    errors: list[dict[str, Any]] = []
    done: dict[str, list[int]] = {what: [] for what in lists}
    for what, addresses in lists.items():
        for address in addresses:
            row = known(address)
            if row is None:
                continue  # passed over without a word
            if what == "members_to_add" and mailing.members["status"][row] != SUBSCRIBED:
                errors.append({"email_addresses": [address], "error": "Email address isn't subscribed to the list."})
            elif (row in rows) != (what == "members_to_add"):
                (rows.add if what == "members_to_add" else rows.discard)(row)
                done[what].append(row)
    changed = np.array([row for found in done.values() for row in found], dtype=np.int64)
    if len(changed):
        mailing.members.touch(changed, company.now)
    content = {
        "members_added": members_of(company, np.array(done["members_to_add"], dtype=np.int64)) if changed.size else [],
        "members_removed": [], "errors": errors, "error_count": len(errors),
        "total_added": len(done["members_to_add"]), "total_removed": len(done["members_to_remove"]),
    }  # fmt: skip
    return Reply(content, aside=True)


def members(company: Company, call: Call) -> Reply:
    """GET /3.0/lists/{id}/segments/{segment}/members"""
    _, _, rows = _segment(company, call)
    shown = {SUBSCRIBED, PENDING}
    shown |= {UNSUBSCRIBED} if call.query.get("include_unsubscribed") == "true" else set()
    shown |= {CLEANED} if call.query.get("include_cleaned") == "true" else set()
    table = company.mailing.members
    every = [row for row in sorted(rows) if table["state"][row] == LIVE and table["status"][row] in shown]
    count, offset = call.number("count", 10), call.number("offset", 0)
    page = np.array(every[offset : offset + count], dtype=np.int64)
    content = {"members": members_of(company, page) if page.size else [], "total_items": len(every)}
    return Reply(content)


def delete(company: Company, call: Call) -> Reply:
    """DELETE /3.0/lists/{id}/segments/{segment}"""
    number, _, rows = _segment(company, call)
    del company.mailing.tags[number]
    if rows:
        company.mailing.members.touch(np.array(sorted(rows)), company.now)
    return Reply(b"", 204)


_LIST = "/mailchimp/3.0/lists/{list_id}"
ROUTES = (
    ("GET", f"{_LIST}/tag-search", search),
    ("POST", f"{_LIST}/segments", create),
    ("POST", f"{_LIST}/segments/{{segment_id}}", change),
    ("DELETE", f"{_LIST}/segments/{{segment_id}}", delete),
    ("GET", f"{_LIST}/segments/{{segment_id}}/members", members),
)
