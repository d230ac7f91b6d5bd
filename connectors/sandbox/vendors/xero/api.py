"""Xero's Accounting API: numbered pages in an order, what changed since a moment, and access tokens for a login.

Rules: xero_accounting.yaml 16.1.0 of XeroAPI/Xero-OpenAPI; developer.xero.com, OAuth 2.0 and its limits. Traps that it
plays: numbered pages move while records change; If-Modified-Since counts whole seconds; a merged or archived contact
is shown to those who ask for it; bills are in the same list as invoices; what is deleted stays, with that status; each
refresh token is replaced when it is used, and the one before still works for a while.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply
from crm360.connectors.sandbox.vendors.fake import basic
from crm360.connectors.sandbox.vendors.xero.fake import ACCESS, CLIENT, SECRETS
from crm360.connectors.sandbox.vendors.xero.records import KEYS, TYPES, exists, moment, written

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

BY_DEFAULT, MOST = 100, 1000
REFRESH = re.compile(r"sandbox-xero-refresh(?:-(\d+))?")
PATHS = {"Contacts": "contacts", "Invoices": "invoices", "CreditNotes": "credit_notes", "Payments": "payments"}


def error(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    """Xero's problem; of a limit the header says which one it is."""
    told = dict(headers or {})
    if status == 429:
        told |= {"X-Rate-Limit-Problem": "minute", "X-MinLimit-Remaining": "0", "X-DayLimit-Remaining": "4000"}
    if status == 400:
        return Reply({"ErrorNumber": 16, "Type": "QueryParseException", "Message": message}, status, told)
    return Reply({"Title": message, "Status": status, "Detail": message, "Instance": "-"}, status, told)


def unauthorised() -> Reply:
    return Reply({"Title": "Unauthorized", "Status": 401, "Detail": "AuthenticationUnsuccessful", "Instance": "-"}, 401)


def token(_company: Company, call: Call) -> Reply:
    """POST /connect/token"""
    asked = call.form()
    if basic(call.headers) != (CLIENT["client_id"], SECRETS["client_secret"]):
        return Reply({"error": "invalid_client"}, 400)
    told: dict[str, Any] = {"access_token": ACCESS, "expires_in": 1800, "token_type": "Bearer"}
    if asked.get("grant_type") == "client_credentials":
        return Reply(told | {"scope": asked.get("scope", "")}, aside=True)
    used = REFRESH.fullmatch(asked.get("refresh_token", ""))
    if asked.get("grant_type") != "refresh_token" or used is None:
        return Reply({"error": "invalid_grant"}, 400)
    return Reply(told | {"refresh_token": f"sandbox-xero-refresh-{int(used[1] or 0) + 1}"}, aside=True)


def _since(call: Call) -> int:
    text = call.headers.get("if-modified-since", "")
    return clock.moment(text) // clock.SECOND * clock.SECOND if text else 0


def _ordered(company: Company, stream: str, call: Call) -> Ints:
    """The rows that the call asks for, in its order."""
    table, rows = company.table("xero", stream), exists(company, stream)
    if call.query.get("order", "UpdatedDateUTC ASC") != "UpdatedDateUTC ASC":
        raise Refused(400, "the sandbox orders by UpdatedDateUTC ASC")
    asked = call.query.get("where")
    if stream in TYPES and asked not in (None, f'Type=="{TYPES[stream]}"'):
        raise Refused(400, f'the sandbox knows where=Type=="{TYPES[stream]}"')
    rows = rows[table["changed"][rows] >= _since(call)]
    return rows[np.lexsort((rows, table["changed"][rows]))]


def listed(company: Company, call: Call) -> Reply:
    """GET /api.xro/2.0/{Contacts|Invoices|CreditNotes|Payments}"""
    path = call.parts["path"]
    if path not in PATHS:
        raise Refused(404, "The resource you're looking for cannot be found")
    stream = PATHS[path]
    number, size = call.number("page", 1), call.number("pageSize", BY_DEFAULT)
    if number < 1 or not 1 <= size <= MOST:
        raise Refused(400, f"pageSize must be from 1 to {MOST}")
    rows = _ordered(company, stream, call)
    page = rows[(number - 1) * size : number * size]
    pages = {"page": number, "pageSize": size, "pageCount": -(-len(rows) // size), "itemCount": len(rows)}
    head = {"Id": KEYS[stream], "Status": "OK", "ProviderName": "crm360", "DateTimeUTC": moment(company.now)}
    found = written(company, stream, page) if len(page) else []
    return Reply(head | {"pagination": pages, path: found})


ROUTES = (("POST", "/xero/connect/token", token), ("GET", "/xero/api.xro/2.0/{path}", listed))
