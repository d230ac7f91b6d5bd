"""Rows of Dynamics 365 as the Dataverse Web API writes them: lookups as _x_value, choices with their labels beside."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from crm360.connectors.sandbox.company import books, clock, crm
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.pipeline import STAGES, WON, owner_ids
from crm360.connectors.sandbox.company.shopping import CANCELLED, FULFILLED
from crm360.connectors.sandbox.company.table import LIVE, MERGED
from crm360.connectors.sandbox.vendors.dynamics.ids import guid
from crm360.connectors.sandbox.vendors.hubspot.records import owners

if TYPE_CHECKING:
    from collections.abc import Callable

    from crm360.connectors.sandbox.company.company import Company

Record = dict[str, Any]
LABEL = "@OData.Community.Display.V1.FormattedValue"
LOOKUP = "@Microsoft.Dynamics.CRM.lookuplogicalname"
CURRENCIES = {
    books.EURO: ("00000000-5eed-f011-8d00-000000000001", "Euro", "€"),
    books.POUND: ("00000000-5eed-f011-8d00-000000000002", "Pound Sterling", "£"),
}
"""The id, name and sign of each currency in use."""
KEYS = {
    "accounts": "accountid", "contacts": "contactid", "leads": "leadid", "opportunities": "opportunityid",
    "incidents": "incidentid", "systemusers": "systemuserid", "emails": "activityid", "phonecalls": "activityid",
    "appointments": "activityid", "products": "productid", "salesorders": "salesorderid",
    "salesorderdetails": "salesorderdetailid", "invoices": "invoiceid", "campaigns": "campaignid",
    "opportunityproducts": "opportunityproductid", "quotes": "quoteid",
}  # fmt: skip
LEAD_STATUSES = [(1, "New"), (2, "Contacted"), (3, "Qualified"), (4, "Lost")]
SOURCES = ["Web", "Advertisement", "Employee Referral", "Trade Show"]
CASE_STATUSES = {"new": (1, "In Progress"), "open": (1, "In Progress"), "pending": (3, "Waiting for Details"),
                 "hold": (2, "On Hold"), "solved": (5, "Problem Solved"), "closed": (5, "Problem Solved")}  # fmt: skip
ORIGINS = {"email": (2, "Email"), "web": (3, "Web"), "chat": (3, "Web"), "voice": (1, "Phone"),
           "facebook": (2483, "Facebook"), "api": (3, "Web")}  # fmt: skip
SPOKEN = {"emails": "emails", "phonecalls": "calls", "appointments": "meetings"}
"""The activities, and which of the company's engagements each are."""
STATES = {
    "emails": ((1, 4), (1, 3), (1, 3), (0, 8), (1, 3)),  # received, sent; one in five has failed
    "phonecalls": ((1, 2), (1, 4), (1, 2), (2, 3), (1, 2)),  # made, received; one in five was cancelled
    "appointments": ((3, 5), (1, 3), (3, 5), (2, 4), (0, 2)),  # busy, completed, cancelled, tentative
}
# States of a quote, each with its reason: draft; active, twice; won; closed because it was lost, cancelled or revised.
QUOTE_STATES = ((0, 1), (1, 2), (1, 3), (2, 4), (3, 5), (3, 6), (3, 7))
PRIORITIES = {"low": (3, "Low"), "normal": (2, "Normal")}


def choice(name: str, value: int | None, label: str | None) -> Record:
    """A choice column: its number, and its label as an annotation."""
    return {name: value, **({f"{name}{LABEL}": label} if label else {})}


def link(stream: str, row: int) -> str | None:
    """The id of a row of a copied table; None for -1."""
    return guid(stream, row + 1) if row >= 0 else None


def _owner(place: int) -> str:
    return guid("systemusers", max(place, 0) + 1)


def written(company: Company, stream: str, rows: Ints) -> list[Record]:
    """The rows of one table with all their columns."""
    table = company.table("dynamics", stream)
    winners = crm.winners(company, table, rows)
    stamps = zip(
        rows.tolist(), clock.iso_s(table["created"][rows]), clock.iso_s(table["changed"][rows]), winners, strict=True
    )
    found = []
    for record, (row, created, changed, winner) in zip(_MAKE[stream](company, rows), stamps, strict=True):
        merged = table["state"][row] == MERGED
        edition = int(table["edition"][row])
        common: Record = {
            "@odata.etag": f'W/"{int(table["changed"][row]) // 1000 + edition}"', KEYS[stream]: guid(stream, row + 1),
            "createdon": created, "modifiedon": changed, "description": f"Edition {edition}" if edition else None,
        }  # fmt: skip
        if stream in ("accounts", "contacts", "leads", "incidents"):
            common |= {"merged": bool(merged), "_masterid_value": link(stream, winner)}
        found.append(common | record | table.overrides.get(row, {}))
    return found


def _contacts(company: Company, rows: Ints) -> list[Record]:
    found = []
    for p in crm.contacts(company, rows):
        gender = {"male": (1, "Male"), "female": (2, "Female")}.get(p["gender"] or "", (None, None))
        found.append({
            "fullname": " ".join(filter(None, (p["firstname"], p["lastname"]))) or None, "firstname": p["firstname"],
            "lastname": p["lastname"], "emailaddress1": p["email"],
            "emailaddress2": (p["hs_additional_emails"] or "").split(";")[0] or None,
            "telephone1": p["phone"], "telephone2": None,
            "mobilephone": p["mobilephone"], "jobtitle": p["jobtitle"], "address1_line1": p["address"],
            "address1_city": p["city"], "address1_stateorprovince": p["state"], "address1_postalcode": p["zip"],
            "address1_country": p["country"], "birthdate": p["date_of_birth"], **choice("gendercode", *gender),
            "donotbulkemail": p["hs_email_optout"] == "true", "donotphone": False,
            "_parentcustomerid_value": link("accounts", p["account"]),
            **({f"_parentcustomerid_value{LOOKUP}": "account"} if p["account"] >= 0 else {}),
            "_ownerid_value": _owner(p["owner"]),
            **choice("statecode", 0, "Active"), **choice("statuscode", 1, "Active"),
        })  # fmt: skip
    return found


def _accounts(company: Company, rows: Ints) -> list[Record]:
    return [
        {
            "name": p["name"], "websiteurl": f"https://{p['domain']}" if p["domain"] else None,
            **choice("industrycode", 1 + len(p["industry"]) % 33, p["industry"]),
            "numberofemployees": int(p["numberofemployees"]), "revenue": float(p["annualrevenue"]),
            "address1_line1": p["address"], "address1_postalcode": p["zip"], "address1_city": p["city"],
            "address1_country": p["country"], "telephone1": p["phone"],
            "_ownerid_value": _owner(0), **choice("statecode", 0, "Active"), **choice("statuscode", 1, "Active"),
        }
        for p in crm.companies(company, rows)
    ]  # fmt: skip


def _leads(company: Company, rows: Ints) -> list[Record]:
    found = []
    for p in crm.leads(company, rows):
        place, status = p["defaultAddress"] or {}, LEAD_STATUSES[p["standing"]]
        mail = (p["defaultEmailAddress"] or {}).get("marketingState")
        found.append({
            "fullname": p["displayName"] or None, "firstname": p["firstName"], "lastname": p["lastName"],
            "companyname": None, "jobtitle": None, "emailaddress1": p["email"], "telephone1": p["phone"],
            "mobilephone": None, "address1_line1": place.get("address1"), "address1_city": place.get("city"),
            "address1_stateorprovince": place.get("province"), "address1_postalcode": place.get("zip"),
            "address1_country": place.get("country"), **choice("leadsourcecode", p["origin"] + 1, SOURCES[p["origin"]]),
            **choice("statecode", max(status[0] - 2, 0), ["Open", "Qualified", "Disqualified"][max(status[0] - 2, 0)]),
            **choice("statuscode", *status), "donotbulkemail": mail == "UNSUBSCRIBED", "donotphone": False,
            "_parentcontactid_value": None, "_ownerid_value": _owner(p["owner"]),
        })  # fmt: skip
    return found


def _opportunities(company: Company, rows: Ints) -> list[Record]:
    steps = company.pipeline.deals["stage"][rows].tolist()
    found = []
    for p, step in zip(crm.deals(company, rows), steps, strict=True):
        state = (1, "Won") if step == WON else (2, "Lost") if step > WON else (0, "Open")
        closed = step >= WON
        currency, called, _ = CURRENCIES[p["deal_currency_code"]]
        found.append({
            "name": p["dealname"], "_parentcontactid_value": link("contacts", p["contact"]),
            "_parentaccountid_value": link("accounts", p["account"]), "_customerid_value": None,
            "estimatedvalue": float(p["amount"]),
            "actualvalue": float(p["amount"]) if step == WON else 0.0 if closed else None,
            "closeprobability": round(STAGES[step][2] * 100), "stepname": f"{step + 1}-{STAGES[step][1]}",
            **choice("salesstagecode", step, STAGES[step][1]), "estimatedclosedate": p["closedate"][:10],
            "actualclosedate": p["closedate"][:10] if closed else None, **choice("statecode", *state),
            **choice("statuscode", state[0] + 1, p["closed_lost_reason"] or state[1]),
            "_transactioncurrencyid_value": currency,
            f"_transactioncurrencyid_value{LABEL}": called, "_ownerid_value": _owner(p["owner"]),
        })  # fmt: skip
    return found


def _incidents(company: Company, rows: Ints) -> list[Record]:
    found = []
    for p in crm.cases(company, rows):
        status = CASE_STATUSES.get(p["status"], (5, "Problem Solved"))
        solved = status[0] == 5
        found.append({
            "title": p["subject"], "ticketnumber": f"CAS-{p['id']:05d}",
            "_customerid_value": link("contacts", p["contact"]),
            f"_customerid_value{LOOKUP}": "contact",
            "_primarycontactid_value": None, **choice("statecode", int(solved), "Resolved" if solved else "Active"),
            **choice("statuscode", *status), **choice("prioritycode", *PRIORITIES.get(p["priority"], (1, "High"))),
            **choice("casetypecode", 1, p["type"].title()), **choice("caseorigincode", *ORIGINS[p["via"]["channel"]]),
            "isescalated": "escalated" in p["tags"], "firstresponsesent": p["assignee_id"] is not None,
            "_ownerid_value": _owner(p["owner"]),
        })  # fmt: skip
    return found


def _activities(stream: str, company: Company, rows: Ints) -> list[Record]:
    """Activities, with what was said in them; who took part stands elsewhere."""
    table, found = company.engagements.tables[SPOKEN[stream]], []
    times = clock.iso_s(table["created"][rows])
    for row, at in zip(rows.tolist(), times, strict=True):
        state, status = STATES[stream][row % len(STATES[stream])]
        record: Record = {
            "subject": f"{stream[:-1].title()} {row}", "description": "<p>What was said</p>", "activitytypecode":
            stream[:-1], "statecode": state, "statuscode": status, "scheduledstart": at, "scheduledend": at,
            "actualstart": None, "actualend": at if state == 1 else None, "_ownerid_value": _owner(0),
        }  # fmt: skip
        if stream != "appointments":
            record["directioncode"] = row % 3 != 0
        if stream == "emails":
            record |= {"senton": at if state == 1 else None, "sender": "someone@sandbox.example"}
        if stream == "phonecalls":
            record["phonenumber"] = None
        found.append(record)
    return found


def parties(company: Company, activity: str) -> list[Record]:
    """Who took part in an activity: one of ours, whom it was with, and now and then an address that nobody has."""
    stream = next((name for name in SPOKEN if activity == guid(name, int(activity.rsplit("-", 1)[1], 16))), None)
    if stream is None:
        return []
    row = int(activity.rsplit("-", 1)[1], 16) - 1
    table, contacts = company.engagements.tables[SPOKEN[stream]], company.pipeline.contacts
    contact = company.pipeline.standing(contacts, int(table["contact"][row]))
    those: list[tuple[int, str | None, str | None, str | None]] = [(1, "systemuser", _owner(0), "we@sandbox.example")]
    if contact >= 0 and contacts["state"][contact] == LIVE:
        those += [(2, "contact", link("contacts", contact), None), (8, "contact", link("contacts", contact), None)]
    if row % 7 == 0:
        those.append((3, None, None, f"Stranger{row}@elsewhere.example"))
    return [
        {
            "@odata.etag": 'W/"1"', "activitypartyid": guid(stream, (row + 1) * 10 + at), "_activityid_value": activity,
            "_partyid_value": party, **({f"_partyid_value{LOOKUP}": kind} if kind else {}),
            "participationtypemask": mask, "addressused": address, "unresolvedpartyname": None,
        }
        for at, (mask, kind, party, address) in enumerate(those)
    ]  # fmt: skip


def _products(company: Company, rows: Ints) -> list[Record]:
    goods, found = company.shop.goods, []
    for row in rows.tolist():
        thing = row % len(goods.titles)
        is_service = goods.kinds[thing] == "Services"
        found.append({
            "name": goods.titles[thing], "productnumber": f"P-{row:04d}", "productstructure": 1,
            "price": int(goods.prices[thing]) / 100, "_transactioncurrencyid_value": CURRENCIES[books.EURO][0],
            "_parentproductid_value": guid("products", 900_000 + goods.kinds.index(goods.kinds[thing])),
            f"_parentproductid_value{LABEL}": goods.kinds[thing],
            **choice("producttypecode", 3 if is_service else 1, "Services" if is_service else "Sales Inventory"),
            **choice("statecode", 0, "Active"), **choice("statuscode", 1, "Active"),
        })  # fmt: skip
    return found


def _of_orders(company: Company, rows: Ints) -> list[Record]:
    """What an order and its invoice have in common; who buys is a contact, or an account where none is known."""
    shop, found = company.shop, []
    money, marks = shop.money(rows), shop.orders["marks"][rows].tolist()
    person = shop.orders["person"][rows].astype(np.int64)
    known = (person >= 0) & (person < len(company.pipeline.contact_of))
    contact = np.where(known, company.pipeline.contact_of[np.where(known, person, 0)], -1).tolist()
    for at, (row, buyer) in enumerate(zip(rows.tolist(), contact, strict=True)):
        customer = link("contacts", buyer) if buyer >= 0 else link("accounts", 0)
        found.append({
            "name": f"Order {row + 1}", "row": row, "marks": marks[at], "_customerid_value": customer,
            f"_customerid_value{LOOKUP}": "contact" if buyer >= 0 else "account", "_ownerid_value": _owner(row % 3),
            f"_ownerid_value{LABEL}": "Somebody", "_transactioncurrencyid_value": CURRENCIES[books.EURO][0],
            "totalamount": int(money.total[at]) / 100, "totaltax": int(money.tax[at]) / 100,
            "freightamount": int(money.shipping[at]) / 100, "totaldiscountamount": int(money.discount[at]) / 100,
            "totallineitemdiscountamount": 0.0,
        })  # fmt: skip
    return found


def _salesorders(company: Company, rows: Ints) -> list[Record]:
    found = []
    for order in _of_orders(company, rows):
        row, marks = order.pop("row"), order.pop("marks")
        state = (2, 4) if marks & CANCELLED else (3, 100_001) if marks & FULFILLED else (0, 1)
        found.append(order | {
            "ordernumber": f"ORD-{row + 1:05d}-X1Y2Z3", "statecode": state[0], "statuscode": state[1],
            "_campaignid_value": None, "_opportunityid_value": None,
        })  # fmt: skip
    return found


def _salesorderdetails(company: Company, rows: Ints) -> list[Record]:
    """One line an order: all of the first thing in it."""
    goods, money, found = company.shop.goods, company.shop.money(rows), []
    for at, row in enumerate(rows.tolist()):
        thing = int(money.product[at][0])
        amount = int(money.line[at][0]) / 100
        found.append({
            "_salesorderid_value": link("salesorders", row), "_productid_value": link("products", thing),
            "productname": goods.titles[thing], "productdescription": None, "quantity": float(money.quantity[at][0]),
            "priceperunit": int(money.unit[at][0]) / 100, "manualdiscountamount": None, "tax": None,
            "baseamount": amount, "extendedamount": amount,
            "_transactioncurrencyid_value": CURRENCIES[books.EURO][0],
        })  # fmt: skip
    return found


def _invoices(company: Company, rows: Ints) -> list[Record]:
    found = []
    for order in _of_orders(company, rows):
        row, marks = order.pop("row"), order.pop("marks")
        state = (3, 100_003) if marks & CANCELLED else (2, 100_001) if marks & FULFILLED else (0, 4)
        found.append(order | {
            "invoicenumber": f"INV-{row + 1:05d}-X1Y2Z3", "statecode": state[0], "statuscode": state[1],
            "_salesorderid_value": link("salesorders", row), "duedate": None,
        })  # fmt: skip
    return found


def _campaigns(company: Company, rows: Ints) -> list[Record]:
    return [
        {
            "name": company.advertising.title(row), "codename": f"CMP-{row:04d}", "istemplate": False,
            **choice("typecode", 1, "Advertisement"), "actualstart": company.advertising.begins(row).isoformat(),
            "totalactualcost": 100.0 * (row + 1), "budgetedcost": 5_000.0, "statecode": 0, "statuscode": 2,
            "_transactioncurrencyid_value": CURRENCIES[books.EURO][0],
        }
        for row in rows.tolist()
    ]  # fmt: skip


def _opportunityproducts(company: Company, rows: Ints) -> list[Record]:
    """One line for each deal; every fourth was written in by hand, and of every third something is taken off."""
    goods, found = company.shop.goods, []
    for row, p in zip(rows.tolist(), crm.deals(company, rows), strict=True):
        thing, quantity, by_hand = row % len(company.shop.products), 1 + row % 3, row % 4 == 3
        price, less = int(goods.prices[thing % len(goods.titles)]) / 100, 2.5 if row % 3 == 0 else None
        tax = round(quantity * price * 0.2, 2)
        currency, called, _ = CURRENCIES[p["deal_currency_code"]]
        title = goods.titles[thing % len(goods.titles)]
        found.append({
            "_opportunityid_value": link("opportunities", row),
            "_productid_value": None if by_hand else link("products", thing), "isproductoverridden": by_hand,
            "productname": None if by_hand else title, "productdescription": title if by_hand else None,
            "quantity": float(quantity), "priceperunit": price, "manualdiscountamount": less, "tax": tax,
            "baseamount": quantity * price, "extendedamount": round(quantity * price - (less or 0) + tax, 2),
            "_transactioncurrencyid_value": currency, f"_transactioncurrencyid_value{LABEL}": called,
        })  # fmt: skip
    return found


def _quotes(company: Company, rows: Ints) -> list[Record]:
    """One quote for each deal, in all states that there are; one that was revised is followed by another."""
    deals, found = company.pipeline.deals, []
    ends, closed = (clock.iso_s(deals["created"][rows] + days * clock.DAY) for days in (30, 3))
    for row, p, until, at in zip(rows.tolist(), crm.deals(company, rows), ends, closed, strict=True):
        state = QUOTE_STATES[row % len(QUOTE_STATES)]
        currency, called, _ = CURRENCIES[p["deal_currency_code"]]
        of_company = row % 5 == 4 and p["account"] >= 0
        found.append({
            "name": f"Quote {row + 1}", "quotenumber": f"QUO-{row + 1:05d}-X1Y2Z3", "revisionnumber": 0,
            "_opportunityid_value": link("opportunities", row),
            "_customerid_value": link("accounts", p["account"]) if of_company else link("contacts", p["contact"]),
            f"_customerid_value{LOOKUP}": "account" if of_company else "contact",
            "totalamount": 100.0 + row, "effectivefrom": None, "effectiveto": until[:10], "expireson": None,
            "closedon": at[:10] if state[0] in (2, 3) else None, "statecode": state[0], "statuscode": state[1],
            "_transactioncurrencyid_value": currency, f"_transactioncurrencyid_value{LABEL}": called,
            "_ownerid_value": _owner(p["owner"]),
        })  # fmt: skip
    return found


_MAKE: dict[str, Callable[[Company, Ints], list[Record]]] = {
    **{stream: partial(_activities, stream) for stream in SPOKEN}, "products": _products, "salesorders": _salesorders,
    "salesorderdetails": _salesorderdetails, "invoices": _invoices, "campaigns": _campaigns, "accounts": _accounts,
    "opportunityproducts": _opportunityproducts, "quotes": _quotes,
    "contacts": _contacts, "leads": _leads, "opportunities": _opportunities,
    "incidents": _incidents,
}  # fmt: skip


def systemusers(company: Company) -> list[Record]:
    """The sales people; those who left are disabled."""
    since = clock.iso_s(np.array([clock.HISTORY_START]))[0]
    return [
        {
            "@odata.etag": 'W/"1"', "systemuserid": _owner(place), "fullname": f"{own['firstName']} {own['lastName']}",
            "firstname": own["firstName"], "lastname": own["lastName"], "internalemailaddress": own["email"],
            "isdisabled": own["archived"], "createdon": since, "modifiedon": since,
        }
        for place, own in zip(range(len(owner_ids())), owners(company), strict=True)
    ]  # fmt: skip


def transactioncurrencies(company: Company) -> list[Record]:
    """The currencies in use."""
    since = clock.iso_s(np.array([clock.HISTORY_START]))[0]
    return [
        {
            "@odata.etag": 'W/"1"', "transactioncurrencyid": number, "isocurrencycode": code, "currencyname": name,
            "currencysymbol": sign, "createdon": since, "modifiedon": since,
        }
        for code, (number, name, sign) in CURRENCIES.items()
    ]  # fmt: skip


SMALL = {"systemusers": systemusers, "transactioncurrencies": transactioncurrencies}
