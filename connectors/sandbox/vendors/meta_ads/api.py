"""Meta's Marketing API: ad accounts, campaigns, and their insights by day.

Rules: developers.facebook.com, "Ads Insights API" and its error codes. Traps that it plays: every refusal is a 400 with
a code; without `effective_status` what is put away is left out; money and counts are texts, days those of the account's
zone; a result that did not come has no values; a page's `next` holds the token; figures of the last days change. Lead
forms and leads are for the page's own token only; an answer's question has a key in the form's language; some leads are
made up by Meta's tool; newest first.
"""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import numpy as np

from crm360.connectors.sandbox.company import clock, slips
from crm360.connectors.sandbox.company.advertising import ACCOUNTS, Account
from crm360.connectors.sandbox.company.table import LIVE
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply
from crm360.connectors.sandbox.vendors.fake import bearer
from crm360.connectors.sandbox.vendors.meta import api as graph
from crm360.connectors.sandbox.vendors.meta_ads.fake import FAKE, FORMS, PAGES

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

Record = dict[str, Any]
NETWORK, MOST, BY_DEFAULT = "meta_ads", 500, 25
MONTHS_OF_HISTORY = 37
unauthorised = graph.unauthorised
PUT_AWAY = 5  # every fifth campaign is archived


def error(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    """Meta's error body. How long to wait it says in minutes, in a header of its own."""
    told = dict(headers or {})
    if status == 429 and "Retry-After" in told:
        minutes = float(told.pop("Retry-After")) / 60
        usage: Record = {"type": "ads_insights", "call_count": 100, "estimated_time_to_regain_access": minutes}
        told["X-Business-Use-Case-Usage"] = json.dumps({"1": [usage]})
    return graph.error(status, message, told)


def _page(call: Call, records: list[Record]) -> Reply:
    """A page of records with the cursors of its ends, and an address where more follow."""
    size, after = min(call.number("limit", BY_DEFAULT), MOST), call.query.get("after", "")
    if size < 1 or (after and not after.startswith("cur")):
        raise Refused(400, "100: Invalid parameter")
    start = int(after[3:]) if after else 0
    page = records[start : start + size]
    wanted = call.query.get("fields", "id").split(",")
    told: Record = {"data": [{name: value for name, value in one.items() if name in wanted} for one in page]}
    if page:
        told["paging"] = {"cursors": {"before": f"cur{start}", "after": f"cur{start + len(page)}"}}
        if start + len(page) < len(records):
            query = {**call.query, "after": f"cur{start + len(page)}", "access_token": FAKE.token}
            told["paging"]["next"] = f"{call.root}{call.path}?{urlencode(query)}"
    return Reply(told)


def accounts(_company: Company, call: Call) -> Reply:
    """GET /{version}/me/adaccounts"""
    found = [
        {
            "id": f"act_{one.number}", "account_id": one.number, "name": one.name, "currency": one.currency,
            "timezone_name": one.zone, "account_status": 1,
        }
        for one in ACCOUNTS[NETWORK]
    ]  # fmt: skip
    return _page(call, found)


def _account(call: Call) -> Account:
    for one in ACCOUNTS[NETWORK]:
        if call.parts["account"] == f"act_{one.number}":
            return one
    raise Refused(400, "100/33: Unsupported get request. Object does not exist or cannot be loaded")


def _time(at: int) -> str:
    return clock.iso_s(np.array([at]), "+0000")[0]


def campaigns(company: Company, call: Call) -> Reply:
    """GET /{version}/act_{id}/campaigns"""
    account, ads = _account(call), company.advertising
    table = company.table(NETWORK, "campaigns")
    statuses = json.loads(call.query.get("effective_status", '["ACTIVE", "PAUSED"]'))
    found = []
    for row in np.flatnonzero(table["state"] == LIVE).tolist():
        status = "ARCHIVED" if row % PUT_AWAY == 1 else "ACTIVE"
        if ads.account(NETWORK, row) != account or status not in statuses:
            continue
        name = ads.title(row) + (" *" * int(table["edition"][row]))
        record = {
            "id": str(table.ids(np.array([row]))[0]), "account_id": account.number, "name": name,
            "objective": "OUTCOME_SALES", "effective_status": status,
            "created_time": _time(int(table["created"][row])), "start_time": _time(int(table["created"][row])),
            "updated_time": _time(int(table["changed"][row])),
        }  # fmt: skip
        found.append(record | table.overrides.get(row, {}))
    return _page(call, found)


def insights(company: Company, call: Call) -> Reply:
    """GET /{version}/act_{id}/insights"""
    account, ads = _account(call), company.advertising
    if (call.query.get("level"), call.query.get("time_increment")) != ("campaign", "1"):
        raise Refused(400, "100: The sandbox has insights by campaign and day only")
    between = json.loads(call.query.get("time_range", "{}"))
    first, last = date.fromisoformat(between["since"]), date.fromisoformat(between["until"])
    today = ads.today(account, company.now)
    if (today - first).days > MONTHS_OF_HISTORY * 30.5 or first > last:
        raise Refused(400, "3018: The start date of the time range cannot be beyond 37 months from the current date")
    table = company.table(NETWORK, "campaigns")
    found = []
    for one in ads.days(NETWORK, account, first, last, company.now):
        indicator: Record = {"indicator": "actions:offsite_conversion.fb_pixel_purchase"}
        if one.results:
            indicator["values"] = [{"value": str(one.results), "attribution_windows": ["default"]}]
        found.append({
            "account_id": account.number, "account_currency": account.currency,
            "campaign_id": str(table.ids(np.array([one.row]))[0]), "campaign_name": ads.title(one.row),
            "spend": f"{one.cents // 100}.{one.cents % 100:02}", "impressions": str(one.impressions),
            "clicks": str(one.clicks), "results": [indicator],
            "date_start": one.day.isoformat(), "date_stop": one.day.isoformat(),
        })  # fmt: skip
    return _page(call, found)


KEYS = {"880001": ("full_name", "email", "phone_number"), "880002": ("vollständiger_name", "e-mail", "telefonnummer")}
TYPES = ("FULL_NAME", "EMAIL", "PHONE")
MADE_UP = 17  # every seventeenth lead is of Meta's tool
ORGANIC = 5  # every fifth came without an ad


def _of_page(call: Call, page: str | None) -> None:
    if page is None:
        raise Refused(400, "100/33: Unsupported get request. Object does not exist or cannot be loaded")
    if bearer(call.headers) != PAGES[page]:
        raise Refused(400, "190: This method must be called with a Page Access Token")


def page(_company: Company, call: Call) -> Reply:
    """GET /{version}/{page}?fields=access_token"""
    number = call.parts["page"]
    if number not in PAGES or call.query.get("fields") != "access_token":
        raise Refused(400, "100/33: Unsupported get request. Object does not exist or cannot be loaded")
    return Reply({"access_token": PAGES[number], "id": number}, aside=True)


def forms(_company: Company, call: Call) -> Reply:
    """GET /{version}/{page}/leadgen_forms"""
    number = call.parts["page"]
    _of_page(call, number if number in PAGES else None)
    found = [
        {
            "id": form, "name": f"Form {form[-1]}", "status": "ACTIVE", "locale": "de_DE" if form in KEYS else "en_US",
            "created_time": "2026-01-01T00:00:00+0000",
            "questions": [
                {"id": f"{form}{at}", "key": key, "type": kind, "label": key}
                for at, (key, kind) in enumerate(zip(KEYS.get(form, KEYS["880001"]), TYPES, strict=True))
            ],
        }
        for form, owner in FORMS.items() if owner == number
    ]  # fmt: skip
    return _page(call, found)


def leads(company: Company, call: Call) -> Reply:
    """GET /{version}/{form}/leads"""
    form = call.parts["form"]
    _of_page(call, FORMS.get(form))
    since = 0
    for one in json.loads(call.query.get("filtering", "[]")):
        if (one["field"], one["operator"]) != ("time_created", "GREATER_THAN"):
            raise Refused(400, "100: Invalid parameter")
        since = (int(one["value"]) + 1) * clock.SECOND
    table, answers = company.table(NETWORK, "leads"), company.opinions.answers
    rows = table.by("changed")[::-1]
    turn = answers["turn"][rows] == list(FORMS).index(form)
    rows = rows[turn & (table["state"][rows] == LIVE) & (table["changed"][rows] >= since)]
    return _page(call, [_lead(company, form, row) for row in rows.tolist()])


def _lead(company: Company, form: str, row: int) -> Record:
    table, answers = company.table(NETWORK, "leads"), company.opinions.answers
    person = company.people.written(answers["person"][[row]].astype(np.int64))[0]
    flags = int(answers["slips"][row])
    said = (
        " ".join(filter(None, slips.name(person, flags))),
        slips.email(person, flags),
        slips.phone(person, flags, row % 4),
    )
    if row % MADE_UP == 3:
        said = ("<test lead: dummy data for full_name>", "test@meta.com", "<test lead: dummy data for phone_number>")
    record: Record = {
        "id": str(table.ids(np.array([row]))[0]), "created_time": _time(int(table["changed"][row])), "form_id": form,
        "is_organic": row % ORGANIC == 0, "platform": "ig" if row % 2 else "fb",
        "field_data": [
            {"name": key, "values": [value]} for key, value in zip(KEYS[form], said, strict=True) if value
        ],
        "custom_disclaimer_responses": [{"checkbox_key": "news", "is_checked": "1" if row % 3 else ""}],
    }  # fmt: skip
    if row % ORGANIC:
        campaigns = company.table(NETWORK, "campaigns")
        record |= {"ad_id": f"12021{row:07}", "campaign_id": str(campaigns.ids(np.array([row % 10]))[0])}
    return record | table.overrides.get(row, {})


ROUTES = (
    ("GET", "/meta_ads/{version}/me/adaccounts", accounts),
    ("GET", "/meta_ads/{version}/{account}/campaigns", campaigns),
    ("GET", "/meta_ads/{version}/{account}/insights", insights),
    ("GET", "/meta_ads/{version}/{page}/leadgen_forms", forms),
    ("GET", "/meta_ads/{version}/{form}/leads", leads),
    ("GET", "/meta_ads/{version}/{page}", page),
)
