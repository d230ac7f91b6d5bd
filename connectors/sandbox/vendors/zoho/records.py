"""Records of Zoho CRM: links as objects with name and id, times with an offset, more than fifty fields a module."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crm360.connectors.sandbox.company import clock, crm
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.pipeline import STAGES, owner_ids
from crm360.connectors.sandbox.vendors.hubspot.records import owners
from crm360.connectors.sandbox.vendors.zoho.ids import zoho_id

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

Record = dict[str, Any]
STREAMS = {"Accounts": "accounts", "Contacts": "contacts", "Leads": "leads", "Deals": "deals"}
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


_MAKE = {"Accounts": _accounts, "Contacts": _contacts, "Leads": _leads, "Deals": _deals}


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
