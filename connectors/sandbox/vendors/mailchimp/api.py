"""Mailchimp's Marketing API: the audience, its members, campaigns, and the reports on each mail.

Shapes: mailchimp.com/developer/marketing/api. Pages by count and offset; errors as problem documents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.mail import LIST_NAME, REASONS, STATUSES, UNSUBSCRIBED
from crm360.connectors.sandbox.company.table import DELETED, LIVE
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply
from crm360.connectors.sandbox.vendors.identifiers import subscriber_hash
from crm360.connectors.sandbox.vendors.mailchimp import tagging
from crm360.connectors.sandbox.vendors.mailchimp.records import campaign, members_of, zoned, zoned_or_empty

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

MOST_ON_A_PAGE = 1_000
PROBLEM = "application/problem+json; charset=utf-8"
_TITLES = {
    400: "Invalid Resource", 401: "API Key Invalid", 403: "User Disabled", 404: "Resource Not Found",
    429: "Too Many Requests", 500: "Internal Server Error", 503: "Service Unavailable",
}  # fmt: skip


def error(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    """Mailchimp's error body (RFC 7807)."""
    content = {
        "type": "https://mailchimp.com/developer/marketing/docs/errors/", "title": _TITLES.get(status, "Error"),
        "status": status, "detail": message, "instance": "00000000-0000-4000-8000-000000000000",
    }  # fmt: skip
    return Reply(content, status, headers or {}, PROBLEM)


def unauthorised() -> Reply:
    return error(401, "Your API key may be invalid, or you've attempted to access the wrong datacenter.")


def _page(call: Call) -> tuple[int, int]:
    count, offset = call.number("count", 10), call.number("offset", 0)
    if not 0 <= count <= MOST_ON_A_PAGE or offset < 0:
        raise Refused(400, f"count must be between 0 and {MOST_ON_A_PAGE}, and offset not negative")
    return count, offset


def _since(call: Call, name: str) -> int | None:
    text = call.query.get(name)
    if not text:
        return None
    try:
        return clock.moment(text.replace(" ", "+"))
    except ValueError:
        raise Refused(400, f"{name} must be a date and time in ISO 8601") from None


def _only(company: Company, call: Call) -> None:
    if call.parts.get("list_id") not in (None, company.mailing.list_id):
        raise Refused(404, "The requested resource could not be found.")


def list_lists(company: Company, call: Call) -> Reply:
    """GET /3.0/lists"""
    mailing = company.mailing
    live = mailing.members.having(LIVE)
    status = mailing.members["status"][live]
    one = {
        "id": mailing.list_id, "web_id": 1, "name": LIST_NAME,
        "date_created": zoned(np.array([clock.HISTORY_START]))[0],
        "list_rating": 4, "email_type_option": False, "visibility": "prv",
        "stats": {
            "member_count": int(np.count_nonzero(status == 0)),
            "unsubscribe_count": int(np.count_nonzero(status == UNSUBSCRIBED)),
            "cleaned_count": int(np.count_nonzero(status == 2)), "campaign_count": len(mailing.campaigns()),
        },
    }  # fmt: skip
    count, offset = _page(call)
    return Reply({"lists": [one][offset : offset + count], "total_items": 1})


def read_list(company: Company, call: Call) -> Reply:
    """GET /3.0/lists/{id}"""
    _only(company, call)
    return Reply({"id": company.mailing.list_id, "name": LIST_NAME})


def list_members(company: Company, call: Call) -> Reply:
    """GET /3.0/lists/{id}/members: all that are still there, the archived ones too, unless status asks for one kind."""
    _only(company, call)
    members, (count, offset) = company.mailing.members, _page(call)
    since, wanted = _since(call, "since_last_changed"), call.query.get("status")
    rows = members.by("changed" if call.query.get("sort_field") == "last_changed" else "created")
    state, status = members["state"][rows], members["status"][rows]
    if wanted == "archived":
        keep = state == DELETED
    elif wanted in STATUSES:
        keep = (state == LIVE) & (status == STATUSES.index(wanted))
    elif wanted:
        raise Refused(400, f"status may be archived or one of {', '.join(STATUSES)}")
    else:
        keep = (state == LIVE) | (state == DELETED)
    if since is not None:
        keep = keep & (members["changed"][rows] >= since)
    before = _since(call, "before_last_changed")
    if before is not None:
        keep = keep & (members["changed"][rows] <= before)
    rows = rows[keep]
    if call.query.get("sort_dir", "ASC").upper() == "DESC":
        rows = rows[::-1]
    page = rows[offset : offset + count]
    content = {"members": members_of(company, page), "list_id": company.mailing.list_id, "total_items": len(rows)}
    return Reply(content, keep=True)


def list_campaigns(company: Company, call: Call) -> Reply:
    """GET /3.0/campaigns; the last one is a draft that was never sent."""
    count, offset = _page(call)
    mailing = company.mailing
    sent = mailing.campaigns()
    since, before = _since(call, "since_send_time"), _since(call, "before_send_time")
    drafts = [len(sent)] if since is None and before is None and call.query.get("status") in (None, "save") else []
    if call.query.get("status", "sent") != "sent":
        sent = sent[:0]
    every = [
        number for number in sent.tolist()
        if (since is None or mailing.sent_at(number) > since) and (before is None or mailing.sent_at(number) < before)
    ]  # fmt: skip
    if call.query.get("sort_dir", "ASC").upper() == "DESC":
        every = every[::-1]
    every = every + drafts
    page = every[offset : offset + count]
    content = {"campaigns": [campaign(company, number) for number in page], "total_items": len(every)}
    return Reply(content, keep=True)


def _number_of(company: Company, call: Call) -> int:
    for number in company.mailing.campaigns().tolist():
        if company.mailing.campaign_id(number) == call.parts["campaign_id"]:
            return int(number)
    raise Refused(404, "The requested resource could not be found.")


def email_activity(company: Company, call: Call) -> Reply:
    """GET /3.0/reports/{campaign}/email-activity: all who were sent it, or who did something since."""
    number, (count, offset), since = _number_of(company, call), _page(call), _since(call, "since")
    activity = company.mailing.activity(number)
    chosen = np.arange(len(activity.rows))
    least = 0 if since is None else since + 1
    if since is not None:
        last = np.maximum(np.maximum(activity.opened, activity.clicked), activity.bounced)
        chosen = chosen[last + _last_opening(activity.opens)[chosen] >= least]
    page = chosen[offset : offset + count]
    campaign = company.mailing.campaign_id(number)
    emails = company.mailing.emails(activity.rows[page])
    content = {"emails": [], "campaign_id": campaign, "total_items": len(chosen)}
    found: list[dict[str, Any]] = []
    times = {name: zoned(getattr(activity, name)[page]) for name in ("opened", "clicked", "bounced")}
    for at, (place, email) in enumerate(zip(page.tolist(), emails, strict=True)):
        events: list[dict[str, Any]] = []
        if activity.bounced[place] >= max(least, 1):
            hard = company.mailing.members["left"][activity.rows[place]] == activity.bounced[place]
            events.append(
                {"action": "bounce", "type": "hard" if hard else "soft", "timestamp": times["bounced"][at], "ip": ""}
            )
        if activity.opened[place]:
            for again in range(int(activity.opens[place])):
                opened = int(activity.opened[place]) + again * clock.HOUR
                if least <= opened <= company.mailing.until:
                    stamp = times["opened"][at] if not again else zoned(np.array([opened]))[0]
                    events.append({"action": "open", "timestamp": stamp, "ip": "192.0.2.7"})
        if activity.clicked[place] >= max(least, 1):
            url = f"https://shop.example/collections/{number % 8}"
            events.append({"action": "click", "timestamp": times["clicked"][at], "url": url, "ip": "192.0.2.7"})
        found.append({
            "campaign_id": campaign, "list_id": company.mailing.list_id, "list_is_active": True,
            "email_id": subscriber_hash(email), "email_address": email, "activity": events,
        })  # fmt: skip
    content["emails"] = found
    return Reply(content, keep=True)


def _last_opening(opens: Ints) -> Ints:
    return np.maximum(opens - 1, 0) * clock.HOUR


def unsubscribed(company: Company, call: Call) -> Reply:
    """GET /3.0/reports/{campaign}/unsubscribed"""
    number, (count, offset) = _number_of(company, call), _page(call)
    activity = company.mailing.activity(number)
    left = np.flatnonzero((activity.left > 0) & (activity.left <= company.mailing.until))
    page = left[offset : offset + count]
    rows, campaign = activity.rows[page], company.mailing.campaign_id(number)
    found = [
        {
            "email_id": subscriber_hash(email), "email_address": email, "merge_fields": {}, "vip": False,
            "timestamp": when,
            "reason": REASONS[int(subscriber_hash(email)[:4], 16) % len(REASONS)],
            "campaign_id": campaign, "list_id": company.mailing.list_id, "list_is_active": True,
        }
        for email, when in zip(company.mailing.emails(rows), zoned(activity.left[page]), strict=True)
    ]  # fmt: skip
    return Reply({"unsubscribes": found, "campaign_id": campaign, "total_items": len(left)}, keep=True)


def sent_to(company: Company, call: Call) -> Reply:
    """GET /3.0/reports/{campaign}/sent-to"""
    number, (count, offset) = _number_of(company, call), _page(call)
    activity = company.mailing.activity(number)
    page = np.arange(len(activity.rows))[offset : offset + count]
    rows, campaign = activity.rows[page], company.mailing.campaign_id(number)
    hard = (activity.bounced[page] > 0) & (company.mailing.members["left"][rows] == activity.bounced[page])
    status = np.where(activity.bounced[page] == 0, "sent", np.where(hard, "hard", "soft")).tolist()
    found = [
        {
            "email_id": subscriber_hash(email), "email_address": email, "merge_fields": {}, "vip": False, "status": how,
            "open_count": opens, "last_open": last, "absplit_group": "", "gmt_offset": 0, "campaign_id": campaign,
            "list_id": company.mailing.list_id, "list_is_active": True,
        }
        for email, how, opens, last in zip(
            company.mailing.emails(rows), status, activity.opens[page].tolist(),
            zoned_or_empty(activity.opened[page]), strict=True,
        )
    ]  # fmt: skip
    return Reply({"sent_to": found, "campaign_id": campaign, "total_items": len(activity.rows)}, keep=True)


_ROOT = "/mailchimp/3.0"
ROUTES = (
    ("GET", f"{_ROOT}/lists", list_lists),
    ("GET", f"{_ROOT}/lists/{{list_id}}/members", list_members),
    ("GET", f"{_ROOT}/campaigns", list_campaigns),
    ("GET", f"{_ROOT}/reports/{{campaign_id}}/email-activity", email_activity),
    ("GET", f"{_ROOT}/reports/{{campaign_id}}/unsubscribed", unsubscribed),
    ("GET", f"{_ROOT}/reports/{{campaign_id}}/sent-to", sent_to),
    ("GET", f"{_ROOT}/lists/{{list_id}}", read_list),
    *tagging.ROUTES,
)
