"""Salesforce's REST API: login, describe, SOQL by query and queryAll, and what is left of a long answer.

Rules: developer.salesforce.com, "REST API Developer Guide": Query, Query All, sObject Describe, "API Limits".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply
from crm360.connectors.sandbox.vendors.fake import basic
from crm360.connectors.sandbox.vendors.salesforce import soql, writing
from crm360.connectors.sandbox.vendors.salesforce.derived import KINDS
from crm360.connectors.sandbox.vendors.salesforce.fake import ACCESS, CLIENT, SECRETS
from crm360.connectors.sandbox.vendors.salesforce.records import Rows

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

MOST_ON_A_PAGE = 2_000
_OPEN: WeakKeyDictionary[Company, dict[str, tuple[soql.Query, Ints, bool]]] = WeakKeyDictionary()
_TOLD: WeakKeyDictionary[Company, dict[tuple[int, int, str], list[dict[str, Any]]]] = WeakKeyDictionary()
_CODES = {401: "INVALID_SESSION_ID", 403: "INSUFFICIENT_ACCESS", 404: "NOT_FOUND", 429: "REQUEST_LIMIT_EXCEEDED"}
_TYPES = {"MailingAddress": "address", "NumberOfEmployees": "int", "AnnualRevenue": "currency"}


def error(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    """Salesforce's error body: a list of one; the code of a refusal stands before a colon."""
    code, _, text = message.partition(": ")
    if not text or code != code.upper():
        code, text = _CODES.get(status, "UNKNOWN_EXCEPTION" if status >= 500 else "INVALID_REQUEST"), message
    return Reply([{"message": text, "errorCode": code}], status, headers or {})


def unauthorised() -> Reply:
    return error(401, "Session expired or invalid")


def log_in(company: Company, call: Call) -> Reply:
    """POST /services/oauth2/token: client credentials, or a refresh token, which is replaced by the next one."""
    asked, login = call.form(), CLIENT | SECRETS
    client = basic(call.headers) or (asked.get("client_id"), asked.get("client_secret"))
    if client != (login["client_id"], login["client_secret"]):
        return Reply({"error": "invalid_client", "error_description": "invalid client credentials"}, 400, aside=True)
    told: dict[str, Any] = {
        "access_token": ACCESS, "instance_url": f"{call.root}/salesforce",
        "token_type": "Bearer",
        "issued_at": str(company.now), "signature": "none",
    }  # fmt: skip
    if asked.get("grant_type") == "refresh_token":
        if not asked.get("refresh_token", "").startswith(login["refresh_token"]):
            return Reply(
                {"error": "invalid_grant", "error_description": "expired access/refresh token"}, 400, aside=True
            )
        told["refresh_token"] = asked["refresh_token"] + "+"
    elif asked.get("grant_type") != "client_credentials":
        return Reply({"error": "unsupported_grant_type", "error_description": "not supported"}, 400, aside=True)
    return Reply(told, aside=True)


def describe(company: Company, call: Call) -> Reply:
    """GET /services/data/{version}/sobjects/{object}/describe"""
    name = call.parts["object"]
    fields = [
        {
            "name": field, "label": field, "type": _type(field), "custom": field.endswith("__c"), "filterable": True,
            "updateable": field not in writing.READ_ONLY, "createable": field not in writing.READ_ONLY,
        }
        for field in _fields(company, name)
    ]  # fmt: skip
    return Reply({"name": name, "queryable": True, "retrieveable": True, "fields": fields}, keep=True, aside=True)


def _type(field: str) -> str:
    if field in _TYPES:
        return _TYPES[field]
    if field.endswith("Id"):
        return "id" if field == "Id" else "reference"
    if field.startswith(("Is", "Has")):
        return "boolean"
    return "datetime" if field in ("CreatedDate", "LastModifiedDate", "SystemModstamp", "ClosedDate") else "string"


def _fields(company: Company, name: str) -> list[str]:
    if name not in KINDS:
        raise Refused(404, "NOT_FOUND: The requested resource does not exist")
    rows = KINDS[name].rows(company)
    first = KINDS[name].write(company, rows, np.zeros(1, dtype=np.int64)) if len(rows.number) else [{"Id": None}]
    return list(first[0])


def query(company: Company, call: Call) -> Reply:
    """GET /services/data/{version}/query?q=SOQL: without deleted records."""
    return _query(company, call, with_deleted=False)


def query_all(company: Company, call: Call) -> Reply:
    """GET /services/data/{version}/queryAll?q=SOQL: with those in the recycle bin, and merged ones."""
    return _query(company, call, with_deleted=True)


def _query(company: Company, call: Call, with_deleted: bool) -> Reply:
    asked = soql.read(call.query.get("q", ""))
    if asked.object not in KINDS:
        raise Refused(400, f"INVALID_TYPE: sObject type '{asked.object}' is not supported.")
    rows = KINDS[asked.object].rows(company)
    found = soql.places(asked, rows, with_deleted, lambda field: _values(company, asked.object, rows, field))
    if asked.counts:
        return Reply({"totalSize": len(found), "done": True, "records": []})
    known = set(_fields(company, asked.object))
    for field in asked.fields or []:
        if field not in known:
            raise Refused(400, f"INVALID_FIELD: No such column '{field}' on entity '{asked.object}'.")
    return _page(company, call, asked, found, 0)


def _values(company: Company, name: str, rows: Rows, field: str) -> list[Any] | None:
    """A field of all records of an object; kept as long as no record changes."""
    if field not in _fields(company, name):
        return None
    state = (company.revision, len(company.pipeline.joined), name)
    kept = _TOLD.get(company, {})
    if state not in kept:
        every = np.arange(len(rows.number), dtype=np.int64)
        kept = _TOLD[company] = {state: KINDS[name].write(company, rows, every)}
    return [record.get(field) for record in kept[state]]


def more(company: Company, call: Call) -> Reply:
    """GET /services/data/{version}/query/{locator}: 01g…-2000 goes on after the first 2,000."""
    locator, _, start = call.parts["locator"].partition("-")
    held = _OPEN.get(company, {}).get(locator)
    if held is None or not start.isdigit():
        raise Refused(400, "INVALID_QUERY_LOCATOR: invalid query locator")
    return _page(company, call, held[0], held[1], int(start), locator)


def _page(company: Company, call: Call, asked: soql.Query, found: Ints, start: int, locator: str = "") -> Reply:
    kind, version = KINDS[asked.object], call.parts["version"]
    rows: Rows = kind.rows(company)
    page = found[start : start + MOST_ON_A_PAGE]
    records = []
    for record in kind.write(company, rows, page[page < len(rows.number)]):
        url = f"/services/data/{version}/sobjects/{asked.object}/{record['Id']}"
        wanted = record if asked.fields is None else {name: record.get(name) for name in asked.fields}
        records.append({"attributes": {"type": asked.object, "url": url}} | wanted)
    content: dict[str, Any] = {"totalSize": len(found), "done": start + MOST_ON_A_PAGE >= len(found)}
    if not content["done"]:
        opened = _OPEN.setdefault(company, {})
        locator = locator or f"01g5g{len(opened):010d}AAA"
        opened[locator] = (asked, found, True)
        content["nextRecordsUrl"] = f"/services/data/{version}/query/{locator}-{start + MOST_ON_A_PAGE}"
    content["records"] = records
    return Reply(content, headers={"Sforce-Limit-Info": "api-usage=18/100000"})


_DATA = "/salesforce/services/data/{version}"
ROUTES = [
    ("POST", "/salesforce/services/oauth2/token", log_in),
    ("GET", f"{_DATA}/sobjects/{{object}}/describe", describe),
    ("GET", f"{_DATA}/query", query),
    ("GET", f"{_DATA}/query/", query),
    ("GET", f"{_DATA}/queryAll", query_all),
    ("GET", f"{_DATA}/queryAll/", query_all),
    ("GET", f"{_DATA}/query/{{locator}}", more),
    *writing.ROUTES,
]
