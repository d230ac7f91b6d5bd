"""Google Business Profile's API v4: reviews of locations, and the login that gives access tokens.

Rules: developers.google.com/my-business/reference/rest/v4, accounts.locations.reviews; content/known-issues. Traps that
it plays: stars are words; nobody has an address, and some have no name; a review may be stars alone; there is no order
from the oldest on; a location without reviews answers with nothing at all; and a page after the first may miss reviews
(`MISSES`), which are shown in another order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.voices import voices
from crm360.connectors.sandbox.server import cursors
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply
from crm360.connectors.sandbox.vendors.google import api as google
from crm360.connectors.sandbox.vendors.google_reviews.fake import (
    ACCESS,
    ACCOUNT,
    CLIENT,
    LOCATIONS,
    PREFIX,
    SECRETS,
)

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

MOST = 50
STARS = ("ONE", "TWO", "THREE", "FOUR", "FIVE")
ORDERS = ("rating", "rating desc", "updateTime desc")
MISSES = 0
"""Of so many reviews after a first page by time, one is missing there; 0: none."""
error, unauthorised = google.error, google.unauthorised


def log_in(_company: Company, call: Call) -> Reply:
    """POST /token: a refresh token, which stays."""
    asked = call.form()
    if {name: asked.get(name) for name in (*CLIENT, *SECRETS)} != CLIENT | SECRETS:
        return Reply({"error": "invalid_grant", "error_description": "Bad Request"}, 400, aside=True)
    return Reply({"access_token": ACCESS, "expires_in": 3599, "token_type": "Bearer"}, aside=True)


def reviews(company: Company, call: Call) -> Reply:
    """GET /v4/accounts/{account}/locations/{location}/reviews"""
    if call.parts["account"] != ACCOUNT or call.parts["location"] not in LOCATIONS:
        raise Refused(404, "Requested entity was not found.")
    size, order = call.number("pageSize", MOST), call.query.get("orderBy", "updateTime desc")
    if not 1 <= size <= MOST or order not in ORDERS:
        raise Refused(400, "Request contains an invalid argument.")
    table = company.table("google_reviews", "reviews")
    rows = table.live()
    rows = rows[rows // 2 % 2 == LOCATIONS.index(call.parts["location"])]
    total = len(rows)
    by = table["changed"] if order.startswith("updateTime") else company.opinions.answers["score"].astype(np.int64)
    places = sorted(zip(by[rows].tolist(), rows.tolist(), strict=True), reverse=order.endswith("desc"))
    if after := call.query.get("pageToken"):
        place = cursors.read(after)
        places = [p for p in places if (p < place if order.endswith("desc") else p > place)]
        if MISSES and order == "updateTime desc":
            places = [p for p in places if p[1] % MISSES]
    page = places[:size]
    if not page:
        return Reply({}, keep=True)
    found: dict[str, Any] = {
        "reviews": records(company, call.parts["location"], np.array([row for _, row in page], dtype=np.int64)),
        "averageRating": 4.1, "totalReviewCount": total,
    }  # fmt: skip
    if len(places) > size:
        found["nextPageToken"] = cursors.written(*page[-1])
    return Reply(found, keep=True)


def records(company: Company, location: str, rows: Ints) -> list[dict[str, Any]]:
    """The reviews of rows, with what a test said."""
    table = company.table("google_reviews", "reviews")
    made, changed = clock.iso_ms(table["created"][rows]), clock.iso_ms(table["changed"][rows])
    found = []
    told = zip(rows.tolist(), table.ids(rows).tolist(), voices(company, rows), made, changed, strict=True)
    for row, number, voice, created, updated in told:
        name, edition = f"{PREFIX}{number}", int(table["edition"][row])
        reviewer: dict[str, Any] = {"displayName": voice.name, "profilePhotoUrl": "-"}
        if row % 5 == 0:
            reviewer = {"isAnonymous": True}
        record: dict[str, Any] = {
            "reviewId": name, "reviewer": reviewer, "starRating": STARS[voice.stars - 1], "createTime": created,
            "updateTime": updated, "name": f"accounts/{ACCOUNT}/locations/{location}/reviews/{name}",
        }  # fmt: skip
        if row % 3:
            record["comment"] = voice.text + (f" ({edition})" if edition else "")
        if row % 4 == 1:
            record["reviewReply"] = {"comment": "Thank you.", "updateTime": updated}
        found.append(record | table.overrides.get(row, {}))
    return found


ROUTES = [
    ("POST", "/google_reviews/token", log_in),
    ("GET", "/google_reviews/v4/accounts/{account}/locations/{location}/reviews", reviews),
]
