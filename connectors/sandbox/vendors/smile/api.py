"""Smile.io's API: members, the ledger of their points, and the tiers; cursors, the newest first.

Rules: dev.smile.io (Customers, Points Transactions, VIP Tiers, Cursor pagination). Traps that it plays: an address may
be of several members; a birthday may be without its year, which is then 1004; the tier is an id, and its name stands in
another list; a booking has no kind, only a sign and a description; what is deleted leaves no trace.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from crm360.connectors.sandbox.company import clock, points, slips
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.table import Table
from crm360.connectors.sandbox.server import cursors
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

Record = dict[str, Any]
BY_DEFAULT, MOST = 50, 250
FIRST_TIER, A_YEAR_UNKNOWN = 426_715_794, "1004"
DESCRIPTIONS = ("Placed an order", "Redeemed for €5 off", "Points expired", "Points correction")


def error(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    """Smile's error body."""
    return Reply({"error": {"message": message}}, status, headers or {})


def unauthorised() -> Reply:
    return error(401, "Invalid authentication credentials.")


def tiers(_company: Company, _call: Call) -> Reply:
    """GET /v1/vip_tiers"""
    found = [
        {"id": FIRST_TIER + place, "name": name, "milestone": least, "image_url": f"https://smile.example/{place}.svg"}
        for place, (least, name) in enumerate(points.TIERS)
    ]
    return Reply({"vip_tiers": found}, keep=True)


def _page(call: Call, name: str, table: Table, write: Callable[[Ints], list[Record]]) -> Reply:
    size, since = call.number("limit", BY_DEFAULT), call.query.get("updated_at_min")
    if not 1 <= size <= MOST:
        raise Refused(422, f"limit must be between 1 and {MOST}")
    rows = table.live()[::-1]
    if since:
        rows = rows[table["changed"][rows] >= clock.moment(since)]
    if call.query.get("cursor"):
        rows = rows[rows < cursors.read(call.query["cursor"])[1]]
    page = rows[:size]
    following = cursors.written(0, int(page[-1])) if len(rows) > size else None
    return Reply({name: write(page), "metadata": {"next_cursor": following, "previous_cursor": None}}, keep=True)


def customers(company: Company, call: Call) -> Reply:
    """GET /v1/customers"""
    table = company.table("smile", "customers")
    return _page(call, "customers", table, lambda rows: members(company, rows))


def members(company: Company, rows: Ints) -> list[Record]:
    """The members of rows, with what a test said."""
    table, shop = company.table("smile", "customers"), company.shop
    balance, earned, count = points.balances(company, company.table("smile", "points_transactions").live())
    people = company.people.written(shop.customers["person"][rows].astype(np.int64))
    made, changed = clock.iso_ms(table["created"][rows]), clock.iso_ms(table["changed"][rows])
    found = []
    columns = zip(
        rows.tolist(), table.ids(rows).tolist(), people, shop.customers["slips"][rows].tolist(), made, changed,
        strict=True,
    )  # fmt: skip
    for row, number, person, flags, created, updated in columns:
        first, last = slips.name(person, flags)
        state = "disabled" if row % 97 == 96 else "member" if count[row] else "candidate"
        tier = FIRST_TIER + points.tier(int(earned[row])) if state == "member" else None
        record = {
            "id": number, "first_name": first, "last_name": last, "email": slips.email(person, flags), "state": state,
            "date_of_birth": f"{A_YEAR_UNKNOWN}{person.born[4:]}" if person.born and row % 9 == 0 else None,
            "points_balance": int(balance[row]), "referral_url": f"http://i.refs.example/{number}", "vip_tier_id": tier,
            "vip_status": {"vip_tier_id": tier, "vip_tier_expires_at": None, "progress_value": int(earned[row])},
            "created_at": created, "updated_at": updated,
        }  # fmt: skip
        found.append(record | table.overrides.get(row, {}))
    return found


def transactions(company: Company, call: Call) -> Reply:
    """GET /v1/points_transactions"""
    table = company.table("smile", "points_transactions")
    return _page(call, "points_transactions", table, lambda rows: bookings(company, rows))


def bookings(company: Company, rows: Ints) -> list[Record]:
    """The bookings of rows, with what a test said."""
    table = company.table("smile", "points_transactions")
    whose = company.table("smile", "customers").ids(company.shop.orders["customer"][rows].astype(np.int64))
    at, change, kind = clock.iso_ms(table["changed"][rows]), points.changes(company, rows), points.kinds(rows)
    found = []
    columns = zip(
        rows.tolist(), table.ids(rows).tolist(), whose.tolist(), change.tolist(), kind.tolist(), at, strict=True
    )  # fmt: skip
    for row, number, customer, by, what, booked in columns:
        edition = int(table["edition"][row])
        record = {
            "id": number, "customer_id": customer, "points_change": by, "description": DESCRIPTIONS[what],
            "internal_note": f"edition {edition}" if edition else None, "created_at": booked, "updated_at": booked,
        }  # fmt: skip
        found.append(record | table.overrides.get(row, {}))
    return found


ROUTES = [
    ("GET", "/smile/v1/vip_tiers", tiers),
    ("GET", "/smile/v1/customers", customers),
    ("GET", "/smile/v1/points_transactions", transactions),
]
