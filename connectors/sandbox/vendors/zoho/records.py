"""Records of Zoho CRM: links as objects with name and id, times with an offset, more than fifty fields a module."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crm360.connectors.sandbox.company import clock, crm
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.pipeline import STAGES, owner_ids
from crm360.connectors.sandbox.company.shopping import CANCELLED
from crm360.connectors.sandbox.company.table import LIVE
from crm360.connectors.sandbox.vendors.hubspot.records import owners
from crm360.connectors.sandbox.vendors.zoho.ids import zoho_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from crm360.connectors.sandbox.company.company import Company

Record = dict[str, Any]
STREAMS = {
    "Accounts": "accounts", "Contacts": "contacts", "Leads": "leads", "Deals": "deals", "Calls": "calls",
    "Events": "events", "Products": "products", "Sales_Orders": "sales_orders", "Invoices": "invoices",
    "Campaigns": "campaigns", "Quotes": "quotes",
}  # fmt: skip
ALONE = ("Ordered_Items", "Invoiced_Items")
TYPES = {"Description": "textarea", "Ordered_Items": "subform", "Call_Agenda": "textarea", "Own_Field_7": "textarea"}
MOST_LINES = 8  # more than an order has
CALLS = (
    ("Inbound", None),
    ("Outbound", "Completed"),
    ("Outbound", "Completed"),
    ("Missed", None),
    ("Outbound", "Scheduled"),
)
QUOTE_STAGES = (
    "Draft", "Negotiation", "Delivered", "On Hold", "Confirmed", "Closed Won", "Closed Lost", "Under the tree",
)  # fmt: skip
LEAD_STATUSES = ["Not Contacted", "Contacted", "Pre-Qualified", "Lost Lead"]
SOURCES = ["Web Research", "Advertisement", "Employee Referral", "Cold Call"]
OWN_FIELDS = [f"Own_Field_{number}" for number in range(1, 41)]
TWO_HOURS = 2 * clock.HOUR


def at(moments: Ints) -> list[str]:
    """2026-07-01T04:00:00+02:00: in the organisation's own zone."""
    return clock.iso_s(moments + TWO_HOURS, "+02:00")


def link(stream: str, row: int, name: str | None) -> Record | None:
    """A lookup field; None for no row."""
    return {"name": name or "-", "id": zoho_id(stream, row + 1)} if row >= 0 else None


def owner(company: Company, place: int) -> Record:
    """The user who owns a record."""
    own = owners(company)[max(place, 0)]
    name = f"{own['firstName']} {own['lastName']}"
    return {"name": name, "id": zoho_id("users", max(place, 0) + 1), "email": own["email"]}


def written(company: Company, module: str, rows: Ints) -> list[Record]:
    """The rows of a module with all their fields."""
    stream = STREAMS[module]
    table = company.table("zoho", stream)
    every = [owner(company, place) for place in range(len(owner_ids()))]
    stamps = zip(rows.tolist(), at(table["created"][rows]), at(table["changed"][rows]), strict=True)
    found = []
    for record, (row, created, changed) in zip(_MAKE[module](company, rows), stamps, strict=True):
        edition = int(table["edition"][row])
        common: Record = {
            "id": zoho_id(stream, row + 1), "Created_Time": created, "Modified_Time": changed,
            "Owner": every[max(record.pop("owner"), 0)], "Description": f"Edition {edition}" if edition else None,
        }  # fmt: skip
        own = {name: f"{row} {number}" if number % 7 == 0 else None for number, name in enumerate(OWN_FIELDS)}
        found.append(common | record | own | table.overrides.get(row, {}))
    return found


def _contacts(company: Company, rows: Ints) -> list[Record]:
    return [
        {
            "owner": p["owner"], "First_Name": p["firstname"], "Last_Name": p["lastname"] or "-",
            "Full_Name": " ".join(filter(None, (p["firstname"], p["lastname"] or "-"))), "Email": p["email"],
            "Secondary_Email": (p["hs_additional_emails"] or "").split(";")[0] or None,
            "Phone": p["phone"], "Mobile": p["mobilephone"], "Home_Phone": None,
            "Account_Name": link("accounts", p["account"], p["company"]), "Title": p["jobtitle"],
            "Mailing_Street": p["address"], "Mailing_City": p["city"], "Mailing_State": p["state"],
            "Mailing_Zip": p["zip"], "Mailing_Country": p["country"], "Date_of_Birth": p["date_of_birth"],
            "Lead_Source": (p["hs_analytics_source"] or "").replace("_", " ").title() or None,
            "Email_Opt_Out": p["hs_email_optout"] == "true", "Twitter": p["twitterhandle"],
        }
        for p in crm.contacts(company, rows)
    ]  # fmt: skip


def _accounts(company: Company, rows: Ints) -> list[Record]:
    return [
        {
            "owner": 0, "Account_Name": p["name"], "Website": p["domain"], "Industry": p["industry"],
            "Employees": int(p["numberofemployees"]), "Annual_Revenue": float(p["annualrevenue"]), "Phone": p["phone"],
            "Billing_Street": p["address"], "Billing_Code": p["zip"], "Billing_City": p["city"],
            "Billing_Country": p["country"], "Account_Type": "Customer",
        }
        for p in crm.companies(company, rows)
    ]  # fmt: skip


def _leads(company: Company, rows: Ints) -> list[Record]:
    found = []
    for p in crm.leads(company, rows):
        place, mail = p["defaultAddress"] or {}, (p["defaultEmailAddress"] or {}).get("marketingState")
        found.append({
            "owner": p["owner"], "First_Name": p["firstName"], "Last_Name": p["lastName"] or "-",
            "Full_Name": p["displayName"] or "-", "Company": "-", "Designation": None, "Email": p["email"],
            "Phone": p["phone"], "Mobile": None, "Street": place.get("address1"), "City": place.get("city"),
            "State": place.get("province"), "Zip_Code": place.get("zip"), "Country": place.get("country"),
            "Lead_Source": SOURCES[p["origin"]], "Lead_Status": LEAD_STATUSES[p["standing"]],
            "Email_Opt_Out": mail == "UNSUBSCRIBED", "Twitter": None, "Website": None,
        })  # fmt: skip
    return found


def _deals(company: Company, rows: Ints) -> list[Record]:
    steps = company.pipeline.deals["stage"][rows].tolist()
    return [
        {
            "owner": p["owner"], "Deal_Name": p["dealname"], "Amount": float(p["amount"]),
            "Stage": STAGES[step][1].title(),
            "Pipeline": "Standard (Standard)",
            "Probability": round(STAGES[step][2] * 100), "Closing_Date": p["closedate"][:10],
            "Currency": p["deal_currency_code"],
            "Account_Name": link("accounts", p["account"], "an account"),
            "Contact_Name": link("contacts", p["contact"], "a contact"), "Type": None, "Lead_Source": None,
            "Reason_For_Loss__s": p["closed_lost_reason"],
        }
        for p, step in zip(crm.deals(company, rows), steps, strict=True)
    ]  # fmt: skip


def _whom(company: Company, kind: str, rows: Ints) -> list[int]:
    """The contact (row) that each engagement was with; -1 where it is no more."""
    table, contacts = company.engagements.tables[kind], company.pipeline.contacts
    standing = [company.pipeline.standing(contacts, row) for row in table["contact"][rows].tolist()]
    return [row if row >= 0 and contacts["state"][row] == LIVE else -1 for row in standing]


def _calls(company: Company, rows: Ints) -> list[Record]:
    """Calls; one in five was missed, another one is planned."""
    found, times = [], at(company.engagements.tables["calls"]["created"][rows])
    for row, when, contact in zip(rows.tolist(), times, _whom(company, "calls", rows), strict=True):
        kind, status = CALLS[row % len(CALLS)]
        found.append({
            "owner": row % 3, "Subject": f"Call {row}", "Call_Type": kind, "Outgoing_Call_Status": status,
            "Call_Start_Time": when, "Call_Duration": "05:00", "Call_Duration_in_seconds": 300, "Call_Result": None,
            "Call_Agenda": "What is to be said", "Who_Id": link("contacts", contact, "a contact"), "What_Id": None,
            "Dialled_Number": None, "Caller_ID": None,
        })  # fmt: skip
    return found


def _events(company: Company, rows: Ints) -> list[Record]:
    """Meetings, with who takes part: one of ours, the contact, now and then an address that nobody has."""
    found, times = [], at(company.engagements.tables["meetings"]["created"][rows])
    for row, when, contact in zip(rows.tolist(), times, _whom(company, "meetings", rows), strict=True):
        those = [
            {"type": "user", "participant": zoho_id("users", 1), "Email": "we@sandbox.example", "status": "accepted"}
        ]
        if contact >= 0:
            those.append({"type": "contact", "participant": zoho_id("contacts", contact + 1), "status": "not_known"})
        if row % 4 == 0:
            address = f"stranger{row}@elsewhere.example"
            those.append({"type": "email", "participant": address, "Email": address, "status": "not_known"})
        found.append({
            "owner": row % 3, "Event_Title": f"Meeting {row}", "Start_DateTime": when, "End_DateTime": when,
            "All_day": False, "Participants": those, "Who_Id": link("contacts", contact, "a contact"), "What_Id": None,
            "Venue": None,
        })  # fmt: skip
    return found


def _products(company: Company, rows: Ints) -> list[Record]:
    goods = company.shop.goods
    return [
        {
            "owner": 0, "Product_Name": goods.titles[row % len(goods.titles)], "Product_Code": f"P-{row:04d}",
            "Product_Category": goods.kinds[row % len(goods.titles)], "Product_Active": True,
            "Unit_Price": int(goods.prices[row % len(goods.titles)]) / 100, "Currency": "EUR",
        }
        for row in rows.tolist()
    ]  # fmt: skip


def _of_orders(company: Company, rows: Ints) -> list[Record]:
    """What an order and its invoice have in common; who buys is a contact, or an account where none is known."""
    shop, found = company.shop, []
    money, marks = shop.money(rows), shop.orders["marks"][rows].tolist()
    person = shop.orders["person"][rows].astype(np.int64)
    known = (person >= 0) & (person < len(company.pipeline.contact_of))
    contact = np.where(known, company.pipeline.contact_of[np.where(known, person, 0)], -1).tolist()
    for place, (row, buyer) in enumerate(zip(rows.tolist(), contact, strict=True)):
        found.append({
            "owner": row % 3, "Subject": f"Order {row + 1}", "Contact_Name": link("contacts", buyer, "a contact"),
            "Account_Name": None if buyer >= 0 else link("accounts", 0, "an account"), "Currency": "EUR",
            "Exchange_Rate": 1, "Sub_Total": int(money.subtotal[place]) / 100, "Tax": int(money.tax[place]) / 100,
            "Discount": int(money.discount[place]) / 100, "Adjustment": int(money.shipping[place]) / 100,
            "Grand_Total": int(money.total[place]) / 100, "Due_Date": None,
            "Status": "Cancelled" if marks[place] & CANCELLED else "Created",
        })  # fmt: skip
    return found


def _sales_orders(company: Company, rows: Ints) -> list[Record]:
    goods, money, found = company.shop.goods, company.shop.money(rows), []
    for place, (row, order) in enumerate(zip(rows.tolist(), _of_orders(company, rows), strict=True)):
        lines = [
            {
                "id": zoho_id("ordered_items", row * MOST_LINES + turn), "Sequence_Number": turn + 1,
                "Product_Name": link("products", int(money.product[place][turn]),
                                     goods.titles[int(money.product[place][turn])]),
                "Quantity": int(money.quantity[place][turn]), "List_Price": int(money.unit[place][turn]) / 100,
                "Total": int(money.line[place][turn]) / 100, "Net_Total": int(money.line[place][turn]) / 100,
                "Description": None,
            }
            for turn in range(money.quantity.shape[1]) if money.quantity[place][turn]
        ]  # fmt: skip
        found.append(order | {"SO_Number": str(100_001 + row), "Ordered_Items": lines})
    return found


def _invoices(company: Company, rows: Ints) -> list[Record]:
    dates = at(company.shop.orders["created"][rows])
    return [
        order | {
            "Invoice_Number": str(200_001 + row), "Invoice_Date": day[:10],
            "Sales_Order": link("sales_orders", row, order["Subject"]),
        }
        for row, day, order in zip(rows.tolist(), dates, _of_orders(company, rows), strict=True)
    ]  # fmt: skip


def _quotes(company: Company, rows: Ints) -> list[Record]:
    """One quote for each deal, of all stages that Zoho brings along, and of one of the account's own."""
    deals = company.pipeline.deals
    ends = at(deals["created"][rows] + 30 * clock.DAY)
    return [
        {
            "owner": row % 3, "Subject": f"Quote {row + 1}", "Quote_Number": str(300_001 + row),
            "Quote_Stage": QUOTE_STAGES[row % len(QUOTE_STAGES)], "Valid_Till": until[:10],
            "Deal_Name": link("deals", row, "a deal"), "Contact_Name": link("contacts", p["contact"], "a contact"),
            "Account_Name": link("accounts", p["account"], "an account"), "Currency": "EUR", "Exchange_Rate": 1,
            "Sub_Total": 100 + row, "Tax": 19, "Discount": 0, "Adjustment": 0, "Grand_Total": 119 + row,
        }
        for row, p, until in zip(rows.tolist(), crm.deals(company, rows), ends, strict=True)
    ]  # fmt: skip


def _campaigns(company: Company, rows: Ints) -> list[Record]:
    return [
        {
            "owner": 0, "Campaign_Name": company.advertising.title(row), "Type": "Advertisement", "Status": "Active",
            "Start_Date": company.advertising.begins(row).isoformat(), "End_Date": None, "Num_sent": None,
            "Budgeted_Cost": 5_000.0, "Actual_Cost": 100.0 * (row + 1), "Currency": "EUR",
        }
        for row in rows.tolist()
    ]  # fmt: skip


_MAKE: dict[str, Callable[[Company, Ints], list[Record]]] = {
    "Accounts": _accounts, "Contacts": _contacts, "Leads": _leads, "Deals": _deals, "Calls": _calls,
    "Events": _events, "Products": _products, "Sales_Orders": _sales_orders, "Invoices": _invoices,
    "Campaigns": _campaigns, "Quotes": _quotes,
}  # fmt: skip


def users(company: Company) -> list[Record]:
    """The sales people."""
    since = at(np.array([clock.HISTORY_START]))[0]
    return [
        {
            "id": zoho_id("users", place + 1), "full_name": f"{own['firstName']} {own['lastName']}",
            "first_name": own["firstName"], "last_name": own["lastName"], "email": own["email"],
            "status": "disabled" if own["archived"] else "active", "created_time": since, "Modified_Time": since,
        }
        for place, own in enumerate(owners(company))
    ]  # fmt: skip
