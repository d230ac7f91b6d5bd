"""Profiles, campaigns, metrics and events as Klaviyo writes them: JSON:API resources.

Shapes: klaviyo/openapi, openapi/stable.json of 2026-07-15. Ids of profiles are ULIDs, of metrics six letters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crm360.connectors.sandbox.company import clock, names, slips
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.letters import BOUNCED, CLICKED, COMPLAINED, LEFT, OPENED, RECEIVED
from crm360.connectors.sandbox.company.mail import (
    CLEANED,
    PENDING,
    SUBJECTS,
    SUBSCRIBED,
    UNSUBSCRIBED,
    campaign_title,
    hex_id,
)
from crm360.connectors.sandbox.vendors.klaviyo.ids import klaviyo_id

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

Record = dict[str, Any]
METRICS = {
    RECEIVED: ("Rcvd01", "Received Email"), OPENED: ("Opnd02", "Opened Email"), CLICKED: ("Clkd03", "Clicked Email"),
    BOUNCED: ("Bncd04", "Bounced Email"), LEFT: ("Unsb05", "Unsubscribed from Email Marketing"),
    COMPLAINED: ("Spam06", "Marked Email as Spam"),
}  # fmt: skip
OWN_METRICS = (("Ordr07", "Placed Order"), ("Copy08", "Opened Email"))
"""What others send: an order, and something that they call as Klaviyo calls its own."""
_SUPPRESSED = {UNSUBSCRIBED: "UNSUBSCRIBE", CLEANED: "HARD_BOUNCE"}
_CONSENT = {
    SUBSCRIBED: "SUBSCRIBED", UNSUBSCRIBED: "UNSUBSCRIBED", CLEANED: "SUBSCRIBED", PENDING: "NEVER_SUBSCRIBED",
}  # fmt: skip


def zoned(times: Ints) -> list[str]:
    """2026-07-01T02:00:00+00:00"""
    return clock.iso_s(times, "+00:00")


def _links(root: str, kind: str, record_id: str) -> dict[str, str]:
    return {"self": f"{root}/api/{kind}/{record_id}/"}


def _one(kind: str, record_id: str) -> Record:
    return {"data": {"type": kind, "id": record_id}}


def subscriptions(status: int, opted_in: str, changed: str, texts: int) -> Record:
    """What a profile is subscribed to; who bounced goes on being subscribed, and is suppressed."""
    why = _SUPPRESSED.get(status)
    consent = _CONSENT[status]
    return {
        "email": {
            "marketing": {
                "can_receive_email_marketing": why is None, "consent": consent,
                "consent_timestamp": None if consent == "NEVER_SUBSCRIBED" else opted_in if not why else changed,
                "last_updated": changed, "method": None if consent == "NEVER_SUBSCRIBED" else "FORM",
                "method_detail": "", "custom_method_detail": None, "double_optin": consent == "SUBSCRIBED",
                "suppression": [{"reason": why, "timestamp": changed}] if why else [], "list_suppressions": [],
            },
        },
        "sms": {
            "marketing": {
                "can_receive_sms_marketing": texts == 0,
                "consent": ("SUBSCRIBED", "UNSUBSCRIBED", "NEVER_SUBSCRIBED")[min(texts, 2)],
                "consent_timestamp": opted_in if texts < 2 else None, "method": None, "method_detail": None,
                "last_updated": opted_in if texts < 2 else None,
            },
        },
        "mobile_push": {
            "marketing": {
                "can_receive_push_marketing": False, "consent": "NEVER_SUBSCRIBED", "consent_timestamp": None,
            },
        },
    }  # fmt: skip


def profiles(company: Company, rows: Ints, root: str) -> list[Record]:
    """Profiles with all that can be asked for; overrides replace attributes."""
    table, mailing, draws = company.table("klaviyo", "profiles"), company.mailing, company.draws
    person = mailing.members["person"][rows].astype(np.int64)
    key = np.where(person >= 0, person, rows)
    columns = zip(
        rows.tolist(), table.ids(rows).tolist(), mailing.emails(rows), company.people.written(person),
        mailing.members["slips"][rows].tolist(), mailing.members["status"][rows].tolist(),
        zoned(table["created"][rows]), zoned(table["changed"][rows]), zoned(mailing.members["left"][rows]),
        table["edition"][rows].tolist(), draws.below("klaviyo texts", key, 20).tolist(), strict=True,
    )  # fmt: skip
    found = []
    for row, number, email, p, flag, status, created, changed, left, edition, texts in columns:
        first, last = slips.name(p, flag)
        street, city, region, postcode = slips.address(p, flag)
        country = next(c for c in names.COUNTRIES if c.code == p.country)
        name = klaviyo_id("profiles", number)
        attributes = {
            "email": email, "phone_number": None, "external_id": None, "first_name": first, "last_name": last,
            "organization": None, "locale": {"de": "de-AT", "fr": "fr-FR"}.get(p.language), "title": None,
            "image": None, "created": created, "updated": changed, "last_event_date": None,
            "location": {
                "address1": street, "address2": None, "city": city, "country": country.name, "latitude": None,
                "longitude": None, "region": region, "zip": postcode, "timezone": None, "ip": None,
            },
            "properties": {"edition": edition} if edition else {},
            "subscriptions": subscriptions(status, created, left if status in _SUPPRESSED else created, texts),
        }  # fmt: skip
        found.append({
            "type": "profile", "id": name, "attributes": attributes | table.overrides.get(row, {}),
            "relationships": {
                "lists": {"links": {
                    "self": f"{root}/api/profiles/{name}/relationships/lists/",
                    "related": f"{root}/api/profiles/{name}/lists/",
                }},
            },
            "links": _links(root, "profiles", name),
        })  # fmt: skip
    return found


def campaign_id(company: Company, number: int) -> str:
    return klaviyo_id("campaigns", int(hex_id(company.draws, "klaviyo campaign", number), 16))


def message_id(company: Company, number: int) -> str:
    return klaviyo_id("messages", int(hex_id(company.draws, "klaviyo message", number), 16))


def campaign(company: Company, number: int, root: str) -> Record:
    """A campaign that was sent, or the draft of the next; the first one was put away."""
    mailing = company.mailing
    sent, at = number < len(mailing.campaigns()), mailing.sent_at(number)
    created = zoned(np.array([min(at - 3 * clock.DAY, company.now)]))[0]
    when = zoned(np.array([at]))[0] if sent else None
    name, message = campaign_id(company, number), message_id(company, number)
    return {
        "type": "campaign", "id": name,
        "attributes": {
            "name": campaign_title(number, at), "status": "Sent" if sent else "Draft", "archived": number == 0,
            "audiences": {"included": ["Nwslt1"], "excluded": []}, "send_options": {"use_smart_sending": True},
            "tracking_options": {
                "add_tracking_params": True, "custom_tracking_params": [], "is_tracking_clicks": True,
                "is_tracking_opens": True,
            },
            "send_strategy": {"method": "static", "datetime": zoned(np.array([at]))[0], "options": {"is_local": False}},
            "created_at": created, "scheduled_at": when, "updated_at": when or created, "send_time": when,
        },
        "relationships": {
            "campaign-messages": {
                "data": [{"type": "campaign-message", "id": message}],
                "links": {
                    "self": f"{root}/api/campaigns/{name}/relationships/campaign-messages/",
                    "related": f"{root}/api/campaigns/{name}/campaign-messages/",
                },
            },
        },
        "links": _links(root, "campaigns", name),
    }  # fmt: skip


def message(company: Company, number: int, root: str) -> Record:
    """The only message of a campaign."""
    created = zoned(np.array([min(company.mailing.sent_at(number) - 3 * clock.DAY, company.now)]))[0]
    name = message_id(company, number)
    return {
        "type": "campaign-message", "id": name,
        "attributes": {
            "definition": {
                "channel": "email", "label": campaign_title(number, company.mailing.sent_at(number)),
                "content": {
                    "subject": SUBJECTS[number % len(SUBJECTS)], "preview_text": "", "from_email": "shop@example.com",
                    "from_label": "The shop", "reply_to_email": None, "cc_email": None, "bcc_email": None,
                },
            },
            "send_times": [], "created_at": created, "updated_at": created,
        },
        "relationships": {"campaign": _one("campaign", campaign_id(company, number))},
        "links": _links(root, "campaign-messages", name),
    }  # fmt: skip


def metrics(root: str) -> list[Record]:
    made = zoned(np.array([clock.HISTORY_START]))[0]
    own = {"object": "integration", "id": "0rG4eQ", "name": "Klaviyo", "category": "Internal"}
    theirs = {"object": "integration", "id": "7FtS4J", "name": "API", "category": "API"}
    every = [(*one, own) for one in METRICS.values()] + [(*one, theirs) for one in OWN_METRICS]
    return [
        {
            "type": "metric", "id": name,
            "attributes": {"name": called, "created": made, "updated": made, "integration": integration},
            "relationships": {"flow-triggers": {"links": {
                "self": f"{root}/api/metrics/{name}/relationships/flow-triggers/",
                "related": f"{root}/api/metrics/{name}/flow-triggers/",
            }}},
            "links": _links(root, "metrics", name),
        }
        for name, called, integration in every
    ]  # fmt: skip


def events(company: Company, rows: Ints, root: str) -> list[Record]:
    """Events of e-mails; the campaign's message stands in the properties. One in five openings is a machine's."""
    table, mailing = company.table("klaviyo", "events"), company.mailing
    member, profile_ids = table["member"][rows].astype(np.int64), company.table("klaviyo", "profiles")
    columns = zip(
        rows.tolist(), table.ids(rows).tolist(), table["kind"][rows].tolist(), table["campaign"][rows].tolist(),
        mailing.emails(member), profile_ids.ids(member).tolist(), table["changed"][rows].tolist(),
        zoned(table["changed"][rows]), table["edition"][rows].tolist(), strict=True,
    )  # fmt: skip
    found = []
    for row, number, kind, sent, email, profile, at, when, edition in columns:
        metric, name = METRICS[kind][0], klaviyo_id("events", number)
        properties: Record = {
            "Recipient Email Address": email, "Email Domain": email.rpartition("@")[2],
            "Subject": SUBJECTS[sent % len(SUBJECTS)], "Campaign Name": campaign_title(sent, mailing.sent_at(sent)),
            "$message": message_id(company, sent), "$event_id": f"{message_id(company, sent)}:{row}",
        }  # fmt: skip
        if kind == CLICKED:
            properties |= {"URL": f"https://shop.example/collections/{sent % 8}", "Bot Click": False}
        elif kind == OPENED:
            properties["machine_open"] = row % 5 == 0
        elif kind == BOUNCED:
            properties["Bounce Type"] = "Hard" if mailing.members["left"][table["member"][row]] else "Soft"
        if edition:
            properties["Edition"] = edition
        found.append({
            "type": "event", "id": name,
            "attributes": {
                "timestamp": at // clock.SECOND, "event_properties": properties, "datetime": when,
                "uuid": f"{number:08x}-0000-11f0-8001-{number:012x}",
            },
            "relationships": {
                "profile": _one("profile", klaviyo_id("profiles", profile)), "metric": _one("metric", metric),
                "attributions": {"data": []},
            },
            "links": _links(root, "events", name),
        })  # fmt: skip
    return found
