"""LinkedIn's Marketing API: ad accounts, campaigns, and their analytics by day.

Rules: learn.microsoft.com/linkedin/marketing, version 202607. Traps that it plays: no version in the header, or one
that is no more, is refused; who may not read gets an empty list; a report is not paged, and what is Rest.li's must not
be encoded; days are parts of a date, campaigns URNs, money a text. Lead forms are paged by number, without a total;
answers name questions by ids; some leads are tests.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from crm360.connectors.sandbox.company import slips
from crm360.connectors.sandbox.company.advertising import ACCOUNTS, Account
from crm360.connectors.sandbox.company.table import LIVE
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

Record = dict[str, Any]
NETWORK, MOST, MOST_ROWS = "linkedin_ads", 1_000, 15_000
SPOKEN = re.compile(r"20(25(0[7-9]|1[0-2])|26(0[1-9]|1[0-2]))")  # versions that are alive in July 2026, and newer ones
_RANGE = re.compile(r"\(start:\(year:(\d+),month:(\d+),day:(\d+)\),end:\(year:(\d+),month:(\d+),day:(\d+)\)\)")
_CODES = {401: "INVALID_ACCESS_TOKEN", 403: "ACCESS_DENIED", 404: "RESOURCE_NOT_FOUND", 429: "TOO_MANY_REQUESTS",
          426: "NONEXISTENT_VERSION"}  # fmt: skip


def error(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    """LinkedIn's error body."""
    told = {"status": status, "code": _CODES.get(status, "ILLEGAL_ARGUMENT"), "message": message}
    return Reply(told, status, headers or {})


def unauthorised() -> Reply:
    return error(401, "Invalid access token")


def _check(call: Call) -> None:
    if not SPOKEN.fullmatch(call.headers.get("linkedin-version", "")):
        raise Refused(426, "Requested version is not active")
    if call.headers.get("x-restli-protocol-version") != "2.0.0":
        raise Refused(400, "X-RestLi-Protocol-Version must be 2.0.0")


def _page(call: Call, records: list[Record]) -> Reply:
    size, token = call.number("pageSize", 100), call.query.get("pageToken", "")
    if call.query.get("q") != "search" or not 1 <= size <= MOST or (token and not token.startswith("DgGe")):
        raise Refused(400, "Invalid query parameters passed to request")
    start = int(token[4:]) if token else 0
    more = {"nextPageToken": f"DgGe{start + size}"} if start + size < len(records) else {}
    return Reply({"elements": records[start : start + size], "metadata": more, "paging": {"start": 0, "count": size}})


def _stamps(created: int, changed: int) -> Record:
    return {"created": {"time": created, "actor": "urn:li:person:a"}, "lastModified": {"time": changed}}


def accounts(company: Company, call: Call) -> Reply:
    """GET /rest/adAccounts?q=search"""
    _check(call)
    since = int(company.advertising.campaigns["created"][0])
    found = [
        {
            "id": int(one.number), "name": one.name, "currency": one.currency, "status": "ACTIVE", "type": "BUSINESS",
            "changeAuditStamps": _stamps(since, since), "test": False,
        }
        for one in ACCOUNTS[NETWORK]
    ]  # fmt: skip
    return _page(call, found)


def campaigns(company: Company, call: Call) -> Reply:
    """GET /rest/adAccounts/{id}/adCampaigns?q=search"""
    _check(call)
    ads, table, number = company.advertising, company.table(NETWORK, "campaigns"), call.parts["account"]
    found = []
    for row in np.flatnonzero(table["state"] == LIVE).tolist() if number not in ads.without_a_role else ():
        account = ads.account(NETWORK, row)
        if account.number != number:
            continue
        created = int(table["created"][row])
        record = {
            "id": int(table.ids(np.array([row]))[0]), "account": f"urn:li:sponsoredAccount:{number}",
            "name": ads.title(row) + (" *" * int(table["edition"][row])), "status": "ACTIVE", "type": "TEXT_AD",
            "costType": "CPC", "runSchedule": {"start": created},
            "changeAuditStamps": _stamps(created, int(table["changed"][row])),
        }  # fmt: skip
        found.append(record | table.overrides.get(row, {}))
    return _page(call, found)


def _asked(company: Company, call: Call) -> tuple[list[Account], date, date]:
    """The accounts and days of a report."""
    wanted = {"q": "analytics", "pivot": "CAMPAIGN", "timeGranularity": "DAILY"}
    days = _RANGE.fullmatch(call.query.get("dateRange", ""))
    listed = re.fullmatch(r"List\((.+)\)", call.query.get("accounts", ""))
    if any(call.query.get(name) != value for name, value in wanted.items()) or not days or not listed:
        raise Refused(400, "Invalid query parameters passed to request")
    numbers = [int(part) for part in days.groups()]
    urns = listed[1].split(",")
    accounts = [one for one in ACCOUNTS[NETWORK] if one.number not in company.advertising.without_a_role]
    chosen = [one for one in accounts if f"urn:li:sponsoredAccount:{one.number}" in urns]
    return chosen, date(*numbers[:3]), date(*numbers[3:])


def _day(day: date) -> Record:
    return {"year": day.year, "month": day.month, "day": day.day}


def analytics(company: Company, call: Call) -> Reply:
    """GET /rest/adAnalytics: all in one answer, as far as it goes."""
    _check(call)
    chosen, first, last = _asked(company, call)
    table, wanted = company.table(NETWORK, "campaigns"), call.query.get("fields", "impressions,clicks").split(",")
    found = []
    for account in chosen:
        for one in company.advertising.days(NETWORK, account, first, last, company.now):
            row = {
                "pivotValues": [f"urn:li:sponsoredCampaign:{table.ids(np.array([one.row]))[0]}"],
                "dateRange": {"start": _day(one.day), "end": _day(one.day)},
                "costInLocalCurrency": f"{one.cents // 100}.{one.cents % 100:02}", "impressions": one.impressions,
                "clicks": one.clicks, "externalWebsiteConversions": one.results, "oneClickLeads": one.results // 3,
            }  # fmt: skip
            found.append({name: value for name, value in row.items() if name in wanted})
    told = {"paging": {"start": 0, "count": 10, "links": []}, "elements": found[:MOST_ROWS]}
    return Reply(told)


_OWNER = re.compile(r"\(sponsoredAccount:urn:li:sponsoredAccount:(\d+)\)")
_BETWEEN = re.compile(r"\(start:(\d+),end:(\d+)\)")
MOST_LEADS = 100
TESTS = 19  # every nineteenth lead was made up to test the form
ASKED = ("FIRST_NAME", "LAST_NAME", "EMAIL", "PHONE_NUMBER", None)  # the last is the form's own question


def _owner(company: Company, call: Call) -> str | None:
    """The account whose forms are asked for; None where the login may not see it."""
    owner = _OWNER.fullmatch(call.query.get("owner", ""))
    if call.query.get("q") != "owner" or not owner:
        raise Refused(400, "Invalid query parameters passed to request")
    return None if owner[1] in company.advertising.without_a_role else owner[1]


def _numbered(call: Call, records: list[Record]) -> Reply:
    start, size = call.number("start", 0), call.number("count", 10)
    if not 1 <= size <= MOST_LEADS:
        raise Refused(400, "Invalid query parameters passed to request")
    told = {"paging": {"start": start, "count": size, "links": []}, "elements": records[start : start + size]}
    return Reply(told)


def _form(account: str) -> Record:
    number = 7_000_000 + int(account) % 10
    questions = [
        {
            "questionId": at * 10_000_000 + number, "name": kind or "own", "question": {"localized": {"en_US": "?"}},
            **({"predefinedField": kind} if kind else {}), "responseRequired": True,
        }
        for at, kind in enumerate(ASKED, 1)
    ]  # fmt: skip
    return {
        "id": number, "name": f"Form of {account}", "owner": {"sponsoredAccount": f"urn:li:sponsoredAccount:{account}"},
        "state": "PUBLISHED", "content": {"questions": questions}, "hiddenFields": [], "created": 1_767_225_600_000,
        "lastModified": 1_767_225_600_000,
    }  # fmt: skip


def lead_forms(company: Company, call: Call) -> Reply:
    """GET /rest/leadForms?q=owner"""
    _check(call)
    account = _owner(company, call)
    return _numbered(call, [_form(account)] if account else [])


def lead_responses(company: Company, call: Call) -> Reply:
    """GET /rest/leadFormResponses?q=owner"""
    _check(call)
    account, between = _owner(company, call), _BETWEEN.fullmatch(call.query.get("submittedAtTimeRange", ""))
    if call.query.get("leadType") != "(leadType:SPONSORED)" or not between:
        raise Refused(400, "Invalid query parameters passed to request")
    accounts = [one.number for one in ACCOUNTS[NETWORK]]
    if account not in accounts:
        return _numbered(call, [])
    table, turn = company.table(NETWORK, "leads"), company.opinions.answers["turn"]
    rows = table.by("changed")
    asked = (table["changed"][rows] >= int(between[1])) & (table["changed"][rows] <= int(between[2]))
    rows = rows[asked & (table["state"][rows] == LIVE) & (turn[rows] % len(accounts) == accounts.index(account))]
    return _numbered(call, [_lead(company, account, row) for row in rows.tolist()])


def _lead(company: Company, account: str, row: int) -> Record:
    table, answers, form = company.table(NETWORK, "leads"), company.opinions.answers, _form(account)
    person, flags = company.people.written(answers["person"][[row]].astype(np.int64))[0], int(answers["slips"][row])
    said = (*slips.name(person, flags), slips.email(person, flags), slips.phone(person, flags, row % 4), "Soon")
    told = [
        {"questionId": question["questionId"], "answerDetails": {"textQuestionAnswer": {"answer": answer}}}
        for question, answer in zip(form["content"]["questions"], said, strict=True) if answer
    ]  # fmt: skip
    campaign = company.table(NETWORK, "campaigns").ids(np.array([row % 10]))[0]
    record: Record = {
        "id": f"c0ffee{table.ids(np.array([row]))[0]}-1", "owner": form["owner"], "leadType": "SPONSORED",
        "submittedAt": int(table["changed"][row]), "testLead": row % TESTS == 4,
        "versionedLeadGenFormUrn": f"urn:li:versionedLeadGenForm:(urn:li:leadGenForm:{form['id']},1)",
        "leadMetadata": {"sponsoredLeadMetadata": {"campaign": f"urn:li:sponsoredCampaign:{campaign}"}},
        "formResponse": {"answers": told, "consentResponses": [{"consentId": 4100, "accepted": row % 3 > 0}]},
        "form": {name: form[name] for name in ("id", "name", "content")},
    }  # fmt: skip
    return record | table.overrides.get(row, {})


ROUTES = (
    ("GET", "/linkedin_ads/rest/adAccounts", accounts),
    ("GET", "/linkedin_ads/rest/adAccounts/{account}/adCampaigns", campaigns),
    ("GET", "/linkedin_ads/rest/adAnalytics", analytics),
    ("GET", "/linkedin_ads/rest/leadForms", lead_forms),
    ("GET", "/linkedin_ads/rest/leadFormResponses", lead_responses),
)
