"""Trustpilot's API: the private reviews of a business unit, page by page, and the login that gives access tokens.

Rules: documentation-apidocumentation.trustpilot.com (Business Units API, Authentication). Traps that it plays: pages
are counted, move while reviews are deleted, and end with an empty one; `startDateTime` goes by the time of writing,
not of change; a review that nobody edited has no time of change; a reply or a report changes no time; the address and
the order stand only in reviews that somebody was invited to write.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.voices import voices
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply
from crm360.connectors.sandbox.vendors.fake import basic
from crm360.connectors.sandbox.vendors.trustpilot.fake import ACCESS, CLIENT, SECRETS, UNIT, written

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

BY_DEFAULT, MOST = 20, 100
ORDERS = ("createdat.asc", "createdat.desc", "stars.asc", "stars.desc")


def error(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    """Trustpilot's error body."""
    return Reply(
        {"message": message, "errorCode": status * 10, "correlationId": "-", "details": ""}, status, headers or {}
    )


def unauthorised() -> Reply:
    return error(401, "Invalid access token")


def token(_company: Company, call: Call) -> Reply:
    """POST …/accesstoken: client credentials, with the key and its secret as Basic."""
    if basic(call.headers) != (CLIENT["client_id"], SECRETS["client_secret"]):
        return Reply({"error": "invalid_client"}, 401, aside=True)
    if call.form().get("grant_type") != "client_credentials":
        return Reply({"error": "unsupported_grant_type"}, 400, aside=True)
    return Reply({"access_token": ACCESS, "expires_in": "359999"}, aside=True)


def reviews(company: Company, call: Call) -> Reply:
    """GET /v1/private/business-units/{id}/reviews"""
    if call.parts["unit"] != UNIT:
        raise Refused(404, "The business unit was not found")
    number, size = call.number("page", 1), call.number("perPage", BY_DEFAULT)
    if number < 1 or not 1 <= size <= MOST:
        raise Refused(400, f"perPage is from 1 to {MOST}")
    order = call.query.get("orderBy", "createdat.desc")
    if order not in ORDERS:
        raise Refused(400, f"orderBy is one of {', '.join(ORDERS)}")
    table = company.table("trustpilot", "reviews")
    rows = table.live()
    if since := call.query.get("startDateTime"):
        rows = rows[table["created"][rows] >= clock.moment(since)]
    by = table["created"][rows] if order.startswith("createdat") else company.opinions.answers["score"][rows]
    rows = rows[np.lexsort((rows, by))]
    rows = rows[::-1] if order.endswith("desc") else rows
    page = rows[(number - 1) * size : number * size]
    links = [] if number * size >= len(rows) else [{"href": f"{call.root}{call.path}", "rel": "next-page"}]
    return Reply({"links": links, "reviews": records(company, page)}, keep=True)


def records(company: Company, rows: Ints) -> list[dict[str, Any]]:
    """The reviews of rows, with what a test said."""
    table = company.table("trustpilot", "reviews")
    made, changed = clock.iso_s(table["created"][rows]), clock.iso_s(table["changed"][rows])
    found = []
    told = zip(rows.tolist(), table.ids(rows).tolist(), voices(company, rows), made, changed, strict=True)
    for row, number, voice, created, updated in told:
        is_invited = row % 4 != 3 and voice.order >= 0
        edition = int(table["edition"][row])
        replied = {"text": "Thank you.", "authorBusinessUserId": "1", "createdAt": created, "updatedAt": None}
        reported = {"source": "Trustpilot", "createdAt": created, "reason": "consumerIsCompetitor",
                    "reviewVisibility": "hidden"}  # fmt: skip
        record: dict[str, Any] = {
            "id": written("reviews", number), "links": [],
            "consumer": {"id": written("", number + 3), "displayName": voice.name, "displayLocation": None,
                         "numberOfReviews": 1, "links": []},
            "businessUnit": {"id": UNIT, "identifyingName": "shop.example", "displayName": "The shop", "links": []},
            "location": None, "stars": voice.stars, "title": voice.title,
            "text": voice.text + (f" ({edition})" if edition else ""), "language": voice.language,
            "createdAt": created, "updatedAt": None if updated == created else updated, "experiencedAt": created,
            "companyReply": replied if row % 3 == 0 else None, "isVerified": is_invited,
            "source": "InvitationApi" if is_invited else "Organic", "numberOfLikes": 0, "status": "active",
            "reportData": reported if row % 50 == 49 else None, "complianceLabels": [], "tags": [],
            "countsTowardsTrustScore": True,
            "referralEmail": voice.email if is_invited else None,
            "referenceId": f"#{1001 + voice.order}" if is_invited else None,
            "reviewVerificationLevel": "invited" if is_invited else "not-verified",
        }  # fmt: skip
        found.append(record | table.overrides.get(row, {}))
    return found


ROUTES = [
    ("POST", "/trustpilot/v1/oauth/oauth-business-users-for-applications/accesstoken", token),
    ("GET", "/trustpilot/v1/private/business-units/{unit}/reviews", reviews),
]
