"""SuiteCRM's V8 API: the login, and the records of a module.

Rules: salesagility/SuiteCRM, Api/V8 (ModuleService.php, Filter.php, PaginationObjectHelper.php and
AttributeObjectHelper.php). Traps that it plays: names as HTML writes them; what is not there is an empty text; the
number of pages is wrong as soon as something is filtered, and not told at all where nothing is found; deleted records
are in no list, and to ask for them is an error; a module that the user may not see is an error of status 400.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

import numpy as np

from crm360.connectors.sandbox.company import clock, crm
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.pipeline import owner_ids
from crm360.connectors.sandbox.company.table import LIVE
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply
from crm360.connectors.sandbox.vendors.hubspot.records import owners
from crm360.connectors.sandbox.vendors.suitecrm.fake import ACCESS, CLIENT, NUMBERED, SECRETS, written

if TYPE_CHECKING:
    from collections.abc import Callable

    from crm360.connectors.sandbox.company.company import Company

Record = dict[str, Any]
SINCE, NUMBER, SIZE = "filter[date_modified][gte]", "page[number]", "page[size]"
MODULES = {name.capitalize(): name for name in NUMBERED}
HIDDEN: set[str] = set()  # modules that the user may not see
STAGES = ("Prospecting", "Qualification", "Proposal/Price Quote", "Negotiation/Review")
STATES = ("Open_New", "Open_Assigned", "Open_Pending Input", "Closed_Closed", "Closed_Rejected")


def error(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    """SuiteCRM's error body."""
    return Reply({"errors": {"status": status, "title": None, "detail": message}}, status, headers or {})


def unauthorised() -> Reply:
    return error(401, "The resource owner or authorization server denied the request.")


def log_in(_company: Company, call: Call) -> Reply:
    """POST /Api/access_token"""
    asked = call.form()
    login = CLIENT | SECRETS | {"grant_type": "client_credentials"}
    if any(asked.get(name) != value for name, value in login.items()):
        return Reply({"error": "invalid_client", "message": "Client authentication failed"}, 401, aside=True)
    return Reply({"token_type": "Bearer", "expires_in": 3600, "access_token": ACCESS}, aside=True)


def module(company: Company, call: Call) -> Reply:
    """GET /Api/V8/module/{Module}"""
    name, size, number = call.parts["module"], call.number(SIZE, 20), call.number(NUMBER, 1)
    if name in HIDDEN:
        raise Refused(400, "[SuiteCRM] [API] [Access Denied] ")
    if "filter[deleted][eq]" in call.query:
        raise Refused(400, f"{name} module with id 2a411c2e-3c3c-7857-1b86-5e7a24733620 is not found")
    if name == "Users":
        found, total = _users(company)[(number - 1) * size : number * size], len(owner_ids())
        if call.query.get(SINCE, "") > "2024-07-01 02:00:00":
            found = []
    elif name in MODULES:
        found, total = _rows(company, MODULES[name], call, size, number)
    else:
        raise Refused(400, f"Module {name} does not exist")
    told: Record = {"data": found}
    if found:
        pages = 0 if SINCE in call.query else -(-total // size)
        told["meta"] = {"total-pages": pages, "records-on-this-page": len(found)}
    return Reply(told, keep=True, media_type="application/vnd.api+json")


def _rows(company: Company, stream: str, call: Call, size: int, number: int) -> tuple[list[Record], int]:
    """A page of a module's records, and how many there are."""
    table = company.table("suitecrm", stream)
    rows = table.by("changed") if call.query.get("sort") == "date_modified" else np.arange(len(table))
    rows = rows[table["state"][rows] == LIVE]
    if since := call.query.get(SINCE):
        rows = rows[table["changed"][rows] // clock.SECOND * clock.SECOND >= clock.moment(since)]
    page = rows[(number - 1) * size : number * size]
    return records(company, stream, page), len(rows)


def records(company: Company, stream: str, rows: Ints) -> list[Record]:
    """The records of rows in their envelope, with what a test said."""
    table = company.table("suitecrm", stream)
    if not len(rows):
        return []
    stamps = zip(
        rows.tolist(), table.ids(rows).tolist(), clock.iso_s(table["created"][rows], "+00:00"),
        clock.iso_s(table["changed"][rows], "+00:00"), table["edition"][rows].tolist(), strict=True,
    )  # fmt: skip
    found = []
    for one, (row, number, created, changed, edition) in zip(_MAKE[stream](company, rows), stamps, strict=True):
        owner = one.pop("owner", -1)
        attributes: Record = {
            "date_entered": created, "date_modified": changed, "description": "What was written", "deleted": "0",
            "assigned_user_id": owner_ids_as_text()[owner] if owner >= 0 else "", "own_c": str(edition or ""),
        }  # fmt: skip
        attributes |= {name: _as_html(value) for name, value in one.items()} | table.overrides.get(row, {})
        found.append(
            {"type": stream.capitalize(), "id": written(stream, number), "attributes": attributes, "relationships": {}}
        )
    return found


def owner_ids_as_text() -> list[str]:
    return [f"user-{number}" for number in owner_ids()]


def _as_html(value: Any) -> Any:
    return "" if value is None else html.escape(value, quote=True) if isinstance(value, str) else value


def _of(stream: str, row: int) -> str:
    return written(stream, row + 1) if row >= 0 else ""


def _accounts(company: Company, rows: Ints) -> list[Record]:
    return [
        {
            "name": p["name"], "website": f"http://www.{p['domain']}" if p["domain"] else "", "industry": p["industry"],
            "employees": str(p["numberofemployees"]), "annual_revenue": str(p["annualrevenue"]),
            "phone_office": p["phone"], "billing_address_street": p["address"], "billing_address_city": p["city"],
            "billing_address_postalcode": p["zip"], "billing_address_country": p["country"],
        }
        for p in crm.companies(company, rows)
    ]  # fmt: skip


def _contacts(company: Company, rows: Ints) -> list[Record]:
    return [
        {
            "owner": p["owner"], "first_name": p["firstname"], "last_name": p["lastname"],
            "full_name": " ".join(filter(None, (p["firstname"], p["lastname"]))), "email1": p["email"],
            "phone_work": p["phone"], "phone_mobile": p["mobilephone"], "title": p["jobtitle"],
            "account_id": _of("accounts", p["account"]), "account_name": p["company"],
            "primary_address_street": p["address"], "primary_address_city": p["city"],
            "primary_address_state": p["state"], "primary_address_postalcode": p["zip"],
            "primary_address_country": p["country"], "birthdate": p["date_of_birth"],
            "email_opt_out": "1" if p["hs_email_optout"] == "true" else "0", "do_not_call": "0", "lead_source": "",
        }
        for p in crm.contacts(company, rows)
    ]  # fmt: skip


def _leads(company: Company, rows: Ints) -> list[Record]:
    found = []
    for p in crm.leads(company, rows):
        place = p["defaultAddress"] or {}
        found.append({
            "owner": p["owner"], "first_name": p["firstName"], "last_name": p["lastName"],
            "full_name": p["displayName"], "email1": p["email"], "phone_work": p["phone"],
            "primary_address_street": place.get("address1"),
            "primary_address_city": place.get("city"), "primary_address_state": place.get("province"),
            "primary_address_postalcode": place.get("zip"), "primary_address_country": place.get("country"),
            "status": ("New", "Assigned", "In Process", "Dead")[p["standing"]], "converted": "0", "contact_id": "",
            "lead_source": ("Web Site", "Campaign", "Word of mouth", "Cold Call")[p["origin"]], "email_opt_out": "0",
        })  # fmt: skip
    return found


def _stage(deal: Record, step: int) -> str:
    if deal["hs_is_closed_won"] == "true":
        return "Closed Won"
    return "Closed Lost" if deal["hs_is_closed"] == "true" else STAGES[step % len(STAGES)]


def _opportunities(company: Company, rows: Ints) -> list[Record]:
    steps = company.pipeline.deals["stage"][rows].tolist()
    return [
        {
            "owner": p["owner"], "name": p["dealname"], "amount": str(p["amount"]), "currency_id": "-99",
            "sales_stage": _stage(p, step), "probability": str(step * 15 % 101),
            "date_closed": p["closedate"][:10], "account_id": _of("accounts", p["account"]),
        }
        for p, step in zip(crm.deals(company, rows), steps, strict=True)
    ]  # fmt: skip


def _cases(company: Company, rows: Ints) -> list[Record]:
    return [
        {
            "owner": p["owner"], "name": p["subject"], "case_number": str(row + 1), "priority": f"P{1 + row % 3}",
            "status": STATES[row % len(STATES)], "state": STATES[row % len(STATES)].split("_")[0], "type": "User",
            "contact_created_by_id": _of("contacts", p["contact"]), "account_id": "",
        }
        for p, row in zip(crm.cases(company, rows), rows.tolist(), strict=True)
    ]  # fmt: skip


def _held(kind: str) -> Callable[[Company, Ints], list[Record]]:
    def made(company: Company, rows: Ints) -> list[Record]:
        table, contacts = company.engagements.tables[kind], company.pipeline.contacts
        whom = [company.pipeline.standing(contacts, row) for row in table["contact"][rows].tolist()]
        times = clock.iso_s(table["created"][rows], "+00:00")
        return [
            {
                "owner": row % 3, "name": f"{kind} {row}", "status": ("Held", "Held", "Planned", "Not Held")[row % 4],
                "direction": ("Inbound", "Outbound")[row % 2], "date_start": at, "date_end": at,
                "parent_type": "Contacts", "parent_id": _of("contacts", contact),
            }
            for row, at, contact in zip(rows.tolist(), times, whom, strict=True)
        ]  # fmt: skip

    return made


def _users(company: Company) -> list[Record]:
    at = "2024-07-01T02:00:00+00:00"
    return [
        {
            "type": "User", "id": number, "relationships": {},
            "attributes": {
                "user_name": own["email"], "first_name": own["firstName"], "last_name": own["lastName"],
                "full_name": f"{own['firstName']} {own['lastName']}", "email1": own["email"], "status": "Active",
                "date_entered": at, "date_modified": at, "user_hash": "$2y$10$never",
            },
        }
        for number, own in zip(owner_ids_as_text(), owners(company), strict=False)
    ]  # fmt: skip


_MAKE: dict[str, Callable[[Company, Ints], list[Record]]] = {
    "accounts": _accounts, "contacts": _contacts, "leads": _leads, "opportunities": _opportunities, "cases": _cases,
    "calls": _held("calls"), "meetings": _held("meetings"),
}  # fmt: skip
ROUTES = [
    ("POST", "/suitecrm/Api/access_token", log_in),
    ("GET", "/suitecrm/Api/V8/module/{module}", module),
]
