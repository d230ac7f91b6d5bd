"""Members and campaigns as Mailchimp writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crm360.connectors.sandbox.company import clock, slips
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.mail import LIST_NAME, STATUSES, SUBJECTS, campaign_title, hex_id
from crm360.connectors.sandbox.company.table import DELETED
from crm360.connectors.sandbox.vendors.identifiers import subscriber_hash

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company


def zoned(times: Ints) -> list[str]:
    """2026-07-01T02:00:00+00:00"""
    return clock.iso_s(times, "+00:00")


def zoned_or_empty(times: Ints) -> list[str]:
    """The same, and an empty text for never."""
    return [text if at else "" for text, at in zip(zoned(times), times.tolist(), strict=True)]


def members_of(company: Company, rows: Ints) -> list[dict[str, Any]]:
    """Members of the audience, archived or not."""
    mailing, draws = company.mailing, company.draws
    members = mailing.members
    key = np.where(members["person"][rows] >= 0, members["person"][rows], rows).astype(np.int64)
    columns = zip(
        rows.tolist(), mailing.emails(rows), company.people.written(members["person"][rows].astype(np.int64)),
        members["slips"][rows].tolist(), members["status"][rows].tolist(), members["state"][rows].tolist(),
        zoned(members["changed"][rows]), zoned(members["created"][rows]), members["edition"][rows].tolist(),
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
        tags += [{"id": number, "name": name} for number, (name, having) in mailing.tags.items() if row in having]
        record = {
            "id": subscriber_hash(email), "email_address": email, "unique_email_id": hex_id(draws, "unique", row),
            "contact_id": hex_id(draws, "contact", row, 32), "full_name": " ".join(filter(None, (first, last))),
            "web_id": 600_000_000 + row, "email_type": "html",
            "status": "archived" if state == DELETED else STATUSES[status],
            "merge_fields": {
                "FNAME": first or "", "LNAME": last or "", "PHONE": slips.phone(p, flag, form) or "",
                "BIRTHDAY": birthday,
            },
            "stats": {"avg_open_rate": round(0.1 + 0.5 * fond, 4), "avg_click_rate": round(0.02 + 0.1 * fond, 4)},
            "ip_signup": "", "timestamp_signup": "", "ip_opt": "192.0.2.1", "timestamp_opt": created,
            "member_rating": 2,
            "last_changed": changed, "language": p.language if row % 3 == 0 else "", "vip": False, "email_client": "",
            "location": {"latitude": 0, "longitude": 0, "gmtoff": 0, "dstoff": 0, "timezone": "",
                         "country_code": p.country},
            "source": "Hosted Signup Form" if row % 2 else "API - Generic", "tags_count": len(tags), "tags": tags,
            "list_id": mailing.list_id,
        }  # fmt: skip
        found.append(record | members.overrides.get(row, {}))
    return found


def campaign(company: Company, number: int) -> dict[str, Any]:
    """A campaign with the summary of its report, or the draft of the next one."""
    mailing = company.mailing
    sent = number < len(mailing.campaigns())
    at = mailing.sent_at(number)
    activity = mailing.activity(number) if sent else None
    created = min(at - 3 * clock.DAY, company.now)
    content: dict[str, Any] = {
        "id": mailing.campaign_id(number), "web_id": 700_000 + number, "type": "regular",
        "create_time": zoned(np.array([created]))[0], "emails_sent": len(activity.rows) if activity else 0,
        "send_time": zoned(np.array([at]))[0] if sent else "", "status": "sent" if sent else "save",
        "content_type": "template",
        "recipients": {"list_id": mailing.list_id, "list_is_active": True, "list_name": LIST_NAME, "segment_text": ""},
        "settings": {
            "subject_line": SUBJECTS[number % len(SUBJECTS)], "title": campaign_title(number, at),
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
