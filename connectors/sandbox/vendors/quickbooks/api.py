"""QuickBooks Online's Accounting API: queries, what has changed of late, and access tokens for a refresh token.

Rules: developer.intuit.com, "Query operations and syntax", "Change data capture operation", "Limits and throttles";
python-quickbooks 0.9.12. Traps that it plays: positions begin at 1 and move while records change; a query that finds
nothing has no list; customers and items that are inactive are shown to those who ask for them; what is deleted is in
no query, and for 30 days in cdc, which gives a thousand records at most and does not say that there are more; a
refresh token is replaced when it is used, and dead once its successor has been; a refusal for asking too much does not
say for how long.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.table import DELETED, LIVE
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply
from crm360.connectors.sandbox.vendors.fake import basic
from crm360.connectors.sandbox.vendors.quickbooks.fake import ACCESS, CLIENT, OBJECTS, REALM, SECRETS
from crm360.connectors.sandbox.vendors.quickbooks.records import inactive, moment, written

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

BY_DEFAULT, MOST, MOST_CHANGES = 100, 1000, 1000
REACHES_BACK = 30 * clock.DAY
REFRESH = re.compile(r"sandbox-quickbooks-refresh(?:-(\d+))?")
STREAMS = {name: stream for stream, name in OBJECTS.items()}
QUERY = re.compile(
    r"\s*select\s+(?P<what>.+?)\s+from\s+(?P<entity>\w+)(?:\s+where\s+(?P<where>.+?))?"
    r"(?:\s+order\s*by\s+(?P<order>[\w.]+)(?P<down>\s+desc)?(?:\s+asc)?)?"
    r"(?:\s+startposition\s+(?P<start>\d+))?(?:\s+maxresults\s+(?P<most>\d+))?\s*",
    re.IGNORECASE,
)
CONDITION = re.compile(r"([\w.]+)\s*(>=|<=|>|<|=|in)\s*(.+)", re.IGNORECASE)
_USED: WeakKeyDictionary[Company, int] = WeakKeyDictionary()  # the newest refresh token that was used


def _fault(status: int, code: str, message: str, kind: str) -> Reply:
    error = {"Message": message, "Detail": message, "code": code}
    return Reply({"Fault": {"Error": [error], "type": kind}, "time": "2026-07-01T02:00:00.000-07:00"}, status)


def error(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    """QuickBooks' fault; one for asking too much has no header."""
    if status == 429:
        said = "message=ThrottleExceeded; errorCode=003001; statusCode=429"
        return _fault(429, "3001", said, "SERVICE")
    code, kind = {400: ("4000", "ValidationFault"), 403: ("3100", "AuthorizationFault")}.get(
        status, ("10000", "SystemFault")
    )
    return _fault(status, code, message, kind)._replace(headers=dict(headers or {}))


def unauthorised() -> Reply:
    """Written otherwise than other faults."""
    said = "message=AuthenticationFailed; errorCode=003200; statusCode=401"
    fault = {"error": [{"message": said, "detail": "Token expired", "code": "3200", "element": None}]}
    return Reply({"warnings": None, "fault": fault | {"type": "AUTHENTICATION"}, "requestId": None}, 401)


def token(company: Company, call: Call) -> Reply:
    """POST /oauth2/v1/tokens/bearer"""
    asked = call.form()
    if basic(call.headers) != (CLIENT["client_id"], SECRETS["client_secret"]):
        return Reply({"error": "invalid_client"}, 401)
    given = REFRESH.fullmatch(asked.get("refresh_token", ""))
    number = int(given[1] or 0) if given else -1
    if asked.get("grant_type") != "refresh_token" or number < _USED.get(company, 0):
        return Reply({"error": "invalid_grant", "error_description": "Incorrect or invalid refresh token"}, 400)
    _USED[company] = number
    told = {"access_token": ACCESS, "expires_in": 3600, "token_type": "bearer", "x_refresh_token_expires_in": 8_726_400}
    return Reply(told | {"refresh_token": f"{SECRETS['refresh_token']}-{number + 1}"}, aside=True)


def _company(call: Call) -> None:
    if call.parts["realm"] != REALM:
        raise Refused(403, "ApplicationAuthorizationFailed")


def _fulfils(company: Company, stream: str, rows: Ints, condition: str) -> Ints:
    """Those of the rows of which a condition holds."""
    told = CONDITION.fullmatch(condition.strip())
    name, sign, value = (told[1].lower(), told[2].lower(), told[3].strip()) if told else ("", "", "")
    table = company.table("quickbooks", stream)
    if name == "metadata.lastupdatedtime" and sign in (">=", ">"):
        since = clock.moment(value.strip("'"))
        return rows[table["changed"][rows] >= since + (sign == ">")]
    if name == "id" and sign == "=":
        return rows[table.ids(rows) == int(value.strip("'"))]
    if name == "active" and sign in ("in", "="):
        wanted = [word.strip() == "true" for word in value.strip("()").split(",")]
        return rows[np.isin(~inactive(company, stream, rows), wanted)]
    raise Refused(400, f"QueryValidationError: the sandbox does not know the condition {condition}")


def _found(company: Company, stream: str, asked: re.Match[str]) -> Ints:
    """The rows that a query is about, in its order."""
    table = company.table("quickbooks", stream)
    rows = np.flatnonzero(table["state"] == LIVE)
    conditions = re.split(r"\s+and\s+", asked["where"], flags=re.IGNORECASE) if asked["where"] else []
    for condition in conditions:
        rows = _fulfils(company, stream, rows, condition)
    if not any(condition.lower().startswith("active") for condition in conditions):
        rows = rows[~inactive(company, stream, rows)]
    order = (asked["order"] or "id").lower()
    if order not in ("id", "metadata.lastupdatedtime"):
        raise Refused(400, f"QueryValidationError: the sandbox does not order by {order}")
    if order != "id":
        rows = rows[np.lexsort((rows, table["changed"][rows]))]
    return rows[::-1] if asked["down"] else rows


def query(company: Company, call: Call) -> Reply:
    """GET or POST /v3/company/{realm}/query"""
    _company(call)
    asked = QUERY.fullmatch(call.query.get("query") or call.body.decode())
    names = {name.lower(): name for name in STREAMS}
    if asked is None or asked["entity"].lower() not in names:
        raise Refused(400, "QueryParserError: Invalid query")
    name = names[asked["entity"].lower()]
    stream, what = STREAMS[name], re.sub(r"\s", "", asked["what"]).lower()
    rows = _found(company, stream, asked)
    ended = {"time": moment(company.now)}
    if what == "count(*)":
        return Reply({"QueryResponse": {"totalCount": len(rows)}} | ended, aside=True)
    start, most = int(asked["start"] or 1), int(asked["most"] or BY_DEFAULT)
    if start < 1 or not 1 <= most <= MOST:
        raise Refused(400, f"QueryValidationError: maxresults is from 1 to {MOST}, startposition from 1")
    page = rows[start - 1 : start - 1 + most]
    found = written(company, stream, page) if len(page) else []
    if "*" not in what:
        found = [_of(record, asked["what"]) for record in found]
    told: dict[str, Any] = {name: found, "startPosition": start, "maxResults": len(page)} if found else {}
    return Reply({"QueryResponse": told} | ended)


def _of(record: dict[str, Any], names: str) -> dict[str, Any]:
    """The fields of a record that a query names."""
    first = [name.strip().split(".")[0].lower() for name in names.split(",")]
    return {name: value for name, value in record.items() if name.lower() in first}


def changes(company: Company, call: Call) -> Reply:
    """GET /v3/company/{realm}/cdc"""
    _company(call)
    since = clock.moment(call.query.get("changedSince", ""))
    if since < company.now - REACHES_BACK:
        raise Refused(400, "changedSince is more than 30 days ago")
    names = {name.lower(): name for name in STREAMS}
    answers: list[dict[str, Any]] = []
    for entity in call.query.get("entities", "").split(","):
        name = names.get(entity.strip().lower())
        if name is None:
            raise Refused(400, f"there is no entity {entity}")
        table = company.table("quickbooks", STREAMS[name])
        at = np.maximum(table["changed"], table["gone"])
        rows = np.flatnonzero((at >= since) & ((table["state"] == LIVE) | (table["state"] == DELETED)))
        rows = rows[np.lexsort((rows, at[rows]))][-MOST_CHANGES:]
        if not len(rows):
            continue
        told = [
            record if lives else {"domain": "QBO", "status": "Deleted", "Id": record["Id"],
                                  "MetaData": {"LastUpdatedTime": moment(gone)}}
            for record, lives, gone in zip(
                written(company, STREAMS[name], rows), (table["state"][rows] == LIVE).tolist(), at[rows].tolist(),
                strict=True,
            )
        ]  # fmt: skip
        answers.append({name: told, "startPosition": 1, "maxResults": len(told)})
    return Reply({"CDCResponse": [{"QueryResponse": answers or [{}]}], "time": moment(company.now)})


ROUTES = (
    ("POST", "/quickbooks/oauth2/v1/tokens/bearer", token),
    ("GET", "/quickbooks/v3/company/{realm}/query", query),
    ("POST", "/quickbooks/v3/company/{realm}/query", query),
    ("GET", "/quickbooks/v3/company/{realm}/cdc", changes),
)
