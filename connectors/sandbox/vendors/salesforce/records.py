"""Salesforce's objects behind which tables stand: which rows each has, and how a row is written with all its fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from crm360.connectors.sandbox.company import clock, crm
from crm360.connectors.sandbox.company.draws import Flags, Ints
from crm360.connectors.sandbox.company.pipeline import STAGES, WON
from crm360.connectors.sandbox.company.shopping import CANCELLED
from crm360.connectors.sandbox.company.table import LIVE, VANISHED
from crm360.connectors.sandbox.vendors.salesforce.ids import salesforce_id

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

Record = dict[str, Any]
RECYCLED = 15 * clock.DAY  # so long the recycle bin keeps a deleted record; then no query shows it
LEAD_STATUSES = ["Open - Not Contacted", "Working - Contacted", "Closed - Converted", "Closed - Not Converted"]
SOURCES = ["Web", "Phone Inquiry", "Partner Referral", "Purchased List"]
STATUSES = {"new": "New", "open": "Working", "pending": "Working", "hold": "Escalated", "solved": "Closed"}
ORIGINS = {"email": "Email", "web": "Web", "chat": "Chat", "voice": "Phone", "facebook": "Facebook", "api": "Web"}
QUOTE_STATUSES = (
    "Draft", "Needs Review", "In Review", "Approved", "Rejected", "Presented", "Accepted", "Denied", "Under the tree",
)  # fmt: skip
CONSENT = {"SUBSCRIBED": False, "UNSUBSCRIBED": True}


class Rows(NamedTuple):
    """All rows of an object in order of id. number: what the id is made of; times in ms, `stamp` of the last change."""

    number: Ints
    created: Ints
    stamp: Ints
    deleted: Flags


class Kind(NamedTuple):
    """An object. `write` gets the positions of rows among all, and returns the records in that order."""

    stream: str
    rows: Callable[[Company], Rows]
    write: Callable[[Company, Rows, Ints], list[Record]]


def at(moments: Ints) -> list[str]:
    """2026-07-01T02:00:00.000+0000, as Salesforce writes times; always whole seconds."""
    return clock.iso_s(moments, ".000+0000")


def link(stream: str, row: int) -> str | None:
    """The id of a row of a copied table; None for -1."""
    return salesforce_id(stream, row + 1) if row >= 0 else None


def common(stream: str, rows: Rows, places: Ints) -> list[Record]:
    """What every object has: its id, whether it is deleted, and its times."""
    found = []
    numbers, gone = rows.number[places].tolist(), rows.deleted[places].tolist()
    times = zip(at(rows.created[places]), at(rows.stamp[places]), strict=True)
    for number, deleted, (created, stamp) in zip(numbers, gone, times, strict=True):
        record = {"Id": salesforce_id(stream, number), "IsDeleted": deleted, "CreatedDate": created}
        found.append(record | {"LastModifiedDate": stamp, "SystemModstamp": stamp})
    return found


def table_rows(stream: str, company: Company) -> Rows:
    """The rows of a copied table, with those in the recycle bin."""
    table = company.table("salesforce", stream)
    state = table["state"]
    kept = (state == LIVE) | ((state != VANISHED) & (table["gone"] > company.now - RECYCLED))
    rows = np.flatnonzero(kept)
    return Rows(rows + 1, table["created"][rows], table["changed"][rows], state[rows] != LIVE)


def owner(place: int) -> str:
    """The id of the user who owns a record; the first one's for none."""
    return salesforce_id("users", max(place, 0) + 1)


def _written(stream: str, make: Callable[[Company, Ints], list[Record]]) -> Kind:
    """An object behind which a copied table stands; `make` writes what is its own."""

    def write(company: Company, rows: Rows, places: Ints) -> list[Record]:
        table, numbers = company.table("salesforce", stream), rows.number[places] - 1
        found = common(stream, rows, places)
        merged = crm.winners(company, table, numbers)
        for record, own, row, winner in zip(found, make(company, numbers), numbers.tolist(), merged, strict=True):
            record |= own
            record["Description"] = f"Edition {table['edition'][row]}" if table["edition"][row] else None
            if "MasterRecordId" in record:
                record["MasterRecordId"] = link(stream, winner)
            record |= table.overrides.get(row, {})
        return found

    return Kind(stream, lambda company: table_rows(stream, company), write)


def _contacts(company: Company, rows: Ints) -> list[Record]:
    found = []
    for p in crm.contacts(company, rows):
        out = p["hs_email_optout"]
        found.append({
            "MasterRecordId": None, "AccountId": link("accounts", p["account"]), "FirstName": p["firstname"],
            "LastName": p["lastname"] or "[not provided]",
            "Name": " ".join(filter(None, (p["firstname"], p["lastname"] or "[not provided]"))),
            "MailingStreet": p["address"], "MailingCity": p["city"], "MailingState": p["state"],
            "MailingPostalCode": p["zip"], "MailingCountry": p["country"],
            "MailingAddress": {"street": p["address"], "city": p["city"]} if p["address"] else None,
            "Phone": p["phone"], "MobilePhone": p["mobilephone"], "HomePhone": None, "Email": p["email"],
            "Title": p["jobtitle"], "LeadSource": (p["hs_analytics_source"] or "").replace("_", " ").title() or None,
            "Birthdate": p["date_of_birth"], "OwnerId": owner(p["owner"]), "HasOptedOutOfEmail": out == "true",
            "DoNotCall": False, "Languages__c": p["hs_language"], "Interests__c": p["favourite_categories"],
        })  # fmt: skip
    return found


def _accounts(company: Company, rows: Ints) -> list[Record]:
    return [
        {
            "MasterRecordId": None, "Name": p["name"], "Type": "Customer - Direct", "Industry": p["industry"],
            "NumberOfEmployees": int(p["numberofemployees"]), "AnnualRevenue": float(p["annualrevenue"]),
            "Website": f"https://www.{p['domain']}/" if p["domain"] else None, "Phone": p["phone"],
            "BillingStreet": p["address"], "BillingPostalCode": p["zip"], "BillingCity": p["city"],
            "BillingCountry": p["country"], "OwnerId": owner(0), "ParentId": None,
        }
        for p in crm.companies(company, rows)
    ]  # fmt: skip


def _leads(company: Company, rows: Ints) -> list[Record]:
    found = []
    for p in crm.leads(company, rows):
        place, mail = p["defaultAddress"] or {}, p["defaultEmailAddress"] or {}
        status = LEAD_STATUSES[p["standing"]]
        found.append({
            "MasterRecordId": None, "FirstName": p["firstName"], "LastName": p["lastName"] or "[not provided]",
            "Name": p["displayName"] or "[not provided]", "Title": None, "Company": "[not provided]",
            "Street": place.get("address1"), "City": place.get("city"), "State": place.get("province"),
            "PostalCode": place.get("zip"), "Country": place.get("country"), "Phone": p["phone"], "MobilePhone": None,
            "Email": p["email"], "Website": None, "LeadSource": SOURCES[p["origin"]], "Status": status,
            "Industry": None, "Rating": None, "OwnerId": owner(p["owner"]),
            "HasOptedOutOfEmail": CONSENT.get(str(mail.get("marketingState")), False), "DoNotCall": False,
            "IsConverted": status == "Closed - Converted", "ConvertedContactId": None, "ConvertedAccountId": None,
        })  # fmt: skip
    return found


def _opportunities(company: Company, rows: Ints) -> list[Record]:
    table = company.pipeline.deals
    found = []
    for p, step in zip(crm.deals(company, rows), table["stage"][rows].tolist(), strict=True):
        found.append({
            "AccountId": link("accounts", p["account"]), "ContactId": link("contacts", p["contact"]),
            "Name": p["dealname"], "StageName": STAGES[step][1], "Amount": float(p["amount"]),
            "Probability": STAGES[step][2] * 100, "CloseDate": p["closedate"][:10], "Type": None,
            "LeadSource": None, "IsClosed": step >= WON, "IsWon": step == WON, "ForecastCategory": "Pipeline",
            "OwnerId": owner(p["owner"]), "CampaignId": None, "CurrencyIsoCode": p["deal_currency_code"],
            "Loss_Reason__c": p["closed_lost_reason"],
        })  # fmt: skip
    return found


def _cases(company: Company, rows: Ints) -> list[Record]:
    found = []
    for number, p in zip(rows.tolist(), crm.cases(company, rows), strict=True):
        status = STATUSES.get(p["status"], "Closed")
        solved = p["metric_set"]["solved_at"]
        queue = p["assignee_id"] is None
        found.append({
            "MasterRecordId": None, "CaseNumber": f"{number + 1000:08d}", "ContactId": link("contacts", p["contact"]),
            "AccountId": None, "Type": p["type"].title(), "Status": status, "Reason": None,
            "Origin": ORIGINS[p["via"]["channel"]], "Subject": p["subject"],
            "Priority": {"low": "Low", "normal": "Medium"}.get(p["priority"], "High"),
            "IsClosed": status == "Closed", "ClosedDate": solved.replace("Z", ".000+0000") if solved else None,
            "IsEscalated": "escalated" in p["tags"],
            "OwnerId": salesforce_id("queues", 1) if queue else owner(p["owner"]),
        })  # fmt: skip
    return found


def _tasks(company: Company, rows: Ints) -> list[Record]:
    """A call for each deal, on the day that it begins."""
    day = at(company.pipeline.deals["created"][rows])
    return [
        {
            "WhoId": link("contacts", p["contact"]), "WhatId": link("opportunities", row), "Subject": "Call",
            "ActivityDate": begun[:10], "CompletedDateTime": begun, "Status": "Completed", "Priority": "Normal",
            "IsClosed": True,
            "OwnerId": owner(p["owner"]), "TaskSubtype": "Call", "CallType": "Outbound",
            "CallDurationInSeconds": 60 + row % 900, "AccountId": link("accounts", p["account"]),
        }
        for row, p, begun in zip(rows.tolist(), crm.deals(company, rows), day, strict=True)
    ]  # fmt: skip


def _events(company: Company, rows: Ints) -> list[Record]:
    """A meeting for each deal, of half an hour; every seventh is an invited colleague's copy of one."""
    begins = company.pipeline.deals["created"][rows] + clock.HOUR
    times = zip(at(begins), at(begins + 30 * clock.MINUTE), strict=True)
    return [
        {
            "WhoId": link("contacts", p["contact"]), "WhatId": link("opportunities", row), "Subject": "Meeting",
            "StartDateTime": starts, "EndDateTime": ends, "ActivityDateTime": starts, "ActivityDate": starts[:10],
            "IsAllDayEvent": False, "DurationInMinutes": 30, "EventSubtype": "Event", "IsChild": row % 7 == 6,
            "IsRecurrence": False, "IsPrivate": False, "OwnerId": owner(p["owner"]), "Location": None,
            "AccountId": link("accounts", p["account"]),
        }
        for row, p, (starts, ends) in zip(rows.tolist(), crm.deals(company, rows), times, strict=True)
    ]  # fmt: skip


def _products(company: Company, rows: Ints) -> list[Record]:
    goods = company.shop.goods
    return [
        {
            "Name": goods.titles[row % len(goods.titles)], "ProductCode": f"SB-{row:04d}", "IsActive": True,
            "Family": goods.kinds[row % len(goods.titles)], "StockKeepingUnit": None,
        }
        for row in rows.tolist()
    ]  # fmt: skip


def _orders(company: Company, rows: Ints) -> list[Record]:
    """The shop's orders; one that was cancelled is, and every ninth other is a draft still."""
    shop = company.shop
    person, money = shop.orders["person"][rows].astype(np.int64), shop.money(rows)
    known, there = company.pipeline.contact_of, len(company.pipeline.contact_of)
    columns = zip(
        rows.tolist(), person.tolist(), shop.orders["marks"][rows].tolist(), at(shop.orders["created"][rows]),
        money.total.tolist(), strict=True,
    )  # fmt: skip
    found = []
    for row, who, mark, placed, total in columns:
        status = "Cancelled" if mark & CANCELLED else "Draft" if row % 9 == 8 else "Activated"
        employer = int(company.people.employer[who]) if who >= 0 else -1
        found.append({
            "OrderNumber": f"{row + 100:08d}", "Name": None, "Type": None, "Status": status,
            "StatusCode": "Draft" if status == "Draft" else "Activated",
            "AccountId": link("accounts", employer if employer < len(company.pipeline.companies) else -1),
            "BillToContactId": link("contacts", int(known[who])) if 0 <= who < there else None,
            "EffectiveDate": placed[:10], "EndDate": None, "TotalAmount": total / 100, "CurrencyIsoCode": "EUR",
            "IsReductionOrder": False, "OriginalOrderId": None, "OwnerId": owner(0),
        })  # fmt: skip
    return found


def _order_items(company: Company, rows: Ints) -> list[Record]:
    """The first line of each order."""
    money = company.shop.money(rows)
    return [
        {
            "OrderId": link("orders", row), "Product2Id": link("products", int(money.product[place][0])),
            "OrderItemNumber": f"{row + 1:010d}", "Quantity": float(money.quantity[place][0]),
            "ListPrice": int(money.unit[place][0]) / 100, "TotalPrice": int(money.line[place][0]) / 100,
            "UnitPrice": round(float(money.line[place][0]) / float(money.quantity[place][0])) / 100,
            "ServiceDate": None,
        }
        for place, row in enumerate(rows.tolist())
    ]  # fmt: skip


def _price_book_entries(company: Company, rows: Ints) -> list[Record]:
    """What each product costs: two of three in the standard price book, of which every ninth is out of use."""
    goods = company.shop.goods
    return [
        {
            "Name": goods.titles[row % len(goods.titles)],
            "Pricebook2Id": salesforce_id("price_books", 1 + (row % 3 == 2)),
            "Product2Id": link("products", row), "UnitPrice": int(goods.prices[row % len(goods.titles)]) / 100,
            "IsActive": row % 9 != 4, "UseStandardPrice": False, "ProductCode": f"SB-{row:04d}",
            "CurrencyIsoCode": "EUR",
        }
        for row in rows.tolist()
    ]  # fmt: skip


def _line_items(company: Company, rows: Ints) -> list[Record]:
    """One line for each deal; of every fourth a tenth is taken off, which Salesforce tells as a percentage."""
    goods, found = company.shop.goods, []
    for row in rows.tolist():
        thing, quantity = row % len(company.shop.products), 1 + row % 4
        price = int(goods.prices[thing % len(goods.titles)])
        less = 10 if row % 4 == 3 else None
        found.append({
            "OpportunityId": link("opportunities", row), "Product2Id": link("products", thing),
            "PricebookEntryId": link("price_book_entries", thing), "ProductCode": f"SB-{thing:04d}",
            "Name": goods.titles[thing % len(goods.titles)], "Quantity": float(quantity), "UnitPrice": price / 100,
            "ListPrice": price / 100 + 5, "Discount": less, "Subtotal": quantity * price / 100,
            "TotalPrice": round(quantity * price * (100 - (less or 0)) / 100) / 100, "ServiceDate": None,
            "CurrencyIsoCode": "EUR",
        })  # fmt: skip
    return found


def _quotes(company: Company, rows: Ints) -> list[Record]:
    """One quote for each deal, of all statuses that Salesforce brings along, and of one of the organisation's own."""
    deals = company.pipeline.deals
    ends = at(deals["created"][rows] + 30 * clock.DAY)
    return [
        {
            "QuoteNumber": f"{row + 1:08d}", "Name": f"Quote {row + 1}", "OpportunityId": link("opportunities", row),
            "AccountId": link("accounts", p["account"]), "ContactId": link("contacts", p["contact"]),
            "Status": QUOTE_STATUSES[row % len(QUOTE_STATUSES)], "ExpirationDate": until[:10],
            "Subtotal": 100.0 + row, "Discount": None, "TotalPrice": 100.0 + row, "Tax": 19.0,
            "GrandTotal": 119.0 + row, "CurrencyIsoCode": "EUR", "OwnerId": owner(p["owner"]), "IsSyncing": False,
        }
        for row, p, until in zip(rows.tolist(), crm.deals(company, rows), ends, strict=True)
    ]  # fmt: skip


TABLES = {
    "Account": _written("accounts", _accounts),
    "Contact": _written("contacts", _contacts),
    "Lead": _written("leads", _leads),
    "Opportunity": _written("opportunities", _opportunities),
    "Case": _written("cases", _cases),
    "Task": _written("tasks", _tasks),
    "Event": _written("events", _events),
    "Product2": _written("products", _products),
    "Order": _written("orders", _orders),
    "OrderItem": _written("order_items", _order_items),
    "PricebookEntry": _written("price_book_entries", _price_book_entries),
    "OpportunityLineItem": _written("opportunity_line_items", _line_items),
    "Quote": _written("quotes", _quotes),
}
