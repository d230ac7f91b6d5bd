"""Google Ads API: rows by its query language, as a stream of batches, and the login that gives access tokens.

Rules: developers.google.com/google-ads/api, v26. Traps that it plays: whole numbers are texts, and what is 0 or
false is left out; an answer is an array of batches, of which one may be without rows; a manager account has no
metrics; who comes without the manager's id, or to an account that is closed, is refused; a page size is refused.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from crm360.connectors.sandbox.company.advertising import ACCOUNTS, Account
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply
from crm360.connectors.sandbox.vendors.google import api as google
from crm360.connectors.sandbox.vendors.google_ads.fake import ACCESS, CLIENT, MANAGER, SECRETS

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

Record = dict[str, Any]
NETWORK, ROWS_IN_A_BATCH = "google_ads", 1_000
SUB_MANAGER, CLOSED = "1000000002", "1000000004"
FIRST_CAMPAIGN = 21_000_000_001
_SELECT = re.compile(r"SELECT (?P<fields>[\w., ]+) FROM (?P<what>\w+)(?: WHERE (?P<where>.+?))?(?: ORDER BY .+)?")
_BETWEEN = re.compile(r"segments\.date BETWEEN '([\d-]+)' AND '([\d-]+)'")
_KINDS = {400: "requestError", 401: "authenticationError", 403: "authorizationError", 429: "quotaError"}


def error(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    """Google's error body, in the array that a stream is; Google Ads' own code stands before a colon."""
    told: Record = dict(google.error(status, message).content["error"])
    code, colon, _ = message.partition(": ")
    if colon and code == code.upper():
        failure = {"errorCode": {_KINDS.get(status, "internalError"): code}, "message": message}
        kind = "type.googleapis.com/google.ads.googleads.v26.errors.GoogleAdsFailure"
        told["details"] = [{"@type": kind, "errors": [failure], "requestId": "sandbox"}]
    return Reply([{"error": told}], status, headers or {})


def unauthorised() -> Reply:
    return error(401, "Request had invalid authentication credentials.")


def log_in(_company: Company, call: Call) -> Reply:
    """POST /token: a refresh token, which stays."""
    asked, login = call.form(), {name: SECRETS[name] for name in ("client_secret", "refresh_token")}
    if {name: asked.get(name) for name in (*CLIENT, *login)} != CLIENT | login:
        return Reply({"error": "invalid_grant", "error_description": "Bad Request"}, 400, aside=True)
    return Reply({"access_token": ACCESS, "expires_in": 3599, "token_type": "Bearer"}, aside=True)


def _taken(row: Record, path: str) -> Any:
    """What a field of the query language stands for in a row."""
    for part in path.split("."):
        head, *tail = part.split("_")
        row = row.get(head + "".join(word.title() for word in tail), {})
    return None if row == {} else row


def _row(row: Record, fields: list[str]) -> Record:
    """The fields that are asked for; what is 0, false or nothing is left out."""
    found: Record = {}
    for path in fields:
        value, (*parents, name) = _taken(row, path), re.sub(r"_(\w)", lambda m: m[1].upper(), path).split(".")
        if value in (None, False, 0, "0"):
            continue
        here = found
        for parent in parents:
            here = here.setdefault(parent, {"resourceName": f"sandbox/{parent}"} if parent != "metrics" else {})
        here[name] = value
    return found


def _customers() -> list[Record]:
    told = [(one.number, one.name, one.currency, one.zone, False, "ENABLED") for one in ACCOUNTS[NETWORK]]
    told += [(SUB_MANAGER, "Agency", "EUR", "Europe/Vienna", True, "ENABLED")]
    told += [(CLOSED, "Long ago", "EUR", "Europe/Vienna", False, "CANCELED")]
    names = ("id", "descriptiveName", "currencyCode", "timeZone", "manager", "status")
    return [dict(zip(names, one, strict=True)) for one in told]


def _account(call: Call) -> Account | None:
    """The account that is asked; None for a manager account."""
    customer, through = call.parts["customer"], call.headers.get("login-customer-id")
    if call.headers.get("developer-token") != SECRETS["developer_token"]:
        raise Refused(401, "DEVELOPER_TOKEN_INVALID: The developer token is not valid.")
    if customer != MANAGER and through != MANAGER:
        raise Refused(403, "USER_PERMISSION_DENIED: User doesn't have permission to access customer.")
    if customer == CLOSED:
        raise Refused(403, "CUSTOMER_NOT_ENABLED: The customer account can't be accessed.")
    if customer in (MANAGER, SUB_MANAGER):
        return None
    for one in ACCOUNTS[NETWORK]:
        if one.number == customer:
            return one
    raise Refused(403, "USER_PERMISSION_DENIED: User doesn't have permission to access customer.")


def search(company: Company, call: Call) -> Reply:
    """POST /{version}/customers/{id}/googleAds:searchStream"""
    account, asked = _account(call), call.json()
    if set(asked) != {"query"}:
        raise Refused(400, "PAGE_SIZE_NOT_SUPPORTED: Setting the page size is not supported.")
    query = _SELECT.fullmatch(asked["query"])
    if query is None:
        raise Refused(400, "UNEXPECTED_INPUT: Error in query: unexpected input.")
    fields, where = query["fields"].split(", "), query["where"] or ""
    rows = [_row(row, fields) for row in _rows(company, account, query["what"], where)]
    batches = [rows[at : at + ROWS_IN_A_BATCH] for at in range(0, len(rows), ROWS_IN_A_BATCH)] or [[]]
    mask = ",".join(re.sub(r"_(\w)", lambda m: m[1].upper(), path) for path in fields)
    told = [{**({"results": batch} if batch else {}), "fieldMask": mask, "requestId": "sandbox"} for batch in batches]
    return Reply(told)


def _rows(company: Company, account: Account | None, what: str, where: str) -> list[Record]:
    ads = company.advertising
    if what == "customer":
        itself: Record = {"id": MANAGER, "descriptiveName": "All", "currencyCode": "EUR", "timeZone": "Europe/Vienna"}
        if account is None:
            return [{"customer": {**itself, "manager": True, "status": "ENABLED"}}]
        return [{"customer": one} for one in _customers() if one["id"] == account.number]
    if what == "customer_client":  # it exists for manager accounts alone
        return [{"customerClient": one} for one in _customers()] if account is None else []
    between = _BETWEEN.search(where)
    if account is None:
        if between:
            raise Refused(400, "REQUESTED_METRICS_FOR_MANAGER: Metrics cannot be requested for a manager account.")
        return []
    customer = {"id": account.number, "currencyCode": account.currency}
    if between is None:
        return [
            {"customer": customer, "campaign": {
                "id": str(FIRST_CAMPAIGN + row), "name": ads.title(row),
                "status": "REMOVED" if row % 5 == 1 else "ENABLED",
                "advertisingChannelType": "SEARCH", "startDateTime": f"{ads.begins(row)} 00:00:00",
            }}
            for row in range(len(ads.campaigns))
            if ads.account(NETWORK, row) == account
        ]  # fmt: skip
    first, last = map(date.fromisoformat, between.groups())
    return [
        {
            "customer": customer, "campaign": {"id": str(FIRST_CAMPAIGN + one.row)},
            "segments": {"date": one.day.isoformat()},
            "metrics": {
                "costMicros": str(one.cents * 10_000), "impressions": str(one.impressions),
                "clicks": str(one.clicks), "conversions": one.results * 0.5,
            },
        }
        for one in ads.days(NETWORK, account, first, last, company.now)
    ]  # fmt: skip


ROUTES = (
    ("POST", "/google_ads/token", log_in),
    ("POST", "/google_ads/{version}/customers/{customer}/googleAds:searchStream", search),
)
