"""Rows of Dynamics 365 as the Dataverse Web API writes them: lookups as _x_value, choices with their labels beside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crm360.connectors.sandbox.company import books, clock, crm
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.pipeline import STAGES, WON, owner_ids
from crm360.connectors.sandbox.company.table import MERGED
from crm360.connectors.sandbox.vendors.dynamics.ids import guid
from crm360.connectors.sandbox.vendors.hubspot.records import owners

if TYPE_CHECKING:
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
    "incidents": "incidentid", "systemusers": "systemuserid",
}  # fmt: skip
LEAD_STATUSES = [(1, "New"), (2, "Contacted"), (3, "Qualified"), (4, "Lost")]
SOURCES = ["Web", "Advertisement", "Employee Referral", "Trade Show"]
CASE_STATUSES = {"new": (1, "In Progress"), "open": (1, "In Progress"), "pending": (3, "Waiting for Details"),
                 "hold": (2, "On Hold"), "solved": (5, "Problem Solved"), "closed": (5, "Problem Solved")}  # fmt: skip
ORIGINS = {"email": (2, "Email"), "web": (3, "Web"), "chat": (3, "Web"), "voice": (1, "Phone"),
           "facebook": (2483, "Facebook"), "api": (3, "Web")}  # fmt: skip
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


_MAKE = {
    "accounts": _accounts, "contacts": _contacts, "leads": _leads, "opportunities": _opportunities,
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
