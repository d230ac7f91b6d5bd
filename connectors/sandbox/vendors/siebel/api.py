"""Siebel's REST API: business components by PageSize, StartRowNum, searchspec and sortspec; nothing found is a 404.

Rules: docs.oracle.com, "Siebel REST API Guide", "About URI Parameters". Times are those of the user's time zone
(`ZONE`), and none says so. Deleted and merged records leave no trace.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any

import numpy as np

from crm360.connectors.sandbox.company import clock, crm
from crm360.connectors.sandbox.company.draws import Flags, Ints
from crm360.connectors.sandbox.company.pipeline import STAGES
from crm360.connectors.sandbox.company.table import LIVE, Table
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply
from crm360.connectors.sandbox.vendors.siebel.ids import NAMING, siebel_id

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

Record = dict[str, Any]
ZONE: tzinfo = UTC
MOST_ON_A_PAGE = 100
MOST_WITHOUT_FORWARD_ONLY = 9_900
STREAMS = {
    "Contact/Contact": "contacts", "Account/Account": "accounts", "Opportunity/Opportunity": "opportunities",
    "Service Request/Service Request": "service_requests",
}  # fmt: skip
_CONDITION = re.compile(r"\[(\w+)\] (>=|<=|>|<|=) '([^']*)'")
_STATUSES = {"solved": "Closed", "closed": "Closed", "pending": "Pending", "hold": "Pending"}
_SOURCES = {"email": "Email", "web": "Web", "chat": "Chat", "voice": "Phone", "facebook": "Social", "api": "Web"}


def error(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    """Siebel's error body."""
    return Reply({"ERROR": message}, status, headers or {})


def unauthorised() -> Reply:
    return error(401, "The user ID or password that you entered is incorrect.(SBL-UIF-00272)")


def at(moments: Ints) -> list[str]:
    """07/01/2026 02:00:00"""
    return [f"{datetime.fromtimestamp(int(moment) // 1000, ZONE):%m/%d/%Y %H:%M:%S}" for moment in moments]


def read(company: Company, call: Call) -> Reply:
    """GET /siebel/v1.0/data/{business object}/{business component}"""
    stream = STREAMS.get(f"{call.parts['object']}/{call.parts['component']}")
    if stream is None:
        raise Refused(404, "Business Object or Business Component is not found.(SBL-EAI-04376)")
    size, start = call.number("PageSize", 10), call.number("StartRowNum", 0)
    if not 1 <= size <= MOST_ON_A_PAGE:
        raise Refused(500, f"PageSize is at most {MOST_ON_A_PAGE}")
    table = company.table("siebel", stream)
    rows = _found(table, call.query.get("searchspec", ""))
    if call.query.get("sortspec", "Id (ASC)").replace(" ", "") not in ("Id(ASC)", "Id"):
        raise Refused(500, "the sandbox sorts by Id only")
    if start + size > MOST_WITHOUT_FORWARD_ONLY and call.query.get("ExecutionMode") != "ForwardOnly":
        raise Refused(500, "There were more rows than could be returned.(SBL-DAT-00500)")
    shown = rows[start : start + size]
    if not len(shown):
        raise Refused(404, "No record(s) found.(SBL-EAI-05026)")
    records = written(company, stream, table, shown)
    wanted = [name for name in call.query.get("fields", "").split(",") if name]
    if wanted:
        records = [{name: record.get(name, "") for name in dict.fromkeys(["Id", *wanted])} for record in records]
    link = {"rel": "self", "href": f"{call.root}{call.path}", "name": call.parts["component"]}
    single = len(records) == 1 and call.query.get("uniformresponse", "").lower() not in ("y", "yes", "true")
    return Reply({"items": records[0] if single else records, "Link": link})


def _found(table: Table, search: str) -> Ints:
    """The live rows that the conditions let through, in order of id."""
    passes: Flags = table["state"] == LIVE
    parts = re.split(r"\s+AND\s+", search.strip()) if search.strip() else []
    for part in parts:
        condition = _CONDITION.fullmatch(part.strip().removeprefix("(").removesuffix(")").strip())
        if condition is None:
            raise Refused(500, "The search specification has a syntax error.(SBL-DAT-00501)")
        name, operator, text = condition.groups()
        if name == "Id":
            values, value = table.ids(np.arange(len(table))), NAMING.numbered(text)
        elif name == "Updated":
            moment = datetime.strptime(text, "%m/%d/%Y %H:%M:%S").replace(tzinfo=ZONE)
            values, value = table["changed"], clock.moment(moment)
        else:
            raise Refused(500, f"No field {name}.(SBL-DAT-00398)")
        if value is None:
            raise Refused(500, "The search specification has a wrong id.(SBL-DAT-00501)")
        passes &= {
            ">=": values >= value,
            "<=": values <= value,
            ">": values > value,
            "<": values < value,
            "=": values == value,
        }[operator]
    return np.flatnonzero(passes)


def link(stream: str, row: int) -> str:
    """The id of a row; empty, as Siebel writes what is null, for -1."""
    return siebel_id(stream, row + 1) if row >= 0 else ""


def written(company: Company, stream: str, table: Table, rows: Ints) -> list[Record]:
    """The rows with all their fields; every value a text, null an empty one."""
    stamps = zip(rows.tolist(), at(table["created"][rows]), at(table["changed"][rows]), strict=True)
    found = []
    for record, (row, created, changed) in zip(_MAKE[stream](company, rows), stamps, strict=True):
        edition = int(table["edition"][row])
        common = {
            "Id": link(stream, row),
            "Created": created,
            "Updated": changed,
            "Comment": f"Edition {edition}" if edition else "",
        }
        plain = {name: "" if value is None else str(value) for name, value in record.items()}
        found.append(common | plain | table.overrides.get(row, {}))
    return found


def _date(text: str | None) -> str | None:
    return f"{text[5:7]}/{text[8:10]}/{text[:4]}" if text else None


def _contacts(company: Company, rows: Ints) -> list[Record]:
    return [
        {
            "First Name": p["firstname"], "Last Name": p["lastname"], "Email Address": p["email"],
            "Work Phone #": p["phone"], "Cellular Phone #": p["mobilephone"], "Home Phone #": None,
            "Job Title": p["jobtitle"], "Account Id": link("accounts", p["account"]), "Account": p["company"],
            "Personal Street Address": p["address"], "Personal City": p["city"], "Personal State": p["state"],
            "Personal Postal Code": p["zip"], "Personal Country": p["country"], "Birth Date": _date(p["date_of_birth"]),
            "M/F": {"male": "M", "female": "F"}.get(p["gender"] or ""),
            "Suppress All Emails": {"true": "Y", "false": "N"}.get(p["hs_email_optout"] or ""),
            "Suppress All Calls": "N",
        }
        for p in crm.contacts(company, rows)
    ]  # fmt: skip


def _accounts(company: Company, rows: Ints) -> list[Record]:
    return [
        {
            "Name": p["name"], "Location": p["city"], "Home Page": p["domain"], "Industry": p["industry"],
            "Employees": p["numberofemployees"], "Annual Revenue": p["annualrevenue"], "City": p["city"],
            "Country": p["country"], "Street Address": p["address"], "Postal Code": p["zip"],
            "Main Phone Number": p["phone"], "Type": "Customer",
        }
        for p in crm.companies(company, rows)
    ]  # fmt: skip


def _opportunities(company: Company, rows: Ints) -> list[Record]:
    steps = company.pipeline.deals["stage"][rows].tolist()
    return [
        {
            "Name": p["dealname"], "Account Id": link("accounts", p["account"]),
            "Key Contact Id": link("contacts", p["contact"]), "Sales Stage": f"0{step + 1} - {STAGES[step][1]}",
            "Primary Revenue Amount": p["amount"], "Primary Revenue Currency Code": p["deal_currency_code"],
            "Primary Revenue Win Probability": round(STAGES[step][2] * 100),
            "Primary Revenue Close Date": _date(p["closedate"]), "Reason Won Lost": p["closed_lost_reason"],
        }
        for p, step in zip(crm.deals(company, rows), steps, strict=True)
    ]  # fmt: skip


def _service_requests(company: Company, rows: Ints) -> list[Record]:
    found = []
    for p in crm.cases(company, rows):
        solved = p["metric_set"]["solved_at"]
        status = _STATUSES.get(p["status"], "Open")
        found.append({
            "SR Number": f"1-{p['id']}", "Contact Id": link("contacts", p["contact"]), "Account Id": None,
            "Abstract": p["subject"], "Status": status, "Sub-Status": "Assigned",
            "Priority": {"low": "4-Low", "normal": "3-Medium", "high": "2-High"}.get(p["priority"], "1-ASAP"),
            "SR Type": p["type"].title(), "Source": _SOURCES[p["via"]["channel"]], "Owner": "SADMIN",
            "Closed Date": f"{_date(solved)} {solved[11:19]}" if solved and status == "Closed" else None,
        })  # fmt: skip
    return found


_MAKE = {
    "contacts": _contacts,
    "accounts": _accounts,
    "opportunities": _opportunities,
    "service_requests": _service_requests,
}
ROUTES = [("GET", "/siebel/siebel/v1.0/data/{object}/{component}", read)]
