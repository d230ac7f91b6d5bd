"""Matomo's reporting API: POST /index.php, module=API, method=Live.getLastVisitsDetails.

Rules and shapes: matomo-org/matomo, plugins/Live (API.php, Model.php), core/API/ResponseBuilder.php. Traps that it
plays: a token counts in the body alone; ten visits where no limit is said; newest first; days are the website's own,
and `minTimestamp` leaves its own second out; an error comes with status 200; numbers are texts in some places and
numbers in others; what is not there is an empty text or nothing; a goal that brings nothing brings 0; a visit may name
no user.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np

from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.table import LIVE
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply
from crm360.connectors.sandbox.vendors.matomo.fake import NOT_OURS, TOKEN, WITHOUT_LOG, ZONES

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

Record = dict[str, Any]
BY_DEFAULT = 10
SHOP = "https://shop.sandbox.example"
FALSE_TOKEN = "Unable to authenticate with the provided token. It is either invalid or expired."


def error(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    """Matomo's error body."""
    return Reply({"result": "error", "message": message}, status, headers or {})


def unauthorised() -> Reply:
    return error(401, FALSE_TOKEN)


def reported(company: Company, call: Call) -> Reply:
    """POST /index.php"""
    if call.form().get("token_auth") != TOKEN:
        return unauthorised()
    asked, site = call.query, call.query.get("idSite", "")
    if asked.get("method") != "Live.getLastVisitsDetails" or asked.get("format") != "JSON":
        return error(200, f"The method '{asked.get('method')}' does not exist or is not available in the module.")
    if site == WITHOUT_LOG:
        return error(200, "Visits log is deactivated in website settings. A user with admin access can enable it.")
    if site == NOT_OURS or site not in ZONES:
        return error(200, f"You can't access this resource as it requires 'view' access for the website id = {site}.")
    limit, offset = call.number("filter_limit", BY_DEFAULT), call.number("filter_offset", 0)
    rows = _rows(company, call, site)[offset:]
    return Reply(visits(company, rows[:limit] if limit >= 0 else rows, site), keep=True)


def _rows(company: Company, call: Call, site: str) -> Ints:
    """The visits of a website whose last action was on one of the days that are asked for, newest first."""
    if call.query.get("period") != "range":
        raise Refused(400, "The period is not known")
    table = company.table("matomo", "visits")
    first, last = (_midnight(day, site) for day in call.query["date"].split(","))
    changed, after = table["changed"], call.number("minTimestamp", 0) * clock.SECOND
    keep = (table["state"] == LIVE) & (changed >= first) & (changed < last + clock.DAY) & (changed > after)
    rows = table.by("changed")[::-1]
    keep &= np.arange(len(table)) % len(ZONES) == int(site) - 1
    found: Ints = rows[keep[rows]]
    return found


def _midnight(day: str, site: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(ZONES[site])).timestamp()) * clock.SECOND


def visits(company: Company, rows: Ints, site: str) -> list[Record]:
    """The visits of rows, with what a test said."""
    table, shop = company.table("matomo", "visits"), company.shop
    buyers = shop.orders["customer"][rows].tolist()
    columns = zip(
        rows.tolist(), table.ids(rows).tolist(), buyers, table["changed"][rows].tolist(),
        company.people.written(shop.orders["person"][rows].astype(np.int64)), strict=True,
    )  # fmt: skip
    found = []
    for row, number, buyer, changed, person in columns:
        last = changed // clock.SECOND
        at = clock.naive(changed)
        ids = int(shop.customers.ids(np.array([max(buyer, 0)]))[0])
        user = None if buyer < 0 else person.email if row % 3 == 0 and person.email else str(ids)
        record: Record = {
            "idSite": site, "idVisit": str(number), "visitIp": "198.51.100.0", "visitorId": f"{buyer % 4096:016x}",
            "fingerprint": "5041e282fc23fef1", "userId": user, "siteCurrency": "EUR", "siteCurrencySymbol": "€",
            "serverDate": at.date().isoformat(), "visitServerHour": str(at.hour), "lastActionTimestamp": last,
            "lastActionDateTime": at.isoformat(" "), "firstActionTimestamp": last - 120, "visitDuration": "120",
            "visitEcommerceStatus": "ordered", "visitorType": "returning", "actions": "2", "latitude": None,
            "referrerType": "campaign" if row % 2 else "direct", "referrerName": "spring" if row % 2 else "",
            "referrerKeyword": "shoes" if row % 2 else "", "referrerUrl": "", "countryCode": "de",
            "pluginsIcons": [{"pluginIcon": "plugins/Morpheus/icons/cookie.png", "pluginName": "cookie"}],
            "actionDetails": _actions(row, last),
        }  # fmt: skip
        found.append(record | table.overrides.get(row, {}))
    return found


def _actions(row: int, last: int) -> list[Record]:
    """A page, a goal now and then, and the order that ends the visit."""
    page = {
        "type": "action", "url": f"{SHOP}/products/{row % 7}?ref=newsletter", "pageTitle": f"Product {row % 7}",
        "pageIdAction": "9", "pageId": str(row * 4 + 1), "timeSpent": "60", "timestamp": last - 120, "subtitle": None,
    }  # fmt: skip
    goal = {
        "type": "goal", "goalName": "Lead generated", "goalId": 1, "revenue": 0, "goalPageId": str(row * 4 + 2),
        "url": f"{SHOP}/contact", "timestamp": last - 60,
    }  # fmt: skip
    order = {
        "type": "ecommerceOrder", "orderId": f"W{row}", "revenue": 1000 + row % 50, "revenueSubTotal": "900.5",
        "items": "1", "timestamp": last,
        "itemDetails": [{"itemSKU": "S1", "itemName": f"Product {row % 7}", "price": 900, "quantity": "1"}],
    }  # fmt: skip
    return [page, *([goal] if row % 5 == 0 else []), order]


ROUTES = [("POST", "/matomo/index.php", reported)]
