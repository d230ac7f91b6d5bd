"""LoyaltyLion's API: customers with their points, and the ledger; cursors.

Rules: developers.loyaltylion.com/api-reference (Pagination, v2 Customers, v2 Transactions). Traps that it plays: points
are approved, pending or spent, each by itself; what stands within a transaction is as it is now; a void activity is
booked the other way, and stays; guests and who is blocked are in the list; what is deleted leaves no trace.
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
BY_DEFAULT, MOST, FIRST_TIER = 100, 500, 7_001
RESOURCES = ("activity", "claimed_reward", "expiry", "adjustment")


def error(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    """LoyaltyLion's error body."""
    return Reply({"error": message}, status, headers or {})


def unauthorised() -> Reply:
    return error(401, "Invalid API key")


def _page(call: Call, name: str, table: Table, column: str, since: str, write: Callable[[Ints], list[Record]]) -> Reply:
    size, least = call.number("limit", BY_DEFAULT), call.query.get(since)
    if not 1 <= size <= MOST:
        raise Refused(422, f"limit must be from 1 to {MOST}")
    rows = table.live()
    if least:
        rows = rows[table[column][rows] >= clock.moment(least)]
    if call.query.get("cursor"):
        rows = rows[rows > cursors.read(call.query["cursor"])[1]]
    page = rows[:size]
    following = cursors.written(0, int(page[-1])) if len(rows) > size else None
    return Reply({name: write(page), "cursor": {"prev": None, "next": following}}, keep=True)


def customers(company: Company, call: Call) -> Reply:
    """GET /v2/customers"""
    table = company.table("loyaltylion", "customers")
    return _page(call, "customers", table, "changed", "updated_at_min", lambda rows: members(company, rows))


def members(company: Company, rows: Ints) -> list[Record]:
    """The customers of rows, with what a test said."""
    table, shop = company.table("loyaltylion", "customers"), company.shop
    booked = company.table("loyaltylion", "transactions").live()
    balance, earned, count = points.balances(company, booked)
    people = company.people.written(shop.customers["person"][rows].astype(np.int64))
    made, changed = clock.iso_ms(table["created"][rows]), clock.iso_ms(table["changed"][rows])
    found = []
    columns = zip(
        rows.tolist(), table.ids(rows).tolist(), shop.customers.ids(rows).tolist(), people,
        shop.customers["slips"][rows].tolist(), made, changed, strict=True,
    )  # fmt: skip
    for row, number, merchant, person, flags, created, updated in columns:
        is_in, place = bool(count[row]), points.tier(int(earned[row]))
        tier = {
            "started_at": created, "expires_at": None, "manual": False,
            "loyalty_tier": {"id": FIRST_TIER + place, "name": points.TIERS[place][1], "number": place + 1,
                             "default": place == 0, "hidden": False, "position": place + 1},
        }  # fmt: skip
        first, last = slips.name(person, flags)
        record = {
            "id": number, "merchant_id": str(merchant), "email": slips.email(person, flags),
            "points_approved": int(balance[row]), "points_pending": 0,
            "points_spent": int(earned[row] - balance[row]), "rewards_claimed": 0,
            "properties": {"first_name": first, "last_name": last}, "metadata": {}, "blocked": row % 97 == 96,
            "guest": not is_in, "enrolled": is_in, "enrolled_at": created if is_in else None, "referral_id": str(row),
            "referred_by": None, "loyalty_tier_membership": tier if is_in else None, "insights_segment": None,
            "birthday": person.born or None, "referral_url": "-", "linked_merchant_ids": [], "created_at": created,
            "updated_at": updated,
        }  # fmt: skip
        found.append(record | table.overrides.get(row, {}))
    return found


def transactions(company: Company, call: Call) -> Reply:
    """GET /v2/transactions"""
    table = company.table("loyaltylion", "transactions")
    return _page(call, "transactions", table, "changed", "created_at_min", lambda rows: bookings(company, rows))


def bookings(company: Company, rows: Ints) -> list[Record]:
    """The bookings of rows, with what a test said."""
    table, shop = company.table("loyaltylion", "transactions"), company.shop
    customer = shop.orders["customer"][rows].astype(np.int64)
    whose, merchants = company.table("loyaltylion", "customers").ids(customer), shop.customers.ids(customer)
    at, change, kind = clock.iso_ms(table["changed"][rows]), points.changes(company, rows), points.kinds(rows)
    found = []
    columns = zip(
        rows.tolist(), table.ids(rows).tolist(), whose.tolist(), merchants.tolist(), change.tolist(), kind.tolist(),
        at, strict=True,
    )  # fmt: skip
    for row, number, member, merchant, by, what, booked in columns:
        resource = RESOURCES[what]
        inner = {"id": number + 1, "state": "approved", "value": by, "created_at": booked}
        rule = {"rule": {"id": 1, "name": "purchase", "title": "Make a purchase"}}
        record = {
            "id": number, "customer": {"id": member, "merchant_id": str(merchant), "email": None},
            "points_approved": by, "points_pending": 0, "created_at": booked, "resource": resource,
            resource: inner | (rule if resource == "activity" else {}),
        }  # fmt: skip
        if edition := int(table["edition"][row]):
            record["edition"] = edition
        found.append(record | table.overrides.get(row, {}))
    return found


ROUTES = [
    ("GET", "/loyaltylion/v2/customers", customers),
    ("GET", "/loyaltylion/v2/transactions", transactions),
]
