"""Mailchimp's Marketing API: the audience, its members, campaigns, and the reports of what was done with each mail.

Shapes: mailchimp.com/developer/marketing/api. Pages by count and offset; errors as problem documents.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np

from connectors.sandbox import clock, slips
from connectors.sandbox.draws import Ints
from connectors.sandbox.identifiers import subscriber_hash
from connectors.sandbox.mail import LIST_NAME, REASONS, STATUSES, SUBJECTS, UNSUBSCRIBED, hex_id
from connectors.sandbox.reply import Call, Refused, Reply
from connectors.sandbox.table import DELETED, LIVE

if TYPE_CHECKING:
    from connectors.sandbox.company import Company

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


def _zoned(times: Ints) -> list[str]:
    return clock.iso_s(times, "+00:00")


def _zoned_or_empty(times: Ints) -> list[str]:
    return [text if at else "" for text, at in zip(_zoned(times), times.tolist(), strict=True)]


def _only(company: Company, call: Call) -> None:
    if call.parts.get("list_id") not in (None, company.mailing.list_id):
        raise Refused(404, "The requested resource could not be found.")


def list_lists(company: Company, call: Call) -> Reply:
    """GET /3.0/lists"""
    mailing = company.mailing
    live = mailing.members.having(LIVE)
    status = mailing.members["status"][live]
    one = {
        "id": mailing.list_id, "web_id": 1, "name": LIST_NAME, "date_created": _zoned(np.array([clock.HISTORY_START]))[0],
        "list_rating": 4, "email_type_option": False, "visibility": "prv",
        "stats": {
            "member_count": int(np.count_nonzero(status == 0)),
            "unsubscribe_count": int(np.count_nonzero(status == UNSUBSCRIBED)),
            "cleaned_count": int(np.count_nonzero(status == 2)), "campaign_count": len(mailing.campaigns()),
        },
    }  # fmt: skip
    count, offset = _page(call)
    return Reply({"lists": [one][offset : offset + count], "total_items": 1})


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
    content = {"members": _members(company, page), "list_id": company.mailing.list_id, "total_items": len(rows)}
    return Reply(content, keep=True)


def _members(company: Company, rows: Ints) -> list[dict[str, Any]]:
    mailing, draws = company.mailing, company.draws
    members = mailing.members
    key = np.where(members["person"][rows] >= 0, members["person"][rows], rows).astype(np.int64)
    columns = zip(
        rows.tolist(), mailing.emails(rows), company.people.written(members["person"][rows].astype(np.int64)),
        members["slips"][rows].tolist(), members["status"][rows].tolist(), members["state"][rows].tolist(),
        _zoned(members["changed"][rows]), _zoned(members["created"][rows]), members["edition"][rows].tolist(),
        draws.unit("fond of mail", key).tolist(), draws.below("tag", key, 6).tolist(),
        draws.below("mailchimp phone form", key, 6).tolist(), strict=True,
    )  # fmt: skip
    found = []
    for row, email, p, flag, status, state, changed, created, edition, fond, tag, form in columns:
        first, last = slips.name(p, flag)
        birthday = p.born[5:].replace("-", "/") if p.born and row % 5 == 0 else ""
        tags = [{"id": 100 + tag, "name": ["VIP", "Wholesale", "Course guest"][tag]}] if tag < 3 else []
        if edition:
            tags.append({"id": 200 + edition, "name": f"Segment {edition}"})
        record = {
            "id": subscriber_hash(email), "email_address": email, "unique_email_id": hex_id(draws, "unique", row),
            "contact_id": hex_id(draws, "contact", row, 32), "full_name": " ".join(filter(None, (first, last))),
            "web_id": 600_000_000 + row, "email_type": "html",
            "status": "archived" if state == DELETED else STATUSES[status],
            "merge_fields": {
                "FNAME": first or "", "LNAME": last or "", "PHONE": slips.phone(p, flag, form) or "", "BIRTHDAY": birthday,
            },
            "stats": {"avg_open_rate": round(0.1 + 0.5 * fond, 4), "avg_click_rate": round(0.02 + 0.1 * fond, 4)},
            "ip_signup": "", "timestamp_signup": "", "ip_opt": "192.0.2.1", "timestamp_opt": created, "member_rating": 2,
            "last_changed": changed, "language": p.language if row % 3 == 0 else "", "vip": False, "email_client": "",
            "location": {"latitude": 0, "longitude": 0, "gmtoff": 0, "dstoff": 0, "country_code": p.country, "timezone": ""},
            "source": "Hosted Signup Form" if row % 2 else "API - Generic", "tags_count": len(tags), "tags": tags,
            "list_id": mailing.list_id,
        }  # fmt: skip
        found.append(record | members.overrides.get(row, {}))
    return found


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
    content = {"campaigns": [_campaign(company, number) for number in page], "total_items": len(every)}
    return Reply(content, keep=True)


def _campaign(company: Company, number: int) -> dict[str, Any]:
    mailing = company.mailing
    sent = number < len(mailing.campaigns())
    at = mailing.sent_at(number)
    activity = mailing.activity(number) if sent else None
    month = clock.naive(at).strftime("%B %Y")
    created = min(at - 3 * clock.DAY, company.now)
    content: dict[str, Any] = {
        "id": mailing.campaign_id(number), "web_id": 700_000 + number, "type": "regular",
        "create_time": _zoned(np.array([created]))[0], "emails_sent": len(activity.rows) if activity else 0,
        "send_time": _zoned(np.array([at]))[0] if sent else "", "status": "sent" if sent else "save",
        "content_type": "template",
        "recipients": {"list_id": mailing.list_id, "list_is_active": True, "list_name": LIST_NAME, "segment_text": ""},
        "settings": {
            "subject_line": SUBJECTS[number % len(SUBJECTS)], "title": f"{SUBJECTS[number % len(SUBJECTS)]}, {month}",
            "from_name": "The Sandbox Shop", "reply_to": "news@sandbox.example",
        },
        "tracking": {"opens": True, "html_clicks": True},
    }  # fmt: skip
    if activity:
        opened, clicked = int(np.count_nonzero(activity.opened)), int(np.count_nonzero(activity.clicked))
        content["report_summary"] = {
            "opens": int(activity.opens.sum()), "unique_opens": opened,
            "open_rate": round(opened / max(len(activity.rows), 1), 6), "clicks": clicked, "subscriber_clicks": clicked,
            "click_rate": round(clicked / max(len(activity.rows), 1), 6),
            "ecommerce": {"total_orders": 0, "total_spent": 0, "total_revenue": 0},
        }  # fmt: skip
    return content


def _number_of(company: Company, call: Call) -> int:
    for number in company.mailing.campaigns().tolist():
        if company.mailing.campaign_id(number) == call.parts["campaign_id"]:
            return int(number)
    raise Refused(404, "The requested resource could not be found.")


def email_activity(company: Company, call: Call) -> Reply:
    """GET /3.0/reports/{campaign}/email-activity: everybody who was sent it; with `since`, who did something after that."""
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
    times = {name: _zoned(getattr(activity, name)[page]) for name in ("opened", "clicked", "bounced")}
    for at, (place, email) in enumerate(zip(page.tolist(), emails, strict=True)):
        events: list[dict[str, Any]] = []
        if activity.bounced[place] >= max(least, 1):
            hard = company.mailing.members["left"][activity.rows[place]] == activity.bounced[place]
            events.append({"action": "bounce", "type": "hard" if hard else "soft", "timestamp": times["bounced"][at], "ip": ""})
        if activity.opened[place]:
            for again in range(int(activity.opens[place])):
                opened = int(activity.opened[place]) + again * clock.HOUR
                if least <= opened <= company.mailing.until:
                    stamp = times["opened"][at] if not again else _zoned(np.array([opened]))[0]
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
            "email_id": subscriber_hash(email), "email_address": email, "merge_fields": {}, "vip": False, "timestamp": when,
            "reason": REASONS[int(hashlib.md5(email.encode(), usedforsecurity=False).hexdigest()[:4], 16) % len(REASONS)],
            "campaign_id": campaign, "list_id": company.mailing.list_id, "list_is_active": True,
        }
        for email, when in zip(company.mailing.emails(rows), _zoned(activity.left[page]), strict=True)
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
            _zoned_or_empty(activity.opened[page]), strict=True,
        )
    ]  # fmt: skip
    return Reply({"sent_to": found, "campaign_id": campaign, "total_items": len(activity.rows)}, keep=True)
